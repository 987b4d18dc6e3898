package sched_test

import (
	"fmt"
	"strings"
	"testing"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

// What a configuration asks for beyond all measure is bounded: each of these
// would take longer than any test may.
func TestBounds(t *testing.T) {
	primitive := func(id string) string {
		return `<primitive id="` + id + `" class="ocf" provider="pacemaker" type="Dummy"/>`
	}
	clone := func(meta string) string {
		return `<clone id="c"><meta_attributes id="m"><nvpair id="x" name="clone-max" value="1000000000"/>` + meta +
			`</meta_attributes>` + primitive("a") + `</clone>`
	}
	var net, mesh, nodes, states strings.Builder
	for i := range 16 {
		fmt.Fprintf(&nodes, `<node id="%d" uname="n%[1]d"/>`, i)
		fmt.Fprintf(&states, `<node_state id="%d" uname="n%[1]d" in_ccm="true" crmd="online" join="member" expected="member"/>`, i)
	}
	for i := range 20 {
		net.WriteString(primitive(fmt.Sprintf("a%d", i)))
		for j := range 20 {
			if i != j {
				fmt.Fprintf(&mesh, `<rsc_colocation id="c%d-%d" rsc="a%d" with-rsc="a%d" score="10"/>`, i, j, i, j)
			}
		}
	}
	members := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(primitive(fmt.Sprintf("m%d", i)))
		}
		return `<group id="g">` + b.String() + `</group>`
	}
	for name, parts := range map[string][2]string{
		"any number of instances":         {clone(""), ""},
		"any number of them on each node": {clone(`<nvpair id="y" name="clone-node-max" value="1000000000"/>`), ""},
		"any number of groups":            {strings.Replace(clone(""), primitive("a"), members(20), 1), ""},
		"any number of replicas":          {`<bundle id="u"><podman image="i" replicas="1000000000" replicas-per-host="1000000000"/><network ip-range-start="10.0.0.1"/>` + primitive("a") + `</bundle>`, ""},
		"everything with everything else": {net.String(), mesh.String()},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := cib.Parse([]byte(`<cib have-quorum="1"><configuration><crm_config/><nodes>` + nodes.String() + `</nodes><resources>` +
				parts[0] + `</resources><constraints>` + parts[1] + `</constraints></configuration><status>` + states.String() + `</status></cib>`))
			if err != nil {
				t.Fatal(err)
			}
			r, err := sched.Schedule(doc, sched.Options{Now: 1780000000})
			if err != nil {
				t.Fatal(err)
			}
			if n := len(r.Cluster.All); n > 3000 {
				t.Errorf("%d resources were made", n)
			}
		})
	}
}
