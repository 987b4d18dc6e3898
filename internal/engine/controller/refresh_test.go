package controller

import (
	"errors"
	"fmt"
	"testing"

	"gpcs/internal/cib"
)

const withHistory = `<cib><configuration><resources>
  <group id="g"><primitive id="a"/><primitive id="b"/></group><clone id="c"><primitive id="d"/></clone></resources></configuration>
  <status>
    <node_state id="1" uname="n1"><transient_attributes id="1"><instance_attributes id="status-1">
      <nvpair id="x" name="fail-count-a#monitor_10000" value="1"/></instance_attributes></transient_attributes>
      <lrm><lrm_resources>
        <lrm_resource id="a"><lrm_rsc_op id="a_last_0" operation="start" interval="0"/><lrm_rsc_op id="a_last_failure_0" operation="monitor" interval="10000"/></lrm_resource>
        <lrm_resource id="b"><lrm_rsc_op id="b_last_0" operation="start" interval="0"/>
          <lrm_rsc_op id="b_last_failure_0" operation="monitor" interval="0" op-status="0" rc-code="0"/></lrm_resource>
      </lrm_resources></lrm></node_state>
    <node_state id="2" uname="n2"><lrm><lrm_resources>
        <lrm_resource id="a"><lrm_rsc_op id="a_last_0" operation="monitor" interval="0"/></lrm_resource>
        <lrm_resource id="d:1"><lrm_rsc_op id="d_last_0" operation="start" interval="0"/></lrm_resource>
      </lrm_resources></lrm></node_state>
  </status></cib>`

func TestForget(t *testing.T) {
	doc, err := cib.Parse([]byte(withHistory))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		r    Refresh
		want string
	}{
		"all":                  {Refresh{}, "[a@n1 b@n1 a@n2 d:1@n2]"},
		"what failed":          {Refresh{Failed: true}, "[a@n1]"},
		"a primitive":          {Refresh{Resource: "a"}, "[a@n1 a@n2]"},
		"a group":              {Refresh{Resource: "g", Node: "n1"}, "[a@n1 b@n1]"},
		"a clone":              {Refresh{Resource: "c"}, "[d:1@n2]"},
		"a node":               {Refresh{Node: "n2"}, "[a@n2 d:1@n2]"},
		"an operation":         {Refresh{Operation: "monitor", Interval: "10000", Failed: true}, "[a@n1]"},
		"an operation, sound":  {Refresh{Operation: "start", Failed: true}, "[]"},
		"an operation, anyhow": {Refresh{Operation: "start"}, "[a@n1 b@n1 d:1@n2]"},
	} {
		gone, ops, err := Forget(doc, c.r)
		if err != nil {
			t.Fatal(name, err)
		}
		var got []string
		for _, g := range gone {
			got = append(got, g.Resource+"@"+g.Node)
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
		if next, err := cib.Apply(doc, cib.Request{Ops: ops}, ""); err != nil {
			t.Error(name, err)
		} else if left, _, _ := Forget(next, c.r); len(left) > 0 {
			t.Errorf("%s: left %v", name, left)
		}
	}
	for _, r := range []Refresh{{Resource: "nosuch"}, {Node: "nosuch"}} {
		if _, _, err := Forget(doc, r); !errors.Is(err, cib.ErrNotFound) {
			t.Errorf("%+v: %v", r, err)
		}
	}
}
