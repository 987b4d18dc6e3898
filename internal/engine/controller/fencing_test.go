package controller

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
	"gpcs/internal/fence"
)

// fenceThenStart is a transition that fences node 2 and starts r on node 1.
func fenceThenStart() *graph.Graph {
	g := starts("1")
	g.Synapses[0].Actions[0].ID = 2
	g.Synapses[0].Inputs = []int{1}
	f := &graph.Action{ID: 1, Kind: graph.Cluster, Operation: "stonith", Key: "stonith-n2-reboot", Node: "n2", NodeID: "2",
		Attrs: []graph.Attr{{Name: "CRM_meta_priority_fencing_delay", Value: "15"}, {Name: "CRM_meta_stonith_action", Value: "reboot"}}}
	g.Synapses = append([]*graph.Synapse{{ID: 9, Actions: []*graph.Action{f}}}, g.Synapses...)
	return g
}

// fenceBench has node 2 lost and its fencing begun.
func fenceBench(t *testing.T, graphs ...*graph.Graph) (*bench, Fence) {
	b := newBench(t)
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	b.graphs = graphs
	f := b.fences(b.c.View(b.now, view(2, node(1), lost(2))))
	if len(f) != 1 {
		t.Fatal("no fencing was begun")
	}
	return b, f[0]
}

func lost(id uint32) Node {
	n := node(id)
	n.Online, n.Incarnation = false, 0
	return n
}

// fences carries effects out and returns the fencings among them and among
// what they lead to.
func (b *bench) fences(effects []Effect) []Fence {
	b.t.Helper()
	before := len(b.fenced)
	b.do(effects)
	return b.fenced[before:]
}

func TestNothingStartsBeforeTheProofIsStored(t *testing.T) {
	b, f := fenceBench(t, fenceThenStart())
	if len(b.sent) != 0 || f.Request.Target != "n2" || f.Request.Action != fence.Reboot || f.Request.DelayMS != 15000 {
		t.Fatalf("%+v %v", f.Request, b.sent)
	}
	b.hold = true
	b.do(b.c.Proven(b.now, f.Seq, fence.Proven{Proof: "off verified by status", Devices: []string{"d"}, Delegate: "n1"}))
	if len(b.sent) != 0 {
		t.Fatal("recovered before the proof was stored")
	}
	held := b.held[len(b.held)-1]
	b.hold = false
	b.graphs = []*graph.Graph{starts("1")}
	b.change(held.Request.Ops...)
	b.do(b.c.Submitted(b.now, held.Seq, nil))
	if len(b.sent) != 1 {
		t.Fatal("not recovered after the proof", b.sent)
	}
	state := findState(b.doc, "2")
	if state.SelectAttrValue("expected", "") != "down" || state.SelectElement("lrm") != nil {
		t.Error("the node's state was not cleared")
	}
	if list := fence.Records(b.doc); len(list) != 1 || list[0].State != fence.Success || fence.Verify(list) != nil {
		t.Errorf("%+v", list)
	}
}

func TestFailedFencingIsTriedAgainLaterAndLater(t *testing.T) {
	b, f := fenceBench(t, fenceThenStart(), fenceThenStart(), fenceThenStart())
	b.do(b.c.Ended(b.now, f.Seq, fence.Ended{Failures: []string{"no route"}}))
	if len(b.fenced) != 1 || len(b.sent) != 0 {
		t.Fatal("tried again at once, or recovered")
	}
	if list := fence.Records(b.doc); len(list) != 1 || list[0].Reason != "no route" {
		t.Errorf("%+v", list)
	}
	b.now = b.now.Add(fenceRetry)
	again := b.fences(b.c.Tick(b.now))
	if len(again) != 1 {
		t.Fatal("not tried again")
	}
	b.do(b.c.Ended(b.now, again[0].Seq, fence.Ended{Failures: []string{"no route"}}))
	b.now = b.now.Add(fenceRetry)
	if len(b.fences(b.c.Tick(b.now))) != 0 {
		t.Fatal("the second pause is not longer")
	}
	b.now = b.now.Add(fenceRetry)
	if len(b.fences(b.c.Tick(b.now))) != 1 {
		t.Fatal("not tried a third time")
	}
}

