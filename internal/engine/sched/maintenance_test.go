package sched_test

import (
	"strings"
	"testing"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

// A remote node cannot see for itself that maintenance began or ended: the
// graph tells it, once.
func TestMaintenanceIsToldToRemoteNodes(t *testing.T) {
	const text = `<cib crm_feature_set="3.16.1" have-quorum="1"><configuration><crm_config><cluster_property_set id="o">
<nvpair id="o1" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
<nodes><node id="1" uname="n1"/><node id="r1" uname="r1" type="remote">MAINTENANCE</node></nodes>
<resources><primitive id="r1" class="ocf" provider="pacemaker" type="remote"/></resources><constraints/></configuration>
<status><node_state id="1" uname="n1" in_ccm="true" crmd="online" join="member" expected="member"><lrm id="1"><lrm_resources>
<lrm_resource id="r1" class="ocf" provider="pacemaker" type="remote"><lrm_rsc_op id="r1_last_0" operation_key="r1_start_0" operation="start"
 transition-key="1:1:0:x" transition-magic="0:0;1:1:0:x" call-id="2" rc-code="0" op-status="0" interval="0"/></lrm_resource></lrm_resources></lrm></node_state>
<node_state id="r1" uname="r1" remote_node="true" node_in_maintenance="TOLD"><lrm id="r1"><lrm_resources/></lrm></node_state></status></cib>`
	const on = `<instance_attributes id="i"><nvpair id="i1" name="maintenance" value="true"/></instance_attributes>`
	for _, c := range []struct{ name, attributes, told, want string }{
		{"begins", on, "0", `<node id="r1" maintenance="1"/>`},
		{"goes on", on, "1", ""},
		{"ends", "", "1", `<node id="r1" maintenance="0"/>`},
		{"none", "", "0", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := cib.Parse([]byte(strings.NewReplacer("MAINTENANCE", c.attributes, "TOLD", c.told).Replace(text)))
			if err != nil {
				t.Fatal(err)
			}
			res, err := sched.Schedule(doc, sched.Options{Now: 1780000000})
			if err != nil {
				t.Fatal(err)
			}
			xml := string(res.Graph.XML())
			if told := strings.Contains(xml, "maintenance_nodes"); told != (c.want != "") {
				t.Errorf("told: %v\n%s", told, xml)
			}
			if !strings.Contains(xml, c.want) {
				t.Errorf("no %s in\n%s", c.want, xml)
			}
		})
	}
}
