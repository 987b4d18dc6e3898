package controller

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
)

// bench drives one controller with a document that it applies submits to, and
// a scheduler that returns the next prepared graph.
type bench struct {
	t      *testing.T
	c      *Controller
	doc    *cib.Document
	now    time.Time
	graphs []*graph.Graph
	asked  int // runs of the scheduler
	sent   []Execute
	wake   time.Time
	hold   bool // leave submits unanswered
	held   []Submit

	fenced  []Fence
	answers map[string]string // to Asks
	stopped int               // seq of the last fencing that was stopped
	spared  int               // the same, of the last one whose target came back
	lost    []Lost
}

func newBench(t *testing.T, graphs ...*graph.Graph) *bench {
	b := &bench{t: t, doc: cib.New("pacemaker-3.9", "3.16.1"), now: time.Unix(1000, 0), graphs: graphs}
	b.c = New(Config{UUID: "u", Version: "2.1.5", FeatureSet: "3.16.1", ClusterName: "c",
		Token: time.Second, Guard: 250 * time.Millisecond,
		Schedule: func(*cib.Document, int64) (*graph.Graph, error) {
			b.asked++
			if len(b.graphs) == 0 {
				return &graph.Graph{}, nil
			}
			g := b.graphs[0]
			b.graphs = b.graphs[1:]
			return g, nil
		}})
	b.do(b.c.Document(b.now, b.doc))
	return b
}

func (b *bench) do(effects []Effect) {
	b.t.Helper()
	for _, e := range effects {
		switch e := e.(type) {
		case Execute:
			b.sent = append(b.sent, e)
		case Wake:
			b.wake = e.At
		case Fence:
			b.fenced = append(b.fenced, e)
		case Spare:
			b.spared = e.Seq
		case Lost:
			b.lost = append(b.lost, e)
		case StopFencing:
			b.stopped = e.Seq
		case FenceAnswer:
			if b.answers == nil {
				b.answers = map[string]string{}
			}
			b.answers[e.ID] = e.Error
		case Submit:
			if b.hold {
				b.held = append(b.held, e)
				continue
			}
			b.change(e.Request.Ops...)
			b.do(b.c.Submitted(b.now, e.Seq, nil))
		}
	}
}

// change edits the document as somebody else would.
func (b *bench) change(ops ...cib.Op) {
	b.t.Helper()
	next, err := cib.Apply(b.doc, cib.Request{Ops: ops}, "")
	if err != nil {
		b.t.Fatal(err)
	}
	b.doc = next
	b.do(b.c.Document(b.now, next))
}

// result writes what an executor would for the sent action number i.
func (b *bench) result(i, rc int) {
	b.t.Helper()
	e := b.sent[i]
	b.change(cib.Op{Kind: cib.Modify, XML: fmt.Sprintf(`<status><node_state id="%d"><lrm id="%d"><lrm_resources><lrm_resource id="r">
		<lrm_rsc_op id="r_last_0" transition-key="%s" transition-magic="0:%d;%s" rc-code="%d" op-status="0" call-id="%d"/>
		</lrm_resource></lrm_resources></lrm></node_state></status>`, e.Node, e.Node, e.Key, rc, e.Key, rc, i)})
}

func view(number uint64, nodes ...Node) View {
	return View{Number: number, Self: 1, DC: true, Quorate: true, Nodes: nodes}
}

func node(id uint32) Node {
	return Node{ID: id, Name: fmt.Sprintf("n%d", id), Online: true, Incarnation: 10}
}

func starts(nodes ...string) *graph.Graph {
	g := &graph.Graph{}
	for i, n := range nodes {
		a := &graph.Action{ID: i + 1, Kind: graph.RscOp, Operation: "start", Key: "r_start_0", Node: "n" + n, NodeID: n,
			Rsc: &graph.Resource{ID: "r"}, Attrs: []graph.Attr{{Name: "CRM_meta_timeout", Value: "20000"}}}
		s := &graph.Synapse{ID: i, Actions: []*graph.Action{a}}
		if i > 0 {
			s.Inputs = []int{i}
		}
		g.Synapses = append(g.Synapses, s)
	}
	return g
}

