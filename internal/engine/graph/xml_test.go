package graph_test

import (
	"strings"
	"testing"

	"gpcs/internal/engine/graph"
)

func sample() *graph.Graph {
	rsc := &graph.Resource{ID: "a", Class: "ocf", Provider: "heartbeat", Type: "Dummy"}
	return &graph.Graph{ID: 1, ClusterDelay: "60s", StonithTimeout: "60s", FailedStart: "INFINITY", FailedStop: "INFINITY", MigrationLimit: -1,
		Synapses: []*graph.Synapse{
			{ID: 0, Actions: []*graph.Action{{ID: 4, Kind: graph.RscOp, Operation: "start", Key: "a_start_0", Node: "n1", NodeID: "1", Rsc: rsc,
				Attrs: []graph.Attr{{Name: "CRM_meta_timeout", Value: "20000"}, {Name: "fake", Value: `<"&>`}}}}, Inputs: []int{2}},
			{ID: 1, Priority: 5, Actions: []*graph.Action{{ID: 2, Kind: graph.Pseudo, Operation: "stopped", Key: "c_stopped_0"}}},
		}}
}

func TestXML(t *testing.T) {
	want := `<transition_graph cluster-delay="60s" fencing-timeout="60s" failed-stop-offset="INFINITY" failed-start-offset="INFINITY" batch-limit="0" transition_id="1">
  <synapse id="0">
    <action_set>
      <rsc_op id="4" operation="start" operation_key="a_start_0" on_node="n1" on_node_uuid="1">
        <primitive id="a" class="ocf" provider="heartbeat" type="Dummy"/>
        <attributes CRM_meta_timeout="20000" fake="&lt;&quot;&amp;&gt;"/>
      </rsc_op>
    </action_set>
    <inputs>
      <trigger>
        <pseudo_event id="2" operation="stopped" operation_key="c_stopped_0"/>
      </trigger>
    </inputs>
  </synapse>
  <synapse id="1" priority="5">
    <action_set>
      <pseudo_event id="2" operation="stopped" operation_key="c_stopped_0">
        <attributes/>
      </pseudo_event>
    </action_set>
    <inputs/>
  </synapse>
</transition_graph>
`
	if got := string(sample().XML()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDot(t *testing.T) {
	got := string(sample().Dot())
	for _, line := range []string{`"c_stopped_0" -> "a_start_0 n1"`, `"c_stopped_0" [ style=bold color="green" fontcolor="orange"]`} {
		if !strings.Contains(got, line) {
			t.Errorf("no %s in\n%s", line, got)
		}
	}
}
