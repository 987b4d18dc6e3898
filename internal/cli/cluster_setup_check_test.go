package cli

import (
	"encoding/json"
	"strings"
	"testing"
)

// A host with another stack is refused with the reason, forced or not; one of
// an earlier release of ours, which does not say what it is, is taken.
func TestHostsOfAnotherStack(t *testing.T) {
	answer := func(pacemaker, corosync, pcsd, more string) string {
		return `{"services":{"pacemaker":{"installed":true,"version":"` + pacemaker + `"},"corosync":{"installed":true,"version":"` + corosync +
			`"},"pcsd":{"installed":true,"version":"` + pcsd + `"}},"cluster_configuration_exists":false` + more + `}`
	}
	for _, c := range []struct {
		name, text string
		refused    bool
	}{
		{"ours", answer("3.0.2", "3.1.9", "0.12.3", `,"gpcs":true`), false},
		{"ours of later", answer("3.2.0", "3.2.0", "0.13", `,"gpcs":true`), false},
		{"ours of old", answer("3.0.2", "3.1.9", "0.12.3", ""), false},
		{"Debian's", answer("2.1.5", "3.1.7", "0.11.5", ""), true},
		{"none", `{}`, true},
	} {
		var info hostInfo
		if err := json.Unmarshal([]byte(c.text), &info); err != nil {
			t.Fatal(err)
		}
		h := hostCheck{force: true, versions: map[string]map[string][]string{}}
		h.host("n", info)
		if got := h.reports.Failed(); got != c.refused {
			t.Errorf("%s: %v", c.name, h.reports)
		}
		if c.refused && !strings.Contains(h.reports[0].Text, "n: The host runs pcsd "+info.version("pcsd")) {
			t.Errorf("%s: %s", c.name, h.reports[0].Text)
		}
	}
}
