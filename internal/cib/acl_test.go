package cib

import (
	"errors"
	"strings"
	"testing"
)

const aclDocument = `<cib validate-with="pacemaker-3.7" epoch="5" num_updates="0" admin_epoch="0" update-user="root">
  <configuration>
    <crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="o-acl" name="enable-acl" value="true"/></cluster_property_set></crm_config>
    <nodes><node id="1" uname="node1"/></nodes>
    <resources>
      <primitive id="a" class="ocf" provider="heartbeat" type="Dummy">
        <instance_attributes id="a-ia"><nvpair id="a-p" name="passwd" value="secret"/></instance_attributes>
        <meta_attributes id="a-meta"><nvpair id="a-tr" name="target-role" value="Stopped"/></meta_attributes>
      </primitive>
      <primitive id="b" class="ocf" provider="heartbeat" type="Dummy"/>
    </resources>
    <constraints/>
    <acls>
      <acl_target id="tony"><role id="reader"/></acl_target>
      <acl_target id="amy"><role id="operator"/></acl_target>
      <acl_target id="bob"><role id="reader"/><role id="builder"/></acl_target>
      <acl_group id="ops"><role id="operator"/></acl_group>
      <acl_user id="old"><write id="o1" tag="nodes"/><role_ref id="past"/></acl_user>
      <acl_target id="mistyped"><role id="reader"/><role id="broken"/></acl_target>
      <acl_role id="reader"><acl_permission id="p1" kind="read" xpath="/cib"/><acl_permission id="p2" kind="deny" xpath="//nvpair[@name='passwd']"/></acl_role>
      <acl_role id="operator"><acl_permission id="p3" kind="write" reference="a-meta"/><acl_permission id="p4" kind="read" object-type="nodes"/></acl_role>
      <acl_role id="builder"><acl_permission id="p5" kind="write" xpath="//resources"/><acl_permission id="p6" kind="write" object-type="primitive" attribute="type"/><acl_permission id="p7" kind="deny" xpath="//primitive[@id='b']"/></acl_role>
      <acl_role id="past"><read id="o2" ref="b"/></acl_role>
      <acl_role id="broken"><acl_permission id="p8" kind="deny" xpath="//nvpair[["/></acl_role>
    </acls>
  </configuration>
  <status/>
</cib>`

