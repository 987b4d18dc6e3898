package cib

import (
	"fmt"
	"strings"
	"testing"
)

// hostilePaths are expressions that a library may stumble over.
var hostilePaths = []string{
	"", "/", "//", "/cib", "/*", "//*", "//@*", "/cib/@epoch", "..", "/cib/..", ".", "//text()", "//comment()",
	"count('a')", "//*[position('x')]", "//*[substring(1)]", "//*[contains(1)]", "//*[starts-with(@id)]", "string-length()",
	"//*[concat()]", "//*[translate('a','b')]", "//*[matches(@id,'(')]", "//*[last('a')]", "//*[sum('x')]", "//*[round()]",
	"//*[not()]", "//*[-'a']", "//*[1 div 0]", "//*[1 mod 0]", "1 mod 0", "//*[@id = count()]", "//*[name(1)]", "$x", "//*[$x]",
	"//*[", "//*[@id='", "x:y", "ancestor::*", "//*[normalize-space(1,2)]", "//*[replace('a','(','b')]", "//*[string-join(1)]",
	"reverse(1)", "reverse()", "//*[lang('x')]", "id('x')", "//*[boolean()]", "//*[number()]", "//*[number('x')]", "true()", "'a'",
	"//a | 1", "1 | 2", "//*[ceiling('x')]", "//*[substring('abc', 'x', 'y')]", "//*[substring('abc', -5, 99999999999)]",
	"//*[position() = 1 mod 0]", "//*[99999999999999999999]", "//*[ends-with(1,2)]", "//*[lower-case(1)]", "//processing-instruction('x')",
	strings.Repeat("(", 100000) + "1" + strings.Repeat(")", 100000), strings.Repeat("//*[", 20000) + "1" + strings.Repeat("]", 20000),
	strings.Repeat("-", 100000) + "1", "//*" + strings.Repeat("/..", 5000), strings.Repeat("not(", 50000) + "1" + strings.Repeat(")", 50000),
}

// Whatever somebody asks for, the daemon that carries it out lives on, and the
// document that comes out is one.
func TestNoRequestEndsTheDaemon(t *testing.T) {
	doc, err := Parse([]byte(`<cib epoch="1" num_updates="0" admin_epoch="0"><configuration><crm_config/><nodes/><resources>` +
		`<primitive id="a" class="ocf" type="Dummy"/><!-- note --></resources><constraints/></configuration><status/></cib>`))
	if err != nil {
		t.Fatal(err)
	}
	before := string(doc.Bytes())
	xmls := []string{"", "x", "<", "<cib/>", "<a/>", `<primitive id="a"/>`, "<resources><group id='g'/></resources>", "<!-- c -->", "<?xml version='1.0'?>",
		`<diff format="2"/>`, `<diff format="2"><version/></diff>`, `<diff format="1"><a/></diff>`,
		`<diff format="2"><change operation="delete"/></diff>`, `<diff format="2"><change operation="delete" path="/cib"/></diff>`,
		`<diff format="2"><change operation="create" path="/cib" position="-1"><a/></change></diff>`,
		`<diff format="2"><change operation="create" path="/cib" position="99999999999"><a/></change></diff>`,
		`<diff format="2"><change operation="create" path="/cib"/></diff>`,
		`<diff format="2"><change operation="move" path="/cib/configuration" position="9"/></diff>`,
		`<diff format="2"><change operation="move" path="/cib" position="0"/></diff>`,
		`<diff format="2"><change operation="modify" path="/cib/configuration"/></diff>`,
		`<diff format="2"><change operation="modify" path="/cib"><change-list/></change></diff>`,
		`<diff format="2"><change operation="modify" path="/cib"><change-list><change-attr/></change-list><change-result/></change></diff>`,
		`<diff format="2"><version><source admin_epoch="x" epoch="" num_updates="-1"/><target epoch="9223372036854775807"/></version></diff>`,
	}
	for _, kind := range []OpKind{Modify, Create, Replace, Delete, Patch, "dance", ""} {
		for _, path := range hostilePaths {
			for _, xml := range xmls {
				if kind == Delete && xml != "" || len(path) > 1000 && xml != "<a/>" && xml != "" {
					continue // the same again
				}
				tryOp(t, doc, Op{Kind: kind, Path: path, XML: xml})
			}
		}
	}
	if after := string(doc.Bytes()); after != before {
		t.Errorf("the document that was given was changed to %s", after)
	}
}

func tryOp(t *testing.T, doc *Document, op Op) {
	t.Helper()
	name := fmt.Sprintf("%s %.60q %.60q", op.Kind, op.Path, op.XML)
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s: panic: %v", name, r)
		}
	}()
	next, err := Apply(doc, Request{ID: "1", Ops: []Op{op, {Kind: Modify, XML: `<crm_config/>`}}}, "now")
	if err != nil {
		return
	}
	again, err := Parse(next.Bytes())
	if err != nil {
		t.Errorf("%s: what comes out is no document: %v", name, err)
		return
	}
	if v := again.Version(); v.Compare(doc.Version()) < 0 {
		t.Errorf("%s: version %s follows %s", name, v, doc.Version())
	}
	for _, section := range []string{"crm_config", "nodes", "resources", "constraints", "status"} {
		again.Section(section)
	}
}

// A document nested deeper than any CIB would take the stack, or the tools
// that read it: libxml2 stops at the same depth.
func TestDepthIsBounded(t *testing.T) {
	nested := func(n int) []byte {
		return []byte("<cib>" + strings.Repeat("<a>", n) + strings.Repeat("</a>", n) + "</cib>")
	}
	if _, err := Parse(nested(maxDepth - 1)); err != nil {
		t.Error(err)
	}
	for _, n := range []int{maxDepth, 1000000} {
		if _, err := Parse(nested(n)); err == nil {
			t.Errorf("%d levels were taken", n)
		}
	}
}

// A change that would make the document one that cannot be read again is
// refused, however it is put together.
func TestChangesKeepTheDocumentReadable(t *testing.T) {
	doc := New("pacemaker-3.9", "3.16.1")
	deep := strings.Repeat("<a>", maxDepth-2) + strings.Repeat("</a>", maxDepth-2)
	for name, op := range map[string]Op{
		"another root":    {Kind: Replace, Path: "/cib", XML: "<other/>"},
		"no root":         {Kind: Delete, Path: "/cib"},
		"too deep":        {Kind: Create, Path: "/cib/configuration/resources", XML: deep},
		"too deep, by id": {Kind: Modify, Path: "/cib/configuration/resources", XML: deep},
	} {
		next, err := Apply(doc, Request{Ops: []Op{op}}, "now")
		if err == nil {
			_, err = Parse(next.Bytes())
			t.Errorf("%s: it was done; the outcome can be read: %v", name, err)
		}
	}
}
