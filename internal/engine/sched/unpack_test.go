package sched_test

import (
	"strconv"
	"strings"
	"testing"

	"gpcs/internal/cib"
	"gpcs/internal/engine/digest"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/sched"
)

// base is a cluster of two nodes, both up, without fencing. RESOURCES,
// CONSTRAINTS, OPTIONS, HISTORY1, HISTORY2, STATE1, STATE2 are replaced.
const base = `<cib validate-with="pacemaker-3.9" epoch="1" num_updates="1" admin_epoch="0" have-quorum="1" dc-uuid="1">
<configuration><crm_config><cluster_property_set id="cib-bootstrap-options">
<nvpair id="o1" name="stonith-enabled" value="false"/>OPTIONS</cluster_property_set></crm_config>
<nodes><node id="1" uname="n1">ATTRS1</node><node id="2" uname="n2">ATTRS2</node></nodes>
<resources>RESOURCES</resources><constraints>CONSTRAINTS</constraints></configuration>
<status>
<node_state id="1" uname="n1" in_ccm="true" crmd="online" join="member" expected="member" STATE1>TRANSIENT1<lrm id="1"><lrm_resources>HISTORY1</lrm_resources></lrm></node_state>
<node_state id="2" uname="n2" STATE2>TRANSIENT2<lrm id="2"><lrm_resources>HISTORY2</lrm_resources></lrm></node_state>
</status></cib>`

const up = `in_ccm="true" crmd="online" join="member" expected="member"`

// document fills base; pairs are placeholder and text.
func document(t *testing.T, pairs ...string) *cib.Document {
	t.Helper()
	pairs = append(pairs, "STATE1", "", "STATE2", up)
	for _, p := range []string{"RESOURCES", "CONSTRAINTS", "OPTIONS", "HISTORY1", "HISTORY2", "ATTRS1", "ATTRS2", "TRANSIENT1", "TRANSIENT2"} {
		pairs = append(pairs, p, "")
	}
	doc, err := cib.Parse([]byte(strings.NewReplacer(pairs...).Replace(base)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func unpack(t *testing.T, pairs ...string) *sched.Cluster {
	t.Helper()
	c, err := sched.Unpack(document(t, pairs...), sched.Options{Now: 1700000000})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const dummy = `<primitive id="a" class="ocf" provider="heartbeat" type="Dummy"><operations><op id="a-m" name="monitor" interval="10s" timeout="20s"/></operations></primitive>`

// digestOf is the digest of an operation without parameters.
func digestOf(interval string) string {
	ms, _ := strconv.ParseInt(interval, 10, 64)
	return digest.Operation([]graph.Attr{{Name: "CRM_meta_timeout", Value: "20000"}}, ms)
}

// history writes an lrm_resource; each entry is "task interval call rc
// op-status", with the expected exit status where it is another.
func history(id string, entries ...string) string {
	var b strings.Builder
	b.WriteString(`<lrm_resource id="` + id + `" class="ocf" provider="heartbeat" type="Dummy">`)
	for _, e := range entries {
		f := strings.Fields(e)
		expected := f[3]
		if len(f) > 5 {
			expected = f[5]
		}
		b.WriteString(`<lrm_rsc_op id="` + id + "_" + f[0] + "_" + f[1] + `" operation_key="` + id + "_" + f[0] + "_" + f[1] + `" operation="` + f[0] +
			`" interval="` + f[1] + `" call-id="` + f[2] + `" rc-code="` + f[3] + `" op-status="` + f[4] + `" last-rc-change="1600000000" op-digest="` + digestOf(f[1]) + `" transition-key="3:4:` + expected +
			`:u" transition-magic="0:0;3:4:` + expected + `:u"/>`)
	}
	b.WriteString(`</lrm_resource>`)
	return b.String()
}

func TestUnpackState(t *testing.T) {
	c := unpack(t, "RESOURCES", dummy,
		"HISTORY1", history("a", "monitor 0 1 7 0", "start 0 2 0 0", "monitor 10000 3 0 0"),
		"HISTORY2", history("a", "monitor 0 1 7 0"))
	r := c.Resource("a")
	if r.Role != sched.RoleStarted || len(r.RunningOn) != 1 || r.RunningOn[0].Name != "n1" || !r.Managed || r.Failed {
		t.Fatalf("role %s on %v", r.Role, r.RunningOn)
	}
	if dc := c.DC(); dc == nil || dc.Name != "n1" {
		t.Errorf("DC is %v", dc)
	}
	if len(c.FailedOps) != 0 {
		t.Errorf("failed operations: %v", c.FailedOps)
	}
}

func TestUnpackFailure(t *testing.T) {
	c := unpack(t, "RESOURCES", dummy,
		"HISTORY1", history("a", "start 0 2 0 0", "monitor 10000 3 7 0 0"),
		"TRANSIENT1", `<transient_attributes id="1"><instance_attributes id="s1"><nvpair id="s1f" name="fail-count-a#monitor_10000" value="2"/></instance_attributes></transient_attributes>`)
	r := c.Resource("a")
	if !r.Failed || r.Role != sched.RoleStarted {
		t.Errorf("failed %v, role %s", r.Failed, r.Role)
	}
	if n, _ := c.FailCount(r, c.Node("n1")); n != 2 {
		t.Errorf("fail count %d, want 2", n)
	}
	if len(c.FailedOps) != 1 || c.FailedOps[0].Entry.Key != "a_monitor_10000" {
		t.Errorf("failed operations: %v", c.FailedOps)
	}
}

func TestUnpackRemoved(t *testing.T) {
	c := unpack(t, "HISTORY1", history("old", "start 0 2 0 0"))
	r := c.Resource("old")
	if r == nil || !r.Removed || len(r.RunningOn) != 1 {
		t.Fatalf("removed resource is %+v", r)
	}
}
