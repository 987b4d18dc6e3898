package cib

import (
	"fmt"
	"strings"
	"testing"
)

// What members send each other leads to the same document and does not grow
// with it.
func TestPrintPatch(t *testing.T) {
	old := New("pacemaker-3.9", "3.16.2")
	set := NewElement("instance_attributes", "id", "nodes-1")
	for i := range 1000 {
		set.AddChild(NewElement("nvpair", "id", fmt.Sprint("nodes-1-", i), "name", fmt.Sprint(i), "value", strings.Repeat("v", 1000)))
	}
	set.AddChild(NewElement("nvpair", "id", "nodes-1-color", "name", "color", "value", "blue"))
	node := NewElement("node", "id", "1", "uname", "node1")
	node.AddChild(set)
	old.Section("nodes").AddChild(node)
	next, err := Apply(old, Request{ID: "r", Origin: "node1", Client: "crm_attribute", User: "root", Ops: []Op{{Kind: Modify, XML: `<nodes><node id="1"><instance_attributes id="nodes-1"><nvpair id="nodes-1-color" value="red"/></instance_attributes></node></nodes>`}}}, "Mon Nov 23 10:00:00 2026")
	if err != nil {
		t.Fatal(err)
	}
	text := PrintPatch(Diff(old, next))
	if len(text) > 800 {
		t.Errorf("%d bytes for one attribute:\n%s", len(text), text)
	}
	diff, err := ParseElement(text)
	if err != nil {
		t.Fatal(err)
	}
	got, err := PatchDocument(old, diff)
	if err != nil || got.Digest() != next.Digest() {
		t.Errorf("the patch leads elsewhere: %v", err)
	}
}