func TestAConfirmationEndsWhatDevicesDo(t *testing.T) {
	b, f := fenceBench(t, fenceThenStart(), starts("1"))
	b.do(b.c.Asked(b.now, Ask{ID: "a", Target: "n1", Confirm: true}))
	if got := b.answers["a"]; !strings.Contains(got, "not off") {
		t.Errorf("a member was confirmed as off: %q", got)
	}
	b.do(b.c.Asked(b.now, Ask{ID: "b", Target: "n2", Action: fence.Off, Confirm: true}))
	if got, ok := b.answers["b"]; !ok || got != "" || len(b.sent) != 1 || b.stopped != f.Seq {
		t.Errorf("answer %q, sent %v, stopped %d", got, b.sent, b.stopped)
	}
	b.do(b.c.Ended(b.now, f.Seq, fence.Ended{}))
	if list := fence.Records(b.doc); len(list) != 1 || list[0].Proof != "confirmed by a human" {
		t.Errorf("%+v", list)
	}
}

// A node that was fenced counts as gone until another daemon of it comes, even
// where the view still has it.
func TestTheDaemonThatWasFencedIsNoMemberAgain(t *testing.T) {
	b, f := fenceBench(t, fenceThenStart())
	b.do(b.c.Proven(b.now, f.Seq, fence.Proven{Proof: "p"}))
	b.do(b.c.Ended(b.now, f.Seq, fence.Ended{OK: true}))
	b.do(b.c.View(b.now, view(3, node(1), node(2))))
	if s := findState(b.doc, "2"); s.SelectAttrValue("in_ccm", "") != "false" {
		t.Error("taken back")
	}
	fresh := node(2)
	fresh.Incarnation++
	b.do(b.c.View(b.now, view(4, node(1), fresh)))
	if s := findState(b.doc, "2"); s.SelectAttrValue("in_ccm", "") != "true" {
		t.Error("not taken back after its restart")
	}
}

