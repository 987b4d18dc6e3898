package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gpcs/internal/paths"
)

// Names come from the document: the file's of -f where there is one.
func TestCompletionOfNames(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "cib.xml")
	const doc = `<cib validate-with="pacemaker-3.7"><configuration><crm_config/><nodes><node id="1" uname="n1"/></nodes><resources>` +
		`<primitive id="web" class="ocf" provider="heartbeat" type="nginx"/><primitive id="power" class="stonith" type="fence_x"/>` +
		`<group id="all"><primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"/></group></resources><constraints/></configuration></cib>`
	if err := os.WriteFile(file, []byte(doc), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string][]string{
		"pcs resource delete -f " + file + " ":   {"web", "all", "vip"},
		"pcs resource delete -f " + file + " w":  {"web"},
		"pcs node standby -f " + file + " ":      {"n1"},
		"pcs stonith delete -f " + file + " ":    {"power"},
		"pcs resource enable --w":                {"--wait"},
		"pcs resource move-with-constraint web ": nil,
		"pcs nonsense ":                          nil,
		"pcs resour":                             {"resource"},
		"pcs wh":                                 nil,
		"gpcs wh":                                {"why"},
		"/usr/sbin/pcs stonith l":                {"level", "list"},
		"gpcs stonith l":                         {"ledger", "level", "list"},
		"pcs quorum ":                            {"device", "expected-votes", "status", "unblock", "update"},
	} {
		words := strings.Split(line, " ")
		var lengths []string
		for _, w := range words {
			lengths = append(lengths, strconv.Itoa(len(w)))
		}
		t.Setenv("COMP_WORDS", line)
		t.Setenv("COMP_LENGTHS", strings.Join(lengths, " "))
		t.Setenv("COMP_CWORD", strconv.Itoa(len(words)-1))
		var out bytes.Buffer
		complete(context.Background(), Env{Stdout: &out, Stderr: &out, Stdin: strings.NewReader(""), Root: paths.Root(dir)}, newRoot())
		if got := strings.Fields(out.String()); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", line, got, want)
		}
	}
}

// The manual names every verb that help names.
func TestManPage(t *testing.T) {
	var page bytes.Buffer
	ManPage(&page)
	for _, part := range []string{".SS resource\n", `\fBrelocate run [<resource id>]...`, `\fBcreate <resource id>`, ".SH FILES"} {
		if !strings.Contains(page.String(), part) {
			t.Errorf("the manual lacks %q", part)
		}
	}
}
