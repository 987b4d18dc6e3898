package controller

import (
	"strings"
	"testing"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
)

func TestMembershipIsWrittenBeforeAnythingIsDecided(t *testing.T) {
	b := newBench(t)
	b.hold = true
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	if b.asked > 0 {
		t.Fatal("decided before the membership stood in the document")
	}
	b = newBench(t)
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	text := string(b.doc.Bytes())
	for _, want := range []string{`<node id="2" uname="n2"/>`, `dc-uuid="1"`, `have-quorum="1"`, `value="corosync"`,
		`crmd="online"`, `#feature-set`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if b.asked == 0 || !b.c.Idle() {
		t.Fatal("not settled")
	}
	// A second look at the same view changes nothing: a quiet cluster stays quiet.
	before := b.doc.Version()
	b.do(b.c.View(b.now, view(2, node(1), node(2))))
	if b.doc.Version() != before {
		t.Errorf("version rose from %s to %s without need", before, b.doc.Version())
	}
}

func TestRemovedNodeIsNotPutBack(t *testing.T) {
	b := newBench(t)
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	b.do(b.c.View(b.now, view(2, node(1), Node{ID: 2, Name: "n2", Left: true})))
	b.change(cib.Op{Kind: cib.Delete, Path: "//node[@id='2']|//node_state[@id='2']"})
	if strings.Contains(string(b.doc.Bytes()), `uname="n2"`) {
		t.Fatal(string(b.doc.Bytes()))
	}
}

// A member that is new here may have been in a quorum with the lost node until
// just now, though nobody here heard that one for long.
func TestNewMemberVouchesForTheLost(t *testing.T) {
	b := newBench(t)
	b.change(cib.Op{Kind: cib.Modify, XML: `<crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="a" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>`})
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	gone := Node{ID: 2, Name: "n2", Heard: b.now}
	b.now = b.now.Add(time.Minute)
	b.do(b.c.View(b.now, view(2, node(1), gone)))
	asked := b.asked
	b.do(b.c.View(b.now, view(3, node(1), gone, node(3))))
	if want := b.now.Add(1250 * time.Millisecond); b.asked != asked || !b.wake.Equal(want) {
		t.Fatalf("decided %d times, wakes at %v, want %v", b.asked-asked, b.wake, want)
	}
	b.now = b.wake
	b.do(b.c.Tick(b.now))
	if b.asked == asked {
		t.Fatal("not decided after the guard time")
	}
}

func TestLostNodeIsGivenTimeToStop(t *testing.T) {
	lost := Node{ID: 2, Name: "n2", Heard: time.Unix(1000, 0)}
	for name, c := range map[string]struct {
		options string
		left    bool
		waits   bool
	}{
		"no fencing, policy stop":   {options: `<nvpair id="a" name="stonith-enabled" value="false"/>`, waits: true},
		"no fencing, policy ignore": {options: `<nvpair id="a" name="stonith-enabled" value="false"/><nvpair id="b" name="no-quorum-policy" value="ignore"/>`},
		"left on purpose":           {options: `<nvpair id="a" name="stonith-enabled" value="false"/>`, left: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.change(cib.Op{Kind: cib.Modify, XML: `<crm_config><cluster_property_set id="cib-bootstrap-options">` + c.options + `</cluster_property_set></crm_config>`})
			b.do(b.c.View(b.now, view(1, node(1), node(2))))
			asked := b.asked
			b.now = b.now.Add(time.Second)
			gone := lost
			gone.Left = c.left
			b.do(b.c.View(b.now, view(2, node(1), gone)))
			if !strings.Contains(string(b.doc.Bytes()), `crmd="offline"`) {
				t.Fatal("the loss is not in the document")
			}
			if waited := b.asked == asked; waited != c.waits {
				t.Fatalf("waited: %v", waited)
			}
			if !c.waits {
				return
			}
			if want := lost.Heard.Add(1250 * time.Millisecond); !b.wake.Equal(want) {
				t.Fatal(b.wake, want)
			}
			b.now = b.wake
			b.do(b.c.Tick(b.now))
			if b.asked == asked {
				t.Fatal("not decided after the guard time")
			}
		})
	}
}

func TestJoiningNodeIsProbedAnew(t *testing.T) {
	b := newBench(t, starts("2"))
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	b.result(0, 0)
	again := node(2)
	again.Incarnation = 11
	b.do(b.c.View(b.now, view(2, node(1), again)))
	if found, _ := b.doc.XPath("//node_state[@id='2']//lrm_rsc_op"); len(found) > 0 {
		t.Fatal("history of the old daemon was kept")
	}
	b.graphs = []*graph.Graph{starts("2")}
	b.change(cib.Op{Kind: cib.Modify, XML: `<resources><primitive id="r"/></resources>`})
	b.result(1, 0)
	away := again
	away.Since = 3 // the view without it was missed
	b.do(b.c.View(b.now, view(3, node(1), away)))
	if found, _ := b.doc.XPath("//node_state[@id='2']//lrm_rsc_op"); len(found) > 0 {
		t.Fatal("history from before the node was away was kept")
	}
	b.do(b.c.View(b.now, view(4, node(1), again)))
	if found, _ := b.doc.XPath("//node_state[@id='2']//lrm_rsc_op"); len(found) > 0 {
		t.Fatal("history of the old daemon was kept")
	}
	if found, _ := b.doc.XPath("//node_state[@id='2' and @incarnation='11-0']"); len(found) != 1 {
		t.Fatal(string(b.doc.Bytes()))
	}
}

// What a former DC asked for is stored late, and takes away a result that was
// not seen yet: the DC does not wait for that for ever.
func TestAFormerDCTakesResultsAway(t *testing.T) {
	b := newBench(t, starts("1"))
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	if len(b.sent) != 1 || b.c.Idle() {
		t.Fatal(b.sent)
	}
	asked := b.asked
	b.change(cib.Op{Kind: cib.Modify, XML: `<status><node_state id="1" incarnation="10-7"/></status>`})
	if b.asked == asked || !b.c.Idle() {
		t.Error("it waits for a result that may be gone")
	}
	if life := findState(b.doc, "1").SelectAttrValue("incarnation", ""); life != node(1).life() {
		t.Errorf("the membership is that of the former DC: %s", life)
	}
}

// The same, but the former DC saw the same membership: what the node has told
// since then stays.
func TestAFormerDCWritesTheSameMembership(t *testing.T) {
	b := newBench(t, starts("1"))
	former := membership(b.c.cfg, b.doc, view(1, node(1), node(2)))
	b.change(former...)
	restarted := node(1)
	restarted.Incarnation = 11
	late := nodeState(b.c.cfg, b.doc, restarted)
	b.do(b.c.View(b.now, view(2, restarted, node(2))))
	b.hold = true
	b.result(0, 0)
	b.change(late...)
	if found, _ := b.doc.XPath("//node_state[@id='1']//lrm_rsc_op"); len(found) != 1 {
		t.Error("results of this view were taken away")
	}
	if len(late) != 3 {
		t.Error("nothing was forgotten of the daemon before", late)
	}
}
