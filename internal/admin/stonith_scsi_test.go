package admin

import (
	"strings"
	"testing"

	"gpcs/internal/cib"
)

func TestUpdateScsiDevices(t *testing.T) {
	const device = `<cib validate-with="pacemaker-3.8"><configuration><resources>
		<primitive class="stonith" id="F" type="fence_scsi"><instance_attributes id="F-i">
			<nvpair id="F-d" name="devices" value="/dev/a,/dev/b"/></instance_attributes></primitive>
		<primitive class="stonith" id="X" type="fence_xvm"/></resources></configuration></cib>`
	for _, c := range []struct {
		name, id string
		change   ScsiDevices
		want     string // the list afterwards, or part of the error
	}{
		{"set", "F", ScsiDevices{Set: []string{"/dev/d", "/dev/c"}}, "/dev/c,/dev/d"},
		{"add and remove", "F", ScsiDevices{Add: []string{"/dev/c"}, Remove: []string{"/dev/a"}}, "/dev/b,/dev/c"},
		{"add one that is there", "F", ScsiDevices{Add: []string{"/dev/a"}}, "Cannot add device '/dev/a'"},
		{"remove one that is not", "F", ScsiDevices{Remove: []string{"/dev/c"}}, "Cannot remove device '/dev/c'"},
		{"remove all", "F", ScsiDevices{Remove: []string{"/dev/a", "/dev/b"}}, "Cannot remove all devices"},
		{"another agent", "X", ScsiDevices{Set: []string{"/dev/a"}}, "'fence_xvm' is not supported for devices update"},
		{"no such device", "Y", ScsiDevices{Set: []string{"/dev/a"}}, "resource 'Y' does not exist"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := cib.Parse([]byte(device))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if out := UpdateScsiDevices(doc, c.id, c.change); out.Failed() {
				got = out[0].Text
			} else {
				got, _ = nvsetValue(findResource(doc, c.id), "instance_attributes", "devices")
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
