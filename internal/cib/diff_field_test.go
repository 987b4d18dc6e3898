package cib

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// unambiguous takes out what a path of format 2 cannot tell from its siblings.
func unambiguous(e *Element) {
	seen := map[string]bool{}
	for _, c := range e.ChildElements() {
		if k := keyOf(c); k.id == "" || seen[k.tag] || k.id == "it's" {
			e.RemoveChild(c)
			continue
		}
		seen[c.FullTag()] = true
		unambiguous(c)
	}
}

func TestFieldPatchLeadsFromOldToNew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old, new := anyDocument(t, 1), anyDocument(t, 2)
		for _, d := range []*Document{old, new} {
			for _, section := range []string{"resources", "status"} {
				unambiguous(d.Section(section))
			}
		}
		diff := FieldDiff(old, new, true)
		diff.CreateAttr("digest", PatchDigest(new.Root()))
		got, err := FieldPatch(old, diff)
		if err != nil {
			t.Fatalf("%v\n%s\n%s\n%s", err, old.Bytes(), new.Bytes(), Print(diff))
		}
		if got.Digest() != new.Digest() {
			t.Fatalf("patched:\n%s\nwanted:\n%s\ndiff:\n%s", got.Bytes(), new.Bytes(), Print(diff))
		}
	})
}

// The forms are those of crm_diff(8).
func TestFieldDiffChanges(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"two that change places", `<a id="1"/><a id="2"/>`, `<a id="2"/><a id="1"/>`,
			`<change operation="move" path="/cib/configuration/a[@id='2']" position="0"/>`},
		{"an attribute in another place", `<a id="1" x="1" y="2"/>`, `<a id="1" y="2" x="1"/>`,
			`<change-attr name="y" operation="set" value="2"/><change-attr name="x" operation="set" value="1"/>`},
		{"a comment that went", `<!--x--><a/>`, `<a/>`, `<change operation="delete" path="/cib/configuration/comment" position="0"/>`},
		{"a comment that came", `<a/>`, `<a/><!--x-->`, `<change operation="create" path="/cib/configuration" position="1"><!--x--></change>`},
		{"the same comment elsewhere", `<!--x--><a/>`, `<a/><!--x-->`, `<change operation="delete" path="/cib/configuration/comment" position="0"/>` +
			`<change operation="create" path="/cib/configuration" position="1"><!--x--></change>`},
	} {
		document := func(inner string) *Document {
			return mustParse(t, `<cib epoch="1"><configuration>`+inner+`</configuration></cib>`)
		}
		lines := strings.Split(string(Print(FieldDiff(document(c.old), document(c.new), true))), "\n")
		for i := range lines {
			lines[i] = strings.TrimSpace(lines[i])
		}
		if got := strings.Join(lines, ""); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s lacks %s", c.name, got, c.want)
		}
	}
}

func TestFieldPatchRefused(t *testing.T) {
	old := mustParse(t, `<cib epoch="1"><configuration><nodes/></configuration></cib>`)
	new := mustParse(t, `<cib epoch="2"><configuration/></cib>`)
	diff := FieldDiff(old, new, false)
	if _, err := FieldPatch(new, diff); !errors.Is(err, ErrPatch) {
		t.Errorf("on another document: %v", err)
	}
	diff.CreateAttr("digest", PatchDigest(old.Root()))
	if _, err := FieldPatch(old, diff); !errors.Is(err, ErrPatch) {
		t.Errorf("with another digest: %v", err)
	}
}

func TestShowAccess(t *testing.T) {
	doc := mustParse(t, `<cib epoch="1"><configuration><nodes/><resources/><acls><acl_role id="r">`+
		`<acl_permission id="1" kind="read" xpath="/cib"/><acl_permission id="2" kind="write" xpath="//resources"/>`+
		`<acl_permission id="3" kind="deny" xpath="//acls"/></acl_role><acl_target id="tony"><role id="r"/></acl_target></acls></configuration></cib>`)
	for style, want := range map[string]string{
		"text":      "    <nodes/>\n    \n    vvv---[ WRITABLE ]---vvv\n    <resources/>\n    \n    vvv---[ ~DENIED~ ]---vvv\n    <acls>\n",
		"color":     "    \x1b[34m<nodes/>\x1b[0m\n    \x1b[32m<resources/>\x1b[0m\n    \x1b[31m<acls>\n",
		"namespace": "    <nodes/>\n    <pcmk-access-writable:resources/>\n    <pcmk-access-denied:acls>\n",
	} {
		if got := string(doc.ShowAccess(doc.Root(), Caller{User: "tony"}, style)); !strings.Contains(got, want) {
			t.Errorf("%s:\n%s", style, got)
		}
	}
}
