package status

import (
	"strings"
	"testing"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/fence"
)

// What is under way has neither delegate nor time; crm_mon lists it by itself
// unless it shows the whole history.
func TestFencingUnderWay(t *testing.T) {
	doc, err := cib.Apply(cib.New("pacemaker-3.9", "3.16.1"), cib.Request{Ops: []cib.Op{
		fence.Begun(fence.Record{ID: "u-1", Target: "n2", Action: fence.Reboot, Origin: "n1", Client: "pacemaker-controld"})}}, "")
	if err != nil {
		t.Fatal(err)
	}
	view, err := New(doc, time.Unix(0, 0).UTC())
	if err != nil {
		t.Fatal(err)
	}
	if got := view.Text(Show{Sections: Default}); !strings.Contains(got,
		"Pending Fencing Actions:\n  * reboot of n2 for pacemaker-controld@n1 last pending\n") {
		t.Errorf("by default:\n%s", got)
	}
	if got := view.Text(Show{Sections: Default | Fencing}); !strings.Contains(got,
		"Fencing History:\n  * reboot of n2 for pacemaker-controld@n1 pending\n") || strings.Contains(got, "Pending Fencing") {
		t.Errorf("with the history:\n%s", got)
	}
	if got := FencingLine(view.Underway[0], time.UTC); got != "reboot of n2 pending: client=pacemaker-controld, origin=n1" {
		t.Error(got)
	}
}