func TestOnlyTheDCActs(t *testing.T) {
	b := newBench(t, starts("1"))
	b.do(b.c.View(b.now, View{Number: 1, Self: 2, Nodes: []Node{node(1), node(2)}}))
	if b.asked > 0 || len(b.sent) > 0 || b.doc.Find("nodes").SelectElement("node") != nil {
		t.Fatal("a node that is not the DC acted")
	}
	b.do(b.c.View(b.now, view(2, node(1), node(2))))
	if len(b.sent) != 1 {
		t.Fatal("the DC did not act", b.sent)
	}
}

func TestActionsFollowEachOther(t *testing.T) {
	b := newBench(t, starts("1", "2"))
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	if len(b.sent) != 1 || b.sent[0].Node != 1 || b.sent[0].Key != "1:1:0:u" {
		t.Fatal(b.sent)
	}
	b.result(0, 0)
	if len(b.sent) != 2 || b.sent[1].Node != 2 {
		t.Fatal(b.sent)
	}
	asked := b.asked
	b.result(1, 0)
	if !b.c.Idle() || b.asked != asked {
		t.Fatal("expected results must not call for a new decision", b.asked-asked)
	}
}

func TestFailureCallsForANewDecision(t *testing.T) {
	b := newBench(t, starts("1", "2"))
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	asked := b.asked
	b.result(0, 1)
	if len(b.sent) != 1 || b.asked != asked+1 {
		t.Fatal(b.sent, b.asked-asked)
	}
}

func TestConfigurationChangeAborts(t *testing.T) {
	b := newBench(t, starts("1", "2"))
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	asked := b.asked
	b.change(cib.Op{Kind: cib.Modify, XML: `<resources><primitive id="new"/></resources>`})
	if b.asked != asked {
		t.Fatal("decided while an action was in flight")
	}
	b.result(0, 0)
	if len(b.sent) != 1 || b.asked != asked+1 {
		t.Fatal(b.sent, b.asked-asked)
	}
}

func TestLostNodeEndsItsActions(t *testing.T) {
	b := newBench(t, starts("2"))
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	asked := b.asked
	b.do(b.c.View(b.now, view(2, node(1), Node{ID: 2, Name: "n2", Left: true})))
	if b.asked != asked+1 || !b.c.Idle() {
		t.Fatal("the transition waits for a node that is gone")
	}
}

func TestSilentNodeIsGivenUpOn(t *testing.T) {
	b := newBench(t, starts("2"))
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	asked := b.asked
	b.now = b.wake // 20 s timeout + 60 s
	if b.now.Sub(time.Unix(1000, 0)) != 80*time.Second {
		t.Fatal(b.now)
	}
	b.do(b.c.Tick(b.now))
	b.now = b.now.Add(retry)
	b.do(b.c.Tick(b.now))
	if b.asked != asked+1 {
		t.Fatal(b.asked - asked)
	}
}

func TestActionsGoOnInTheNextView(t *testing.T) {
	b := newBench(t, starts("1", "2"))
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	asked := b.asked
	b.do(b.c.View(b.now, view(2, node(1), node(2), node(3))))
	if len(b.sent) != 1 || b.c.Idle() {
		t.Fatal("sent again, or given up, in the new view", b.sent)
	}
	if b.asked != asked {
		t.Fatal("decided while an action was in flight")
	}
	b.result(0, 0)
	if b.asked != asked+1 || len(b.sent) != 1 {
		t.Fatal("the old transition went on", b.asked-asked, b.sent)
	}
}

// What a node did not take because the view had changed is decided on anew.
func TestRefusedActionEndsTheTransition(t *testing.T) {
	b := newBench(t, starts("1", "2"))
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	asked := b.asked
	b.do(b.c.View(b.now, view(2, node(1), node(2), node(3))))
	b.do(b.c.Refused(b.now, "other"))
	if b.asked != asked {
		t.Fatal("decided while an action was in flight")
	}
	b.do(b.c.Refused(b.now, b.sent[0].Key))
	if b.asked != asked+1 || len(b.sent) != 1 {
		t.Fatal("waits for what was refused", b.asked-asked, b.sent)
	}
}

func TestRestartedDaemonHasLostItsActions(t *testing.T) {
	b := newBench(t, starts("2"))
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	asked := b.asked
	again := node(2)
	again.Incarnation++
	b.do(b.c.View(b.now, view(2, node(1), again)))
	if b.asked != asked+1 || len(b.sent) != 1 {
		t.Fatal(b.asked-asked, b.sent)
	}
}

