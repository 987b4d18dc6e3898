package simulate_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
	"gpcs/internal/engine/simulate"
)

// randomCluster draws a cluster of up to four nodes, some of them in standby,
// with primitives, groups and clones and constraints between them.
func randomCluster(t *rapid.T) string {
	var nodes, states, rsc, cons strings.Builder
	n := rapid.IntRange(1, 4).Draw(t, "nodes")
	for i := 1; i <= n; i++ {
		standby := ""
		if rapid.IntRange(0, 4).Draw(t, "standby") == 0 {
			standby = fmt.Sprintf(`<instance_attributes id="s%d"><nvpair id="sv%d" name="standby" value="on"/></instance_attributes>`, i, i)
		}
		fmt.Fprintf(&nodes, `<node id="%d" uname="n%d">%s</node>`, i, i, standby)
		fmt.Fprintf(&states, `<node_state id="%d" uname="n%d" in_ccm="true" crmd="online" join="member" expected="member"/>`, i, i)
	}
	primitive := func(id string) string {
		return fmt.Sprintf(`<primitive id="%s" class="ocf" provider="heartbeat" type="Dummy"><operations><op id="%s-m" name="monitor" interval="10s"/></operations></primitive>`, id, id)
	}
	var names []string
	for i := range rapid.IntRange(1, 5).Draw(t, "resources") {
		id := fmt.Sprintf("r%d", i)
		names = append(names, id)
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			fmt.Fprintf(&rsc, `<group id="%s">%s%s</group>`, id, primitive(id+"a"), primitive(id+"b"))
		case 1:
			fmt.Fprintf(&rsc, `<clone id="%s">%s</clone>`, id, primitive(id+"p"))
		default:
			rsc.WriteString(primitive(id))
		}
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "constraints") {
		// A later resource depends on an earlier one, so that there is no circle.
		a := rapid.IntRange(0, len(names)-1).Draw(t, "a")
		b := rapid.IntRange(0, len(names)-1).Draw(t, "b")
		if a == b {
			continue
		}
		first, then := names[min(a, b)], names[max(a, b)]
		score := rapid.SampledFrom([]string{"INFINITY", "100", "-100", "-INFINITY"}).Draw(t, "score")
		switch rapid.IntRange(0, 2).Draw(t, "constraint") {
		case 0:
			fmt.Fprintf(&cons, `<rsc_colocation id="c%d" rsc="%s" with-rsc="%s" score="%s"/>`, i, then, first, score)
		case 1:
			fmt.Fprintf(&cons, `<rsc_order id="o%d" first="%s" then="%s"/>`, i, first, then)
		case 2:
			fmt.Fprintf(&cons, `<rsc_location id="l%d" rsc="%s" node="n%d" score="%s"/>`, i, then, 1+i%n, score)
		}
	}
	return `<cib have-quorum="1" dc-uuid="1"><configuration><crm_config><cluster_property_set id="o"><nvpair id="o1" name="stonith-enabled" value="false"/></cluster_property_set></crm_config><nodes>` +
		nodes.String() + `</nodes><resources>` + rsc.String() + `</resources><constraints>` + cons.String() + `</constraints></configuration><status>` + states.String() + `</status></cib>`
}

// settle schedules and carries out until nothing is left to do. Whatever the
// configuration, a transition ends, two are enough, and no plain resource is on two nodes.
func settle(t *rapid.T, doc *cib.Document, what string) {
	for round := 1; ; round++ {
		r, err := sched.Schedule(doc, sched.Options{Now: 1700000000})
		if err != nil {
			t.Fatal(err)
		}
		for _, rsc := range r.Cluster.All {
			if rsc.Kind == sched.Primitive && len(rsc.RunningOn) > 1 {
				t.Fatalf("%s: %s is active %d times in\n%s", what, rsc.ID, len(rsc.RunningOn), doc.Bytes())
			}
		}
		if len(r.Graph.Synapses) == 0 {
			return
		}
		a := r.Graph.Synapses[0].Actions[0]
		if round > 2 {
			t.Fatalf("%s: still to do after two transitions: %s@%s in\n%s", what, a.Key, a.Node, doc.Bytes())
		}
		report := simulate.Run(doc, r.Graph, func(id string) bool { return r.Cluster.Named(id) != nil }, 1700000000)
		if !report.Complete {
			t.Fatalf("%s: the transition does not end in\n%s", what, doc.Bytes())
		}
	}
}

func TestTransitionsConverge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc, err := cib.Parse([]byte(randomCluster(t)))
		if err != nil {
			t.Fatal(err)
		}
		settle(t, doc, "start")
		states := doc.Section("status").SelectElements("node_state")
		lost := rapid.SampledFrom(states).Draw(t, "lost")
		set := func(pairs ...string) {
			for i := 0; i < len(pairs); i += 2 {
				lost.CreateAttr(pairs[i], pairs[i+1])
			}
		}
		set("in_ccm", "false", "crmd", "offline", "join", "down", "expected", "down")
		settle(t, doc, "loss of a node")
		// It comes back with nothing running and nothing known of it.
		if lrm := lost.SelectElement("lrm"); lrm != nil {
			lost.RemoveChild(lrm)
		}
		set("in_ccm", "true", "crmd", "online", "join", "member", "expected", "member")
		settle(t, doc, "return of the node")
	})
}
