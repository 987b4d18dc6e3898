package simulate_test

import (
	"fmt"
	"strings"
	"testing"

	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/sched"
	"gpcs/internal/engine/simulate"
)

const twoNodes = `<cib have-quorum="1" dc-uuid="1"><configuration><crm_config><cluster_property_set id="o">
<nvpair id="o1" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
<nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>
<resources><group id="g"><primitive id="a" class="ocf" provider="heartbeat" type="Dummy"><operations><op id="am" name="monitor" interval="10s"/></operations></primitive>
<primitive id="b" class="ocf" provider="heartbeat" type="Dummy"/></group>
<clone id="c"><primitive id="d" class="ocf" provider="heartbeat" type="Dummy"/></clone></resources><constraints>
<rsc_colocation id="x" rsc="g" with-rsc="c" score="INFINITY"/><rsc_order id="y" first="c" then="g"/></constraints></configuration>
<status><node_state id="1" uname="n1" in_ccm="true" crmd="online" join="member" expected="member"/>
<node_state id="2" uname="n2" in_ccm="true" crmd="online" join="member" expected="member"/></status></cib>`

// A cluster at which everything succeeded is at rest: scheduled again it gives nothing to do.
func TestFixedPoint(t *testing.T) {
	doc, err := cib.Parse([]byte(twoNodes))
	if err != nil {
		t.Fatal(err)
	}
	first, err := sched.Schedule(doc, sched.Options{Now: 1700000000})
	if err != nil {
		t.Fatal(err)
	}
	report := simulate.Run(doc, first.Graph, func(id string) bool { return !strings.Contains(id, ":") }, 1700000000)
	if !report.Complete {
		t.Fatalf("the graph does not end:\n%s", fmt.Sprint(report.Steps))
	}
	again, err := sched.Schedule(doc, sched.Options{Now: 1700000060})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range again.Graph.Synapses {
		t.Errorf("still to do: %s on %s", s.Actions[0].Key, s.Actions[0].Node)
	}
	for _, id := range []string{"a", "b"} {
		if r := again.Cluster.Resource(id); r.Role != sched.RoleStarted {
			t.Errorf("%s is %s", id, r.Role)
		}
	}
}

func TestLoop(t *testing.T) {
	g := &graph.Graph{Synapses: []*graph.Synapse{
		{Actions: []*graph.Action{{ID: 1, Kind: graph.Pseudo, Key: "x"}}, Inputs: []int{2}},
		{Actions: []*graph.Action{{ID: 2, Kind: graph.Pseudo, Key: "y"}}, Inputs: []int{1}},
	}}
	if r := simulate.Run(cib.New("pacemaker-3.9", "3.19.0"), g, nil, 0); r.Complete || len(r.Steps) != 0 {
		t.Errorf("a loop was carried out: %+v", r)
	}
}

// What was reloaded runs on: a reload is recorded as the start that it stands for.
func TestReload(t *testing.T) {
	doc, err := cib.Parse([]byte(twoNodes))
	if err != nil {
		t.Fatal(err)
	}
	g := &graph.Graph{Synapses: []*graph.Synapse{{Actions: []*graph.Action{{ID: 1, Kind: graph.RscOp, Operation: "reload-agent", Node: "n1", NodeID: "1",
		Rsc: &graph.Resource{ID: "a", Class: "ocf", Provider: "heartbeat", Type: "Dummy"}}}}}}
	simulate.Run(doc, g, nil, 0)
	if got := doc.Root().FindElement("//lrm_rsc_op").SelectAttrValue("operation_key", ""); got != "a_start_0" {
		t.Errorf("recorded as %s", got)
	}
}
