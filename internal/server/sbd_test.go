package server

import (
	"strings"
	"testing"

	"gpcs/internal/cib"
)

// SBD that is enabled or disabled takes the old watchdog time with it, under
// both of the property's names.
func TestTheWatchdogTimeIsTakenBack(t *testing.T) {
	for _, before := range []string{"", `<nvpair id="x" name="stonith-watchdog-timeout" value="10s"/>`,
		`<nvpair id="y" name="fencing-watchdog-timeout" value="10s"/><nvpair id="z" name="stonith-enabled" value="true"/>`} {
		for _, value := range []string{"", "0"} {
			doc := cib.New("pacemaker-3.9", "3.16.1")
			doc, err := cib.Apply(doc, cib.Request{Ops: []cib.Op{{Kind: cib.Modify,
				XML: `<crm_config><cluster_property_set id="mine">` + before + `</cluster_property_set></crm_config>`}}}, "")
			if err != nil {
				t.Fatal(err)
			}
			if doc, err = cib.Apply(doc, cib.Request{Ops: watchdogTimeoutOps(doc, value)}, ""); err != nil {
				t.Fatal(err)
			}
			text := string(doc.Bytes())
			if strings.Contains(text, "10s") || strings.Contains(before, "enabled") != strings.Contains(text, "stonith-enabled") ||
				strings.Contains(text, `id="mine-stonith-watchdog-timeout" name="stonith-watchdog-timeout" value="0"`) != (value == "0") {
				t.Errorf("from %q to %q:\n%s", before, value, text)
			}
		}
	}
}
