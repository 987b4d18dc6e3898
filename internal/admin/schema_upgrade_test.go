package admin

import (
	"strings"
	"testing"

	"gpcs/internal/cib"
)

// A document of old keeps its meaning in the words of the latest schema, and
// is one of it.
func TestUpgradeRewritesOldForms(t *testing.T) {
	const before = `<cib validate-with="pacemaker-1.2" epoch="1" num_updates="0" admin_epoch="0"><configuration>
<crm_config><cluster_property_set id="p">
<nvpair id="p-1" name="stonith_enabled" value="false"/><nvpair id="p-2" name="transition_idle_timeout" value="50s"/>
<nvpair id="p-3" name="default-resource-stickiness" value="100"/><nvpair id="p-4" name="expected-quorum-votes" value="2"/>
<nvpair id="p-5" name="cluster-infrastructure" value="cman"/></cluster_property_set></crm_config>
<nodes><node id="1" uname="one" type="normal"/></nodes>
<resources><master id="m"><primitive id="d" class="ocf" provider="p" type="D">
<operations><op id="d-start" name="start" interval="0" requires="nothing"/></operations></primitive></master>
<primitive id="f" class="stonith" type="fence_x"><instance_attributes id="f-i"><nvpair id="f-1" name="pcmk_monitor_cmd" value="metadata"/></instance_attributes></primitive></resources>
<constraints><rsc_colocation id="c" rsc="d" with-rsc="f" score-attribute="x"/></constraints>
<acls><acl_role id="ops"><write id="ops-1" tag="nvpair" attribute="value"/></acl_role>
<acl_user id="amy"><role_ref id="ops"/><read id="amy-1" xpath="/cib"/></acl_user></acls>
</configuration><status/></cib>`
	if faults := cib.Validate([]byte(before)); faults != nil {
		t.Fatalf("the old document: %v", faults)
	}
	doc, err := cib.Parse([]byte(before))
	if err != nil {
		t.Fatal(err)
	}
	UpgradeSchema(doc)
	valid(t, doc, []string{
		`name="stonith-enabled" value="false"`, `name="cluster-delay" value="50s"`, `<node id="1" uname="one" type="member"/>`,
		`<meta_attributes id="_2TO3_-rsc-defaults">`, `name="resource-stickiness" value="100"`, `name="pcmk_monitor_action"`,
		`name="promotable" value="true"`, `<nvpair id="_2TO3_d-start-meta-requires" name="requires" value="nothing"/>`,
		`<rsc_colocation id="c" rsc="d" with-rsc="f"/>`, `<acl_permission id="ops-1" kind="write" object-type="nvpair" attribute="value"/>`,
		`<acl_permission id="amy-1" kind="read" xpath="/cib"/>`, `<acl_target id="amy">`,
	}, []string{"expected-quorum-votes", "cman", "<master", "acl_user", "role_ref"})
}

// valid checks that a document is one of its schema, holds some texts, and does
// not hold others.
func valid(t *testing.T, doc *cib.Document, wanted, gone []string) {
	t.Helper()
	text := string(doc.Bytes())
	if faults := cib.Validate(doc.Bytes()); faults != nil {
		t.Errorf("%v in\n%s", faults, text)
	}
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	for _, out := range gone {
		if strings.Contains(text, out) {
			t.Errorf("%s is still in\n%s", out, text)
		}
	}
}

// What a cluster of old left on disk becomes the next version, in words that
// the engine reads; what is new enough is left alone.
func TestTakeOver(t *testing.T) {
	old := func(schema string) *cib.Document {
		doc, err := cib.Parse([]byte(`<cib validate-with="` + schema + `" epoch="41" num_updates="3" admin_epoch="0"><configuration><crm_config>
<cluster_property_set id="p"><nvpair id="p-1" name="stonith_enabled" value="false"/></cluster_property_set></crm_config>
<nodes/><resources/><constraints/></configuration><status/></cib>`))
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	doc := old("pacemaker-1.2")
	if !TakeOver(doc) {
		t.Fatal("not taken over")
	}
	if v := doc.Version(); v.Epoch != 42 || v.NumUpdates != 0 {
		t.Errorf("version %s", v)
	}
	if text := string(doc.Bytes()); !strings.Contains(text, `name="stonith-enabled" value="false"`) || cib.Validate(doc.Bytes()) != nil {
		t.Errorf("%s", text)
	}
	if TakeOver(old("pacemaker-3.0")) || TakeOver(doc) {
		t.Error("taken over though it was new enough")
	}
}
