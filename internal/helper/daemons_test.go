package helper

import (
	"strings"
	"testing"

	"gpcs/internal/cib"
)

func TestDaemonMetadata(t *testing.T) {
	options := map[string]string{} // by name, the daemon that has it
	for daemon := range daemons {
		for _, p := range DaemonMetadata(daemon, "2.1.5").SelectElement("parameters").ChildElements() {
			name := p.SelectAttrValue("name", "")
			if other := options[name]; other != "" {
				t.Errorf("%s is an option of %s and of %s", name, other, daemon)
			}
			options[name] = daemon
		}
	}
	for name, daemon := range map[string]string{"enable-acl": "pacemaker-based", "dc-deadtime": "pacemaker-controld",
		"no-quorum-policy": "pacemaker-schedulerd", "pcmk_host_map": "pacemaker-fenced"} {
		if options[name] != daemon {
			t.Errorf("%s is an option of %q, wanted %s", name, options[name], daemon)
		}
	}
	for _, o := range ClusterOptions().Options {
		if options[o.Name] == "" {
			t.Errorf("no daemon has %s", o.Name)
		}
	}
	text := string(cib.Print(DaemonMetadata("pacemaker-schedulerd", "2.1.5")))
	for _, want := range []string{`<content type="time" default="60s"/>`, `<option value="freeze"/>`, "*** Replaced with fencing-enabled ***", "Allowed values: stop, freeze"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in it", want)
		}
	}
	if DaemonMetadata("pacemaker-execd", "") != nil {
		t.Error("a daemon without options has some")
	}
}
