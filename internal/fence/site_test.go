package fence

import (
	"maps"
	"testing"
	"time"

	"gpcs/internal/cib"
)

// ruled is a device whose address depends on the site of the node that runs it,
// and which has another user in a time.
const ruled = `<cib><configuration><nodes>
  <node id="1" uname="n1"><instance_attributes id="a1"><nvpair id="s1" name="site" value="north"/></instance_attributes></node>
  <node id="2" uname="n2"><instance_attributes id="a2"><nvpair id="s2" name="site" value="south"/></instance_attributes></node>
  <node id="3" uname="n3"/></nodes>
 <resources><primitive id="d" class="stonith" type="fence_x">
  <instance_attributes id="i1" score="10"><rule id="r1" score="0"><expression id="e1" attribute="site" operation="eq" value="south"/></rule>
    <nvpair id="p1" name="ip" value="10.0.2.1"/><nvpair id="p2" name="pcmk_host_list" value="n3"/></instance_attributes>
  <instance_attributes id="i2" score="INFINITY"><rule id="r2" score="0"><date_expression id="e2" operation="in_range" start="2026-01-01" end="2026-02-01"/></rule>
    <nvpair id="p3" name="username" value="january"/></instance_attributes>
  <instance_attributes id="i3"><nvpair id="p4" name="ip" value="10.0.1.1"/><nvpair id="p5" name="username" value="always"/>
    <nvpair id="p6" name="pcmk_host_list" value="n1,n2,n3"/></instance_attributes>
  <instance_attributes id="i4" score="20"><rule id="r4" boolean-op="or"><expression id="e4" attribute="#uname" operation="eq" value="n9"/></rule>
    <nvpair id="p7" name="ip" value="10.0.9.1"/></instance_attributes>
 </primitive></resources></configuration>
 <status><node_state id="3" uname="n3"><transient_attributes id="3"><instance_attributes id="a3">
   <nvpair id="s3" name="site" value="south"/></instance_attributes></transient_attributes></node_state></status></cib>`

func TestDevicesDependOnWhereAndWhen(t *testing.T) {
	doc, err := cib.Parse([]byte(ruled))
	if err != nil {
		t.Fatal(err)
	}
	january := time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC).Unix()
	for _, c := range []struct {
		site     Site
		ip, user string
	}{
		{Site{}, "10.0.1.1", "always"},
		{Site{"n1", 0}, "10.0.1.1", "always"},
		{Site{"n1", january}, "10.0.1.1", "january"},
		{Site{"n2", january}, "10.0.2.1", "january"},
		{Site{"n2", january + 40*86400}, "10.0.2.1", "always"},
		{Site{"n3", 0}, "10.0.2.1", "always"}, // by an attribute that is not permanent
		{Site{"n9", 0}, "10.0.9.1", "always"},
	} {
		d := Devices(doc, c.site)[0]
		if d.Params["ip"] != c.ip || d.Params["username"] != c.user {
			t.Errorf("%+v: %v", c.site, d.Params)
		}
	}
	if !Ruled(doc) || Ruled(document(t, "device d ip=h")) {
		t.Error("which configurations have rules")
	}
}

// Attributes may be those of another device, or of a template.
func TestDevicesBorrowAttributes(t *testing.T) {
	doc, err := cib.Parse([]byte(`<cib><configuration><resources>
	 <template id="t" class="stonith" type="fence_x"><instance_attributes id="it"><nvpair id="p1" name="ip" value="10.0.0.1"/>
	   <nvpair id="p2" name="username" value="u"/></instance_attributes></template>
	 <primitive id="a" template="t"><instance_attributes id="ia"><nvpair id="p3" name="ip" value="10.0.0.2"/></instance_attributes></primitive>
	 <primitive id="b" class="stonith" type="fence_x"><instance_attributes id-ref="ia"/></primitive>
	 <primitive id="c" class="stonith" type="fence_x"><instance_attributes id="ic"><nvpair id-ref="p2"/><nvpair id-ref="p1" name="login"/></instance_attributes></primitive>
	</resources></configuration></cib>`))
	if err != nil {
		t.Fatal(err)
	}
	want := []map[string]string{{"ip": "10.0.0.2", "username": "u"}, {"ip": "10.0.0.2"}, {"username": "u", "login": "10.0.0.1"}}
	for i, d := range Devices(doc, Site{}) {
		if !maps.Equal(d.Params, want[i]) {
			t.Errorf("%s: %v", d.ID, d.Params)
		}
	}
}

// Who runs the device is asked for its own view of it, and does not run it
// where that does not fence the target.
func TestThePlanTakesTheExecutorsDevice(t *testing.T) {
	doc, err := cib.Parse([]byte(ruled))
	if err != nil {
		t.Fatal(err)
	}
	members := []Member{{2, "n2"}, {1, "n1"}}
	p := NewPlan(doc, Request{Target: "n3", Action: Off, TimeoutMS: 1000, Members: members})
	run, ok := p.Begin(time.Unix(0, 0))[0].(Run)
	if !ok || run.Node.Name != "n2" || run.Device.Params["ip"] != "10.0.2.1" {
		t.Errorf("%+v", run)
	}
	next, ok := p.Answered(time.Unix(0, 0), run.Seq, Reply{Reason: "no"})[0].(Run)
	if !ok || next.Node.Name != "n1" || next.Device.Params["ip"] != "10.0.1.1" {
		t.Errorf("%+v", next)
	}
	members = []Member{{2, "n2"}, {3, "n3"}}
	p = NewPlan(doc, Request{Target: "n1", Action: Off, TimeoutMS: 1000, Members: members})
	if e, ok := p.Begin(time.Unix(0, 0))[0].(Ended); !ok || e.OK {
		t.Errorf("a node runs a device that, seen from there, does not fence the target: %+v", e)
	}
}
