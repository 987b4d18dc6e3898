package conf

import "testing"

func TestSBDOptions(t *testing.T) {
	nodes := []string{"a", "b"}
	for name, c := range map[string]struct {
		sbd  SBD
		want []string
	}{
		"nothing": {SBD{}, nil},
		"good": {SBD{Options: map[string]string{"SBD_WATCHDOG_TIMEOUT": "10", "SBD_TIMEOUT_ACTION": "flush,reboot"},
			Devices: []string{"/dev/x"}}, nil},
		"another node's": {SBD{Watchdogs: map[string]string{"c": "/dev/w"}}, []string{"NODE_NOT_FOUND"}},
		"a node without": {SBD{NodeDevs: map[string][]string{"a": {"/dev/x"}}}, []string{"SBD_NO_DEVICE_FOR_NODE"}},
		"too many":       {SBD{Devices: []string{"/1", "/2", "/3", "/4"}}, []string{"SBD_TOO_MANY_DEVICES_FOR_NODE", "SBD_TOO_MANY_DEVICES_FOR_NODE"}},
		"not absolute":   {SBD{NodeDevs: map[string][]string{"a": {"x"}, "b": {"/y"}}}, []string{"SBD_DEVICE_PATH_NOT_ABSOLUTE"}},
		"the cluster's":  {SBD{Options: map[string]string{"SBD_OPTS": "-v"}}, []string{"INVALID_OPTIONS"}},
		"values": {SBD{Options: map[string]string{"SBD_WATCHDOG_TIMEOUT": "x", "SBD_TIMEOUT_ACTION": "off,reboot"}},
			[]string{"INVALID_OPTION_VALUE", "INVALID_OPTION_VALUE"}},
	} {
		out := c.sbd.Validate(nodes, false)
		if len(out) != len(c.want) {
			t.Errorf("%s: got %v", name, out)
			continue
		}
		for i, r := range out {
			if r.Code != c.want[i] {
				t.Errorf("%s: got %s, want %s", name, r.Code, c.want[i])
			}
		}
	}
}
