package pcscorpus

import (
	"regexp"
	"strings"
)

// pcs's usage texts are in words of its own, and ours says where a document
// would be against its schema.
var (
	usage   = regexp.MustCompile(`(?s)\nUsage: pcs.*`)
	refused = regexp.MustCompile(`(?s)(\nError: Unable to update cib\n).*`)
)

// The installed pcs may be 0.11, ours speaks as 0.12 does. sayings brings lines
// of both to one form where it is known that they differ.
var sayings = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`(?m)^Deprecation Warning: .*\n`), ""},
	{regexp.MustCompile(`\b(bundle|clone|group|resource|stonith)/`), "$1 / "},
	{regexp.MustCompile(`(?m)^Warning: Meta attributes of .* are not validated\n`), ""},
	{regexp.MustCompile(`(does not provide valid metadata): .*`), "$1"},
	{regexp.MustCompile(`(resource agent of resource '[^']*') in group '[^']*'`), "$1"},
	{regexp.MustCompile(`'Master', 'Promoted', 'Slave', 'Started'`), "'Promoted', 'Started'"},
	{regexp.MustCompile(`(invalid (?:cluster property|resource meta|operation) option .* allowed options are:).*`), "$1"},
	{regexp.MustCompile(`(?m)^Warning: Utilization attributes configuration has no effect.*\n`), ""},
	{regexp.MustCompile(`(?m)^Warning: (Resources are not going to be stopped before|Not checking if) .*\n`), ""},
	{regexp.MustCompile(`(?m)^Warning: cluster property option 'stonith-.* is deprecated.*\n`), ""},
}

func (r *realPCS) alikeText(text string) string {
	text = usage.ReplaceAllString("\n"+text, "\nusage\n")
	text = refused.ReplaceAllString(text, "$1")[1:]
	if r.same {
		return strings.TrimRight(text, "\n")
	}
	for _, s := range sayings {
		text = s.pattern.ReplaceAllString(text, s.instead)
	}
	return strings.TrimRight(text, "\n")
}