func aclDoc(t *testing.T) *Document {
	t.Helper()
	doc, err := Parse([]byte(aclDocument))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// What is seen was compared with Pacemaker's cibadmin --query --user.
func TestReadable(t *testing.T) {
	for _, tc := range []struct {
		caller     Caller
		has, hasnt []string
	}{
		{Caller{User: "root"}, []string{"secret", "acl_role"}, nil},
		{Caller{User: "hacluster"}, []string{"secret"}, nil},
		{Caller{User: "tony"}, []string{`name="target-role"`, "<instance_attributes", `id="b"`}, []string{"secret", "a-p"}},
		{Caller{User: "amy"}, []string{`<primitive id="a">`, "a-tr", `uname="node1"`, `epoch="5"`}, []string{"secret", `id="b"`, "crm_config", "instance_attributes", "update-user", "Dummy"}},
		{Caller{User: "carl", Groups: []string{"haclient", "ops"}}, []string{"a-tr"}, []string{"crm_config"}},
		{Caller{User: "bob"}, []string{"a-tr", "enable-acl"}, []string{"secret", `<primitive id="b"`}},
		{Caller{User: "old"}, []string{`<primitive id="b" class="ocf"`, "node1"}, []string{`id="a"`}},
	} {
		doc := aclDoc(t)
		seen, err := doc.Readable(tc.caller)
		if err != nil {
			t.Errorf("%v: %v", tc.caller, err)
			continue
		}
		text := string(seen.Bytes())
		for _, s := range tc.has {
			if !strings.Contains(text, s) {
				t.Errorf("%v does not see %s", tc.caller, s)
			}
		}
		for _, s := range tc.hasnt {
			if strings.Contains(text, s) {
				t.Errorf("%v sees %s", tc.caller, s)
			}
		}
		if !strings.Contains(string(doc.Bytes()), "secret") {
			t.Errorf("%v: the document itself was changed", tc.caller)
		}
	}
	for _, user := range []string{"nobody", "mistyped"} {
		if _, err := aclDoc(t).Readable(Caller{User: user}); !errors.Is(err, ErrDenied) {
			t.Errorf("%s may read: %v", user, err)
		}
	}
	open, err := Parse([]byte(strings.Replace(aclDocument, `value="true"`, `value="false"`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if seen, err := open.Readable(Caller{User: "nobody"}); err != nil || seen != open {
		t.Errorf("without enable-acl the document is kept back: %v", err)
	}
}

// What is refused was compared with Pacemaker's cibadmin --user.
func TestApplyObeysACLs(t *testing.T) {
	modify := func(xml string) Op { return Op{Kind: Modify, XML: "<resources>" + xml + "</resources>"} }
	create := func(path, xml string) Op { return Op{Kind: Create, Path: path, XML: xml} }
	remove := func(path string) Op { return Op{Kind: Delete, Path: path} }
	for _, tc := range []struct {
		user string
		op   Op
		ok   bool
	}{
		{"tony", modify(`<primitive id="b" type="x"/>`), false},
		{"amy", modify(`<primitive id="a"><meta_attributes id="a-meta"><nvpair id="a-tr" value="Started"/></meta_attributes></primitive>`), true},
		{"amy", create("//meta_attributes", `<nvpair id="a-x" name="is-managed" value="false"/>`), true},
		{"amy", create("//resources", `<primitive id="c" class="ocf" type="x"/>`), false},
		{"amy", remove("//nvpair[@id='a-tr']"), true},
		{"amy", remove("//primitive[@id='a']"), false},
		{"bob", remove("//primitive[@id='a']"), true},
		{"bob", remove("//nvpair[@id='a-p']"), false},
		{"bob", remove("//primitive[@id='b']"), false},
		{"bob", create("//resources", `<group id="g"><primitive id="c" class="ocf" type="x"/></group>`), true},
		{"bob", create("//resources", `<primitive id="c" class="ocf" type="x"><instance_attributes id="i"><nvpair id="n" name="passwd" value="mine"/></instance_attributes></primitive>`), false},
		{"bob", modify(`<primitive id="a"><instance_attributes id="a-ia"><nvpair id="a-p" value="mine"/></instance_attributes></primitive>`), false},
		{"bob", modify(`<primitive id="a"><instance_attributes id="a-ia"><nvpair id="a-q" name="fake" value="x"/></instance_attributes></primitive>`), true},
		{"bob", create("//constraints", `<rsc_location id="c" rsc="a" node="node1" score="5"/>`), false},
		{"bob", remove("//acl_role[@id='reader']"), false},
		{"nobody", modify(`<primitive id="b" type="x"/>`), false},
		{"root", remove("//acl_role[@id='reader']"), true},
	} {
		_, err := Apply(aclDoc(t), Request{As: &Caller{User: tc.user}, Ops: []Op{tc.op}}, "now")
		if tc.ok && err != nil || !tc.ok && !errors.Is(err, ErrDenied) {
			t.Errorf("%s: %s %s %s: %v", tc.user, tc.op.Kind, tc.op.Path, tc.op.XML, err)
		}
	}
}

// A user who sees a part hands in a change made on that part.
func TestChangeMadeOnWhatIsSeen(t *testing.T) {
	doc := aclDoc(t)
	c := Caller{User: "amy"}
	seen, err := doc.Readable(c)
	if err != nil {
		t.Fatal(err)
	}
	edited := seen.Copy()
	found, err := edited.XPath("//nvpair[@id='a-tr']")
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	found[0].CreateAttr("value", "Started")
	patch := Op{Kind: Patch, XML: string(Print(Diff(seen, edited)))}
	next, err := Apply(doc, Request{As: &c, Base: seen.Base(), Ops: []Op{patch}}, "now")
	if err != nil {
		t.Fatal(err)
	}
	if text := string(next.Bytes()); !strings.Contains(text, `value="Started"`) || !strings.Contains(text, "secret") {
		t.Error("the change is not there, or took with it what the user did not see:\n", text)
	}
}
