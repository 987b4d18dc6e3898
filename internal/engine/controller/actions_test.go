package controller

import (
	"testing"

	"gpcs/internal/engine/graph"
)

// A node that has just come back and is told to leave is asked what runs there
// before it is let go. What it finds running has the shutdown decided anew.
func TestNodeIsProbedBeforeItMayLeave(t *testing.T) {
	leaving := func() *graph.Graph {
		g := starts("2")
		probe := g.Synapses[0].Actions[0]
		probe.Operation, probe.Key = "monitor", "r_monitor_0"
		probe.Attrs = append(probe.Attrs, graph.Attr{Name: "CRM_meta_op_target_rc", Value: "7"})
		g.Synapses = append(g.Synapses, &graph.Synapse{ID: 1, Actions: []*graph.Action{
			{ID: 2, Kind: graph.Cluster, Operation: "do_shutdown", Key: "do_shutdown-n2", Node: "n2", NodeID: "2"}}})
		return g
	}
	for _, c := range []struct {
		rc   int
		sent int
		what string
	}{{7, 2, "nothing runs"}, {0, 1, "something runs"}} {
		b := newBench(t, leaving())
		b.do(b.c.View(b.now, view(1, node(1), node(2))))
		if len(b.sent) != 1 || b.sent[0].Act.Operation != "monitor" {
			t.Fatalf("sent %v, wanted the probe alone", b.sent)
		}
		b.result(0, c.rc)
		if len(b.sent) != c.sent {
			t.Errorf("%s: %d commands, wanted %d", c.what, len(b.sent), c.sent)
		}
	}
}
