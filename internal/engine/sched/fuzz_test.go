package sched_test

import (
	"strings"
	"testing"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

// fuzzSeeds are clusters with each kind of resource, constraint and trouble.
func fuzzSeeds() []string {
	const op = `<lrm_rsc_op id="%s_last_0" operation_key="%s_start_0" operation="start" call-id="3" rc-code="0" op-status="0"
 interval="0" transition-key="1:1:0:u" transition-magic="0:0;1:1:0:u"/>`
	history := func(node, state string, names ...string) string {
		s := `<node_state id="` + node + `" uname="` + node + `" ` + state + `><lrm id="` + node + `"><lrm_resources>`
		for _, n := range names {
			s += `<lrm_resource id="` + n + `" class="ocf" provider="pacemaker" type="Dummy">` + strings.ReplaceAll(op, "%s", n) + `</lrm_resource>`
		}
		return s + `</lrm_resources></lrm></node_state>`
	}
	const up = `in_ccm="true" crmd="online" join="member" expected="member"`
	const lost = `in_ccm="false" crmd="offline" join="member" expected="member"`
	dummy := func(id, inside string) string {
		return `<primitive id="` + id + `" class="ocf" provider="pacemaker" type="Dummy">` + inside + `</primitive>`
	}
	meta := func(id, name, value string) string {
		return `<meta_attributes id="` + id + `-m"><nvpair id="` + id + `-n" name="` + name + `" value="` + value + `"/></meta_attributes>`
	}
	doc := func(resources, constraints, status string) string {
		return `<cib have-quorum="1"><configuration><crm_config/><nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes><resources>` +
			`<primitive id="f" class="stonith" type="fence_x"/>` + resources + `</resources><constraints>` + constraints +
			`</constraints></configuration><status>` + status + `</status></cib>`
	}
	both := history("1", up, "a") + history("2", up)
	return []string{
		"<cib/>", doc("", "", ""),
		doc(dummy("a", "")+dummy("b", ""), `<rsc_order id="o" first="a" then="b"/><rsc_colocation id="c" rsc="b" with-rsc="a" score="INFINITY"/>`, both),
		doc(dummy("a", "")+dummy("b", ""), `<rsc_colocation id="c" rsc="b" with-rsc="a" score="10"/><rsc_colocation id="d" rsc="a" with-rsc="b" score="-20"/>`, history("1", lost, "a", "b")+history("2", up)),
		doc(`<group id="g">`+dummy("a", "")+dummy("b", "")+`</group>`, `<rsc_location id="l" rsc="g" node="n2" score="5"/>`, both),
		doc(`<clone id="k">`+meta("k", "promotable", "true")+dummy("a", "")+`</clone>`, "", both),
		doc(`<clone id="k">`+meta("k", "notify", "true")+`<group id="g">`+dummy("a", "")+`</group></clone>`, "", history("1", up, "a", "a:1")+history("2", lost, "a")),
		doc(dummy("vm", meta("vm", "remote-node", "guest"))+dummy("a", ""), "", history("1", up, "vm", "guest")+history("guest", "", "a")),
		doc(`<primitive id="r" class="ocf" provider="pacemaker" type="remote"/>`+dummy("a", ""), "", history("1", lost, "r")+history("r", "", "a")),
		doc(`<bundle id="u"><podman image="i" replicas="2" promoted-max="1"/><network ip-range-start="10.0.0.1"><port-mapping id="p" port="80"/></network>`+
			`<storage><storage-mapping id="s" source-dir-root="/a" target-dir="/b"/></storage>`+dummy("a", "")+`</bundle>`, "", both),
		doc(`<bundle id="u"><docker image="i" network="host"/>`+dummy("a", "")+`</bundle><clone id="k">`+dummy("b", "")+`</clone>`,
			`<rsc_order id="o" first="u" then="k"/><rsc_colocation id="c" rsc="k" with-rsc="u" score="INFINITY"/>`, history("1", up, "u-docker-0", "u-0")+history("2", lost)),
		doc(dummy("a", ""), `<rsc_order id="o"><resource_set id="s" require-all="false"><resource_ref id="a"/><resource_ref id="x"/></resource_set></rsc_order><rsc_ticket id="t" rsc="a" ticket="T" loss-policy="fence"/>`, both),
	}
}

// FuzzSchedule takes any XML as a CIB: whatever it holds, scheduling ends and
// does not panic.
func FuzzSchedule(f *testing.F) {
	for _, s := range fuzzSeeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := cib.Parse([]byte(text))
		if err != nil {
			return
		}
		res, err := sched.Schedule(doc, sched.Options{Now: 1780000000, ShowScores: true})
		if err == nil {
			_ = res.Graph.XML()
			_ = sched.FormatSummary(res.Summary)
		}
	})
}
