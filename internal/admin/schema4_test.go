package admin

import (
	"testing"

	"gpcs/internal/cib"
)

// What schema 4.0 no longer has goes, with what is on it; what only changed
// its form keeps its meaning; the result is a document of that schema.
func TestUpgradeTo4(t *testing.T) {
	doc, err := cib.Parse([]byte(`<cib validate-with="pacemaker-3.10" epoch="1" num_updates="0" admin_epoch="0"><configuration>
<crm_config><cluster_property_set id="p"><nvpair id="p-1" name="stonith-action" value="poweroff"/><nvpair id="p-2" name="remove-after-stop" value="true"/></cluster_property_set></crm_config>
<nodes><node id="1" uname="one" type="ping"/></nodes>
<resources><primitive id="old" class="nagios" type="x"><meta_attributes id="m"><nvpair id="m-1" name="k" value="v"/></meta_attributes></primitive>
<primitive id="A" class="ocf" provider="p" type="D"><meta_attributes id-ref="m"/></primitive>
<bundle id="box"><rkt image="i"/><primitive id="inner" class="ocf" provider="p" type="D"/></bundle></resources>
<constraints><rsc_location id="on-old" rsc="old" node="one" score="1"/><rsc_location id="on-inner" rsc="inner" node="one" score="1"/>
<rsc_location id="two" rsc="A"><!-- both --><rule id="r1" score="1"><expression id="e1" attribute="a" operation="defined"/></rule>
<rule id="r2" score="2"><expression id="e2" attribute="b" operation="defined"/></rule></rsc_location>
<rsc_order id="limited" first="A" then="box"><lifetime><rule id="r3"><date_expression id="e3" operation="lt" end="2030-01-01"/></rule></lifetime></rsc_order></constraints>
<acls><acl_role id="role"><acl_permission id="a1" kind="read" reference="two"/><acl_permission id="a2" kind="read" reference="old"/></acl_role></acls>
</configuration><status/></cib>`))
	if err != nil {
		t.Fatal(err)
	}
	UpgradeSchema(doc)
	valid(t, doc, []string{
		`validate-with="pacemaker-4.0"`, `name="stonith-action" value="off"`, `uname="one" type="member"`, `<meta_attributes id="m">`,
		`<rsc_location id="pcmk__3_10_upgrade-two-1" rsc="A">`, `<rsc_location id="pcmk__3_10_upgrade-two-2" rsc="A">`,
		`<rsc_location id="pcmk__3_10_upgrade-ping-node-ban-one" rsc-pattern=".*" node="one" score="-INFINITY" resource-discovery="never"/>`,
		`xpath="//*[@id = 'pcmk__3_10_upgrade-two-1' or @id = 'pcmk__3_10_upgrade-two-2']"`, `<acl_permission id="a2" kind="read" xpath="/*[false()]"/>`,
	}, []string{"remove-after-stop", "nagios", "box", "inner", "limited", "lifetime", "id-ref", "both"})
}

// A document that schema 4.0 takes as it is only changes its name: not even
// the order of its sets.
func TestUpgradeLeavesWhatFits(t *testing.T) {
	const text = `<cib validate-with="pacemaker-3.0" epoch="1" num_updates="0" admin_epoch="0"><configuration><crm_config/><nodes/>
<resources><group id="g"><meta_attributes id="m"/><primitive id="A" class="ocf" provider="p" type="D"/></group></resources><constraints/></configuration><status/></cib>`
	doc, err := cib.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := doc.Copy()
	want.Root().CreateAttr("validate-with", "pacemaker-4.0")
	if UpgradeSchema(doc); string(doc.Bytes()) != string(want.Bytes()) {
		t.Errorf("%s\nwant:\n%s", doc.Bytes(), want.Bytes())
	}
}