func TestPendingIsNoResult(t *testing.T) {
	b := newBench(t, starts("1"))
	b.do(b.c.View(b.now, view(1, node(1))))
	b.change(cib.Op{Kind: cib.Modify, XML: `<status><node_state id="1"><lrm id="1"><lrm_resources><lrm_resource id="r">
		<lrm_rsc_op id="r_last_0" transition-key="` + b.sent[0].Key + `" rc-code="193" op-status="-1" call-id="1"/>
		</lrm_resource></lrm_resources></lrm></node_state></status>`})
	if b.c.tr == nil || b.c.tr.Aborted() != "" {
		t.Fatal("taken for a result")
	}
}

// A cleanup may take a result away before the controller has seen it.
func TestForgottenHistoryEndsTheWaitForItsResult(t *testing.T) {
	b := newBench(t, starts("1"))
	b.do(b.c.View(b.now, view(1, node(1))))
	b.change(cib.Op{Kind: cib.Modify, XML: fmt.Sprintf(`<status><node_state id="1"><lrm id="1"><lrm_resources><lrm_resource id="r">
		<lrm_rsc_op id="r_last_0" transition-key="%s" transition-magic="-1:193;x" rc-code="193" op-status="-1" call-id="1"/>
		</lrm_resource></lrm_resources></lrm></node_state></status>`, b.sent[0].Key)})
	if asked := b.asked; b.c.Idle() || asked != 1 {
		t.Fatalf("decided %d times before there was a result", asked)
	}
	b.change(cib.Op{Kind: cib.Delete, Path: "/cib/status/node_state[@id='1']/lrm/lrm_resources/lrm_resource[@id='r']"})
	if b.asked != 2 || !b.c.Idle() {
		t.Fatalf("decided %d times after the history went", b.asked)
	}
}

func TestUnreachableNode(t *testing.T) {
	b := newBench(t, starts("2"))
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	b.do(b.c.Failed(b.now, b.sent[0].Key, errors.New("connection reset")))
	if b.c.tr != nil {
		t.Fatal("the transition goes on")
	}
	if !b.wake.Equal(b.now.Add(retry)) {
		t.Fatal("tries again at once, or never", b.wake)
	}
}

func TestClearFailcountAndDelete(t *testing.T) {
	g := starts("1")
	a := g.Synapses[0].Actions[0]
	a.Kind, a.Operation, a.Key = graph.Cluster, "clear_failcount", "r_clear_failcount_0"
	b := newBench(t, g)
	b.change(cib.Op{Kind: cib.Modify, XML: `<status><node_state id="1" uname="n1" in_ccm="true" crmd="online" join="member" expected="member" incarnation="10-0">
		<transient_attributes id="1"><instance_attributes id="status-1">
		<nvpair id="f1" name="fail-count-r#start_0" value="1"/><nvpair id="f2" name="last-failure-r#start_0" value="5"/>
		<nvpair id="f3" name="fail-count-r2#start_0" value="1"/></instance_attributes></transient_attributes></node_state></status>`})
	b.do(b.c.View(b.now, view(1, node(1))))
	text := string(b.doc.Bytes())
	if strings.Contains(text, `"f1"`) || strings.Contains(text, `"f2"`) || !strings.Contains(text, `"f3"`) {
		t.Fatal(text)
	}
	if !b.c.Idle() {
		t.Fatal("not settled")
	}
}

// Shutdowns are confirmed as soon as they are sent; the DC's own comes after
// the others' in the same transition.
func TestActionsConfirmedAtOnceLetOthersFollow(t *testing.T) {
	g := starts("2", "1")
	for _, s := range g.Synapses {
		a := s.Actions[0]
		a.Kind, a.Operation, a.Key, a.Rsc = graph.Cluster, "do_shutdown", "do_shutdown-"+a.Node, nil
	}
	b := newBench(t, g)
	b.do(b.c.View(b.now, view(1, node(1), node(2))))
	if len(b.sent) != 2 || b.sent[0].Node != 2 || b.sent[1].Node != 1 {
		t.Fatalf("sent %v", b.sent)
	}
}
