package controller

import (
	"testing"
	"time"

	"gpcs/internal/fence"
)

// What a member did for a DC that is lost counts, once, and not for a daemon
// that another one has replaced.
func TestAWitnessSparesASecondFencing(t *testing.T) {
	for name, c := range map[string]struct {
		struck uint64
		member Node
		want   bool
	}{
		"the one that was lost":    {10, lost(2), true},
		"a daemon before it":       {9, lost(2), false},
		"one that came back since": {10, Node{ID: 2, Name: "n2", Online: true, Incarnation: 11}, false},
	} {
		b, f := fenceBench(t, fenceThenStart())
		b.do(b.c.View(b.now, view(3, node(1), c.member)))
		w := Witness{Target: "n2", Action: fence.Reboot, Proven: fence.Proven{Proof: "p", Devices: []string{"d"}, Struck: c.struck}}
		b.do(b.c.Witnessed(b.now, w))
		if got := findState(b.doc, "2").SelectAttrValue("fenced", "") != ""; got != c.want {
			t.Errorf("%s: taken for fenced: %v", name, got)
		}
		if c.want && b.stopped != f.Seq {
			t.Errorf("%s: its plan goes on", name)
		}
		records := len(fence.Records(b.doc))
		b.do(b.c.Witnessed(b.now, w))
		if len(fence.Records(b.doc)) != records {
			t.Errorf("%s: two records of one fencing", name)
		}
	}
}

// The daemon of the view is the one that was struck, even where the document
// has an earlier one; not after a reboot from which it may have come back.
func TestWhichDaemonWasStruck(t *testing.T) {
	fresh := node(2)
	fresh.Incarnation = 20
	for name, c := range map[string]struct {
		proven fence.Proven
		want   bool // the new one
	}{
		"switched off":                 {fence.Proven{Proof: "p"}, true},
		"rebooted before it came":      {fence.Proven{Proof: "p", Back: true}, false},
		"rebooted as it was a member":  {fence.Proven{Proof: "p", Back: true, Struck: 20}, true},
		"rebooted, another was struck": {fence.Proven{Proof: "p", Back: true, Struck: 10}, false},
	} {
		b, f := fenceBench(t, fenceThenStart())
		b.hold = true // the document does not know of it yet
		b.do(b.c.View(b.now, view(3, node(1), fresh)))
		b.hold = false
		b.do(b.c.Proven(b.now, f.Seq, c.proven))
		if got := WasFenced(b.doc, "2", 20); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// A lost node that comes back is spared; one that an administrator wants fenced
// is not, nor one that is a member all the time.
func TestWhoComesBackIsSpared(t *testing.T) {
	b, f := fenceBench(t, fenceThenStart())
	b.do(b.c.View(b.now, view(3, node(1), node(2))))
	if b.spared != f.Seq {
		t.Fatal("not spared")
	}
	b.do(b.c.Ended(b.now, f.Seq, fence.Ended{Spared: true}))
	if len(fence.Records(b.doc)) != 0 || len(fence.Pending(b.doc)) != 0 {
		t.Error("it stands in the history")
	}
	b.spared = 0
	b.do(b.c.Asked(b.now, Ask{ID: "a", Target: "n2", Action: fence.Reboot}))
	back := node(2)
	back.Since = 4
	b.do(b.c.View(b.now, view(4, node(1), back)))
	if b.spared != 0 {
		t.Error("an administrator's wish is not carried out")
	}
}

// Who loses the quorum fences nobody, with what was begun before neither.
func TestNoFencingIsContinuedWithoutQuorum(t *testing.T) {
	b, f := fenceBench(t, fenceThenStart())
	alone := view(3, node(1), lost(2))
	alone.Quorate = false
	b.do(b.c.View(b.now, alone))
	if b.stopped != f.Seq {
		t.Fatal("it goes on")
	}
	b.now = b.now.Add(time.Minute)
	if again := b.fences(b.c.Tick(b.now)); len(again) != 0 {
		t.Errorf("%+v", again)
	}
}