// Where a split leaves two halves and no delay is configured, the half with
// the lowest id goes first.
func TestOneHalfFencesFirst(t *testing.T) {
	for _, c := range []struct {
		name    string
		self, n uint32 // of n nodes
		lost    uint32
		want    int64
	}{{"the first half", 1, 2, 2, 0}, {"the other half", 2, 2, 1, tieDelay.Milliseconds()}, {"more than half", 2, 3, 1, 0}} {
		b := newBench(t)
		all, left := view(1), view(2)
		for id := uint32(1); id <= c.n; id++ {
			all.Nodes = append(all.Nodes, node(id))
			if left.Nodes = append(left.Nodes, node(id)); id == c.lost {
				left.Nodes[id-1] = lost(id)
			}
		}
		all.Self, left.Self = c.self, c.self
		b.do(b.c.View(b.now, all))
		g := fenceThenStart()
		a := g.Synapses[0].Actions[0]
		a.Attrs, a.Node, a.NodeID = nil, fmt.Sprintf("n%d", c.lost), fmt.Sprint(c.lost)
		b.graphs = []*graph.Graph{g}
		f := b.fences(b.c.View(b.now, left))
		if len(f) != 1 || f[0].Request.DelayMS != c.want {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}

func TestUnseenNodesHaveTimeToJoin(t *testing.T) {
	b := newBench(t)
	b.do(b.c.View(b.now, view(1, node(1), lost(2))))
	if b.asked != 0 {
		t.Fatal("decided before an unseen node had time to join")
	}
	b.now = b.now.Add(deadtime)
	b.do(b.c.Tick(b.now))
	if b.asked == 0 {
		t.Fatal("never decided")
	}
	b = newBench(t)
	b.do(b.c.View(b.now, view(1, node(1), lost(2))))
	b.now = b.now.Add(time.Second)
	b.do(b.c.View(b.now, view(2, node(1), node(2))))
	if b.asked == 0 {
		t.Fatal("waits although all have joined")
	}
}

// A node that left on purpose is in the ledger: that it had stopped what it ran
// is the proof on which the others start it.
func TestLeavingIsOnRecord(t *testing.T) {
	b := newBench(t)
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	gone := lost(2)
	gone.Left = true
	b.do(b.c.View(b.now, view(2, node(1), gone)))
	b.do(b.c.View(b.now, view(3, node(1), gone)))
	list := fence.Records(b.doc)
	if len(list) != 1 || list[0].Action != fence.Leave || list[0].Target != "n2" || fence.Verify(list) != nil {
		t.Errorf("%+v", list)
	}
	if len(fence.History(b.doc)) != 0 {
		t.Error("the history of fencing shows a node that left")
	}
}

// The chain goes on where the node's ledger ended, though the document is new.
func TestTheChainOutlastsTheDocument(t *testing.T) {
	b, _ := fenceBench(t, fenceThenStart())
	b.c.cfg.LastRecord = "earlier"
	b.do(b.c.Ended(b.now, b.fenced[0].Seq, fence.Ended{Failures: []string{"no route"}}))
	if list := fence.Records(b.doc); len(list) != 1 || list[0].Prev != "earlier" {
		t.Errorf("%+v", list)
	}
}

// Who asks for what is under way already waits for that; who asks again since
// the DC was lost does not have a node fenced twice.
func TestAskingTwiceFencesOnce(t *testing.T) {
	b, f := fenceBench(t, fenceThenStart())
	b.do(b.c.Asked(b.now, Ask{ID: "a", Target: "n2", Action: fence.Reboot}))
	b.do(b.c.Asked(b.now, Ask{ID: "b", Target: "n2", Action: fence.Reboot, Again: true}))
	if len(b.fenced) != 1 {
		t.Fatal("fenced twice at one time")
	}
	b.do(b.c.Proven(b.now, f.Seq, fence.Proven{Proof: "p"}))
	b.do(b.c.Ended(b.now, f.Seq, fence.Ended{OK: true}))
	b.do(b.c.Asked(b.now, Ask{ID: "c", Target: "n2", Action: fence.Reboot, Again: true}))
	for _, id := range []string{"a", "b", "c"} {
		if got, ok := b.answers[id]; !ok || got != "" {
			t.Errorf("%s: %q, answered: %v", id, got, ok)
		}
	}
	if len(b.fenced) != 1 {
		t.Error("fenced again")
	}
}

// The DC is another one when the node is off and not yet on again: that one
// switches it on, and only that.
func TestTheNextDCGoesOnWithAReboot(t *testing.T) {
	b, f := fenceBench(t, fenceThenStart())
	b.do(b.c.Proven(b.now, f.Seq, fence.Proven{Proof: "p", Devices: []string{"d", "e"}, SwitchOn: []string{"d", "e"}}))
	notDC := view(3, node(1), lost(2))
	notDC.DC = false
	b.do(b.c.View(b.now, notDC))
	began := b.fences(b.c.View(b.now, view(4, node(1), lost(2))))
	if len(began) != 1 || len(began[0].Request.SwitchOn) != 2 || began[0].Request.Target != "n2" {
		t.Fatalf("%+v", began)
	}
	// Members that do not know the new DC yet refuse: that is no try.
	b.do(b.c.Ended(b.now, began[0].Seq, fence.Ended{OK: true, Unfinished: true}))
	if len(b.fenced) != 2 {
		t.Fatal("tried again at once")
	}
	b.now = b.now.Add(retry)
	again := b.fences(b.c.Tick(b.now))
	if len(again) != 1 {
		t.Fatal("given up after a refusal")
	}
	b.do(b.c.Ended(b.now, again[0].Seq, fence.Ended{OK: true}))
	b.now = b.now.Add(time.Minute)
	if len(b.fences(b.c.Tick(b.now))) != 0 || findState(b.doc, "2").SelectAttrValue(switchOnAttr, "x") != "" {
		t.Error("switched on more than once")
	}
	if list := fence.Records(b.doc); len(list) != 1 {
		t.Errorf("%+v", list)
	}
}

// What is under way already is not taken over, and a node that came back by
// itself needs nothing.
func TestAFinishedRebootIsNotTakenOver(t *testing.T) {
	b, f := fenceBench(t, fenceThenStart())
	b.do(b.c.Proven(b.now, f.Seq, fence.Proven{Proof: "p", Devices: []string{"d"}, SwitchOn: []string{"d"}}))
	b.do(b.c.View(b.now, view(3, node(1), lost(2))))
	if len(b.fenced) != 1 {
		t.Fatal("switched on by two plans")
	}
	notDC := view(4, node(1), lost(2))
	notDC.DC = false
	b.do(b.c.View(b.now, notDC))
	fresh := node(2)
	fresh.Incarnation++
	b.do(b.c.View(b.now, view(5, node(1), fresh)))
	if len(b.fenced) != 1 || findState(b.doc, "2").SelectAttrValue(switchOnAttr, "x") != "" {
		t.Error("a node that is on is switched on")
	}
}

func TestFencingUnderWayIsInTheHistory(t *testing.T) {
	b, f := fenceBench(t, fenceThenStart())
	list := fence.Pending(b.doc)
	if len(list) != 1 || list[0].Target != "n2" || list[0].Action != fence.Reboot || list[0].Origin != "n1" || len(fence.Records(b.doc)) != 0 {
		t.Fatalf("%+v", list)
	}
	b.do(b.c.Ended(b.now, f.Seq, fence.Ended{Failures: []string{"no route"}}))
	if list := fence.Pending(b.doc); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	b.change(fence.Begun(fence.Record{ID: "other-1", Target: "n9", Action: fence.Off}))
	b.now = b.now.Add(fenceRetry)
	b.do(b.c.Tick(b.now))
	if list := fence.Pending(b.doc); len(list) > 0 && list[0].Target == "n9" {
		t.Error("what a lost DC had under way is shown for ever")
	}
}

// A side without a quorum may fence its own members, and only as long as they
// are that.
func TestMembersAreFencedWithoutAQuorum(t *testing.T) {
	for _, c := range []struct {
		name                     string
		quorate, online, ignores bool
		member                   bool
	}{
		{name: "a member", online: true, member: true},
		{name: "with a quorum", online: true, quorate: true},
		{name: "somebody else"},
		{name: "a member where the quorum does not matter", online: true, ignores: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			if c.ignores {
				b.change(cib.Op{Kind: cib.Modify, XML: `<crm_config><cluster_property_set id="o"><nvpair id="p" name="no-quorum-policy" value="ignore"/></cluster_property_set></crm_config>`})
			}
			b.do(b.c.View(b.now, view(1, node(1), node(2), node(3), node(4))))
			b.graphs = []*graph.Graph{fenceThenStart()}
			target := node(2)
			if !c.online {
				target = lost(2)
			}
			v := view(2, node(1), target, lost(3), lost(4))
			v.Quorate = c.quorate
			f := b.fences(b.c.View(b.now, v))
			if len(f) != 1 || f[0].Request.Member != c.member || f[0].Request.Quorate != c.quorate {
				t.Fatalf("%+v", f)
			}
			if !c.member {
				return
			}
			v.Number, v.Nodes[1] = 3, lost(2)
			b.do(b.c.View(b.now, v))
			if b.stopped != f[0].Seq {
				t.Error("it goes on although the target is no member any more")
			}
		})
	}
}

// What is under way hears of members that are gone, or came back so fast that
// they never were: they have forgotten their orders.
func TestFencingHearsOfLostMembers(t *testing.T) {
	for name, tc := range map[string]struct {
		third   Node
		quorate bool
		want    bool
	}{
		"nothing":        {node(3), true, false},
		"gone":           {lost(3), true, true},
		"another daemon": {Node{ID: 3, Name: "n3", Online: true, Incarnation: 77}, true, true},
		"no quorum":      {lost(3), false, false},
	} {
		b := newBench(t)
		b.do(b.c.View(b.now, view(1, node(1), node(2), node(3))))
		b.graphs = []*graph.Graph{fenceThenStart()}
		f := b.fences(b.c.View(b.now, view(2, node(1), lost(2), node(3))))
		if len(f) != 1 {
			t.Fatalf("%s: %d begun", name, len(f))
		}
		b.lost = nil
		next := view(3, node(1), lost(2), tc.third)
		next.Quorate = tc.quorate
		b.do(b.c.View(b.now, next))
		var want []Lost
		if tc.want {
			want = []Lost{{Seq: f[0].Seq, Nodes: []uint32{3}}}
		}
		if !reflect.DeepEqual(b.lost, want) {
			t.Errorf("%s: %+v, want %+v", name, b.lost, want)
		}
	}
}
