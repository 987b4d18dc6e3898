package clicorpus

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"gpcs/internal/cib"
)

// What recordings leave out or replace, and what differs from run to run.
var sanitized = []struct {
	pattern *regexp.Regexp
	by      string
}{
	{regexp.MustCompile(`(?m)^\w+ +\t(error|warning|notice|info|trace|debug): .*\n?`), ""}, // the log of a function
	{regexp.MustCompile(`(api-version|version|update-origin|update-client|update-user|have-quorum|dc-uuid)="[^"]*"`), `$1=""`},
	{regexp.MustCompile(` (crm_feature_set|validate-with|cib-last-written)="[^"]*"`), ``},
	{regexp.MustCompile(`@crm_feature_set=[^,]*, `), ``},
	{regexp.MustCompile(`(@validate-with=|name="validate-with" operation="set" value=")pacemaker-[0-9.X]+`), `$1`},
	{regexp.MustCompile(`(name="crm_feature_set" operation="set" value=")[^"]*`), `$1`},
	{regexp.MustCompile(`(Last (updated|change)):.*`), `$1:`},
	{regexp.MustCompile(`(Injecting attribute last-failure-[^=]*=)\d+`), `$1`},
	{regexp.MustCompile(`(Migration will take effect until:).*`), `$1`},
	{regexp.MustCompile(`<(last_update|last_change) [^>]*/>`), `<$1/>`},
	{regexp.MustCompile(`,? (last-rc-change|last-run|last_updated|start|finish|last-failure)=("[^"]*"|'[^']*')`), ``},
	{regexp.MustCompile(`request="[^"]*"`), `request=""`},
	{regexp.MustCompile(`digest="[^"]*"`), ``},
	{regexp.MustCompile(`/tmp/[^ "']*/`), `/tmp/`},
	{regexp.MustCompile(`(?m)[ \t]+$`), ``},
	{regexp.MustCompile(`\(version[^)]*\)`), `(version)`},
}

// plain brings an output to the form in which two are compared.
func (b *bench) plain(text string) string {
	text = strings.ReplaceAll(text, b.inputs, "CTS_CLI_DATA")
	text = strings.ReplaceAll(text, b.dir, "/tmp/cts")
	for _, s := range sanitized {
		text = s.pattern.ReplaceAllString(text, s.by)
	}
	return strings.TrimSpace(text)
}

// bookkeeping are the attributes of <cib> that a comparison leaves out.
var bookkeeping = []string{
	"epoch", "num_updates", "admin_epoch", "update-origin", "update-client", "update-user", "cib-last-written",
	"crm_feature_set", "validate-with", "have-quorum", "dc-uuid", "execution-date",
}

// dated are the attributes of other elements that differ from run to run.
var dated = []string{
	"lrm_rsc_op last-rc-change", "lrm_rsc_op last-run", "lrm_rsc_op crm_feature_set", "date_expression start", "date_expression end",
}

// sameText compares outputs: as documents where both are such, else by letter.
func sameText(ours, recorded string) bool {
	if ours == recorded {
		return true
	}
	a, errA := cib.ParseElement([]byte(ours))
	b, errB := cib.ParseElement([]byte(recorded))
	return errA == nil && errB == nil && sameTree(a, b)
}

// sameContent compares texts inside elements, which may be documents themselves.
func sameContent(a, b string) bool {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	return a == b || strings.HasPrefix(a, "<") && strings.HasPrefix(b, "<") && sameText(a, b)
}

// sameTree tells whether two documents say the same; the order of attributes
// and the bookkeeping do not count.
func sameTree(a, b *cib.Element) bool {
	if a.Tag != b.Tag || !slices.Equal(pairs(a), pairs(b)) || !sameContent(a.Text(), b.Text()) {
		return false
	}
	left, right := a.ChildElements(), b.ChildElements()
	if len(left) != len(right) {
		return false
	}
	for i := range left {
		if !sameTree(left[i], right[i]) {
			return false
		}
	}
	return true
}

func pairs(e *cib.Element) []string {
	var out []string
	for _, a := range e.Attr {
		if e.Tag == "cib" && slices.Contains(bookkeeping, a.FullKey()) || slices.Contains(dated, e.Tag+" "+a.FullKey()) {
			continue
		}
		out = append(out, a.FullKey()+"="+a.Value)
	}
	sort.Strings(out)
	return out
}

const expectedFile = "expected.txt"

// readExpected reads what each call has to reach.
func readExpected(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(expectedFile)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	grades := map[string]string{}
	for _, line := range strings.Split(string(text), "\n") {
		if id, grade, ok := strings.Cut(line, "\t"); ok && !strings.HasPrefix(line, "#") {
			grades[id] = grade
		}
	}
	return grades
}

func writeExpected(t *testing.T, grades map[string]string) {
	t.Helper()
	ids := slices.Sorted(maps.Keys(grades))
	text := "# Recorded calls by suite and number, and how much of each is as recorded; see doc.go.\n"
	for _, id := range ids {
		text += id + "\t" + grades[id] + "\n"
	}
	if err := os.WriteFile(expectedFile, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
