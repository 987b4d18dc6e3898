package cib

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// anyTree draws an element with children, some without ids, some with equal keys.
func anyTree(t *rapid.T, depth int) *Element {
	e := NewElement(rapid.SampledFrom([]string{"primitive", "group", "nvpair", "op"}).Draw(t, "tag"))
	if rapid.Bool().Draw(t, "has id") {
		e.CreateAttr("id", rapid.SampledFrom([]string{"a", "b", "c", "it's"}).Draw(t, "id"))
	}
	for _, name := range []string{"name", "value"} {
		if rapid.Bool().Draw(t, name) {
			e.CreateAttr(name, rapid.SampledFrom([]string{"", "1", "x<y&\"z\""}).Draw(t, "value"))
		}
	}
	if depth > 0 {
		for range rapid.IntRange(0, 4).Draw(t, "children") {
			e.AddChild(anyTree(t, depth-1))
		}
	}
	if rapid.IntRange(0, 9).Draw(t, "comment") == 0 {
		e.CreateComment("why")
	}
	return e
}

func anyDocument(t *rapid.T, epoch int64) *Document {
	d := New("pacemaker-3.9", "3.16.1")
	d.SetVersion(Version{Epoch: epoch})
	for _, section := range []string{"resources", "status"} {
		for range rapid.IntRange(0, 4).Draw(t, section) {
			d.Section(section).AddChild(anyTree(t, 3))
		}
	}
	return d
}

func TestPatchLeadsFromOldToNew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old, new := anyDocument(t, 1), anyDocument(t, 2)
		diff, err := ParseElement(Print(Diff(old, new)))
		if err != nil {
			t.Fatalf("the diff is not XML: %v", err)
		}
		got, err := PatchDocument(old, diff)
		if err != nil {
			t.Fatalf("%v\n%s", err, Print(diff))
		}
		if got.Digest() != new.Digest() && !sameTree(got.Root(), new.Root()) {
			t.Fatalf("patched:\n%s\nwanted:\n%s\ndiff:\n%s", got.Bytes(), new.Bytes(), Print(diff))
		}
	})
}

func TestDiffOfEqualDocumentsIsEmpty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDocument(t, 1)
		if diff := Diff(d, d.Copy()); !DiffEmpty(diff) {
			t.Fatalf("not empty:\n%s", Print(diff))
		}
	})
}

func TestPatchRefused(t *testing.T) {
	doc := mustParse(t, `<cib epoch="3" num_updates="1" admin_epoch="0"><configuration><resources/></configuration></cib>`)
	version := `<version><source admin_epoch="0" epoch="3" num_updates="1"/><target admin_epoch="0" epoch="3" num_updates="1"/></version>`
	cases := map[string]string{
		"other source":  `<diff format="2"><version><source admin_epoch="0" epoch="2" num_updates="1"/><target/></version></diff>`,
		"wrong outcome": `<diff format="2"><version><source admin_epoch="0" epoch="3" num_updates="1"/><target epoch="9"/></version></diff>`,
		"no versions":   `<diff format="2"/>`,
		"old format":    `<diff format="1">` + version + `</diff>`,
		"missing path":  `<diff format="2">` + version + `<change operation="delete" path="/cib/configuration/constraints"/></diff>`,
		"strange path":  `<diff format="2">` + version + `<change operation="delete" path="//resources"/></diff>`,
		"root":          `<diff format="2">` + version + `<change operation="delete" path="/cib"/></diff>`,
		"position":      `<diff format="2">` + version + `<change operation="create" path="/cib" position="-1"><a/></change></diff>`,
		"operation":     `<diff format="2">` + version + `<change operation="paint" path="/cib"/></diff>`,
	}
	before := doc.Digest()
	for name, text := range cases {
		diff, err := ParseElement([]byte(text))
		if err != nil {
			t.Fatal(name, err)
		}
		if _, err := PatchDocument(doc, diff); !errors.Is(err, ErrPatch) {
			t.Errorf("%s: %v", name, err)
		}
		if doc.Digest() != before {
			t.Fatalf("%s: the document was changed", name)
		}
	}
}

func FuzzPatch(f *testing.F) {
	old := New("pacemaker-3.9", "3.16.1")
	new := old.Copy()
	new.Section("resources").AddChild(NewElement("primitive", "id", "x"))
	f.Add(Print(Diff(old, new)))
	f.Add([]byte(`<diff format="2"><version><source/><target/></version><change operation="move" path="/cib/status" position="9"/></diff>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if diff, err := ParseElement(data); err == nil {
			_, _ = PatchDocument(old, diff) // must not panic
		}
	})
}

func mustParse(t *testing.T, text string) *Document {
	t.Helper()
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func ExampleDiff() {
	old, _ := Parse([]byte(`<cib epoch="1"><configuration><nodes/></configuration></cib>`))
	new := old.Copy()
	new.Root().CreateAttr("epoch", "2")
	new.Section("nodes").AddChild(NewElement("node", "id", "1", "uname", "node1"))
	fmt.Print(string(Print(Diff(old, new))))
	// Output:
	// <diff format="2">
	//   <version>
	//     <source admin_epoch="0" epoch="1" num_updates="0"/>
	//     <target admin_epoch="0" epoch="2" num_updates="0"/>
	//   </version>
	//   <change operation="modify" path="/cib">
	//     <change-list>
	//       <change-attr name="epoch" operation="set" value="2"/>
	//     </change-list>
	//     <change-result>
	//       <cib epoch="2"/>
	//     </change-result>
	//   </change>
	//   <change operation="create" path="/cib/configuration/nodes" position="0">
	//     <node id="1" uname="node1"/>
	//   </change>
	// </diff>
}
