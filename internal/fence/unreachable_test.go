package fence

import (
	"slices"
	"testing"

	"gpcs/internal/cib"
)

func TestDevicesThatWorkNowhere(t *testing.T) {
	doc := cib.New("pacemaker-3.9", "3.16.1")
	op := func(id, operation, rc string) string {
		return `<lrm_resource id="` + id + `"><lrm_rsc_op id="` + id + `-op" operation="` + operation + `" rc-code="` + rc + `" call-id="5"/></lrm_resource>`
	}
	state := func(n, resources string) string {
		return `<node_state id="` + n + `" uname="n` + n + `"><lrm id="` + n + `"><lrm_resources>` + resources + `</lrm_resources></lrm></node_state>`
	}
	doc = applied(t, doc, []cib.Op{
		{Kind: cib.Modify, XML: `<resources><primitive id="good" class="stonith" type="fence_x"/>` +
			`<primitive id="bad" class="stonith" type="fence_x"/><primitive id="new" class="stonith" type="fence_x"/></resources>`},
		{Kind: cib.Modify, XML: `<status>` + state("1", op("good", "start", "1")+op("bad", "start", "1")+op("new", "monitor", "7")) +
			state("2", op("good", "start", "0")+op("bad", "start", "1")) + `</status>`},
	})
	if got := Unreachable(doc); !slices.Equal(got, []string{"bad"}) {
		t.Error(got)
	}
}
