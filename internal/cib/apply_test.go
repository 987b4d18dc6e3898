package cib

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

const small = `<cib admin_epoch="0" epoch="5" num_updates="7" validate-with="pacemaker-3.9">
  <configuration>
    <crm_config><cluster_property_set id="o"><nvpair id="o-a" name="a" value="1"/></cluster_property_set></crm_config>
    <nodes/><resources><primitive id="r"/></resources><constraints/>
  </configuration>
  <status><node_state id="1" uname="n1"/></status>
</cib>`

func TestApply(t *testing.T) {
	cases := []struct {
		name    string
		op      Op
		version string
		has     string // in the outcome, blanks at line starts dropped
	}{
		{"status by modify", Op{Kind: Modify, XML: `<status><node_state id="1" crmd="online"><lrm id="1"/></node_state></status>`},
			"0.5.8", `<node_state id="1" uname="n1" crmd="online"><lrm id="1"/></node_state>`},
		{"configuration by modify", Op{Kind: Modify, XML: `<crm_config><cluster_property_set id="o"><nvpair id="o-a" value="2"/></cluster_property_set></crm_config>`},
			"0.6.0", `<nvpair id="o-a" name="a" value="2"/>`},
		{"modify below a path", Op{Kind: Modify, Path: "//nodes", XML: `<node id="1" uname="n1"/>`}, "0.6.0", `<nodes><node id="1" uname="n1"/></nodes>`},
		{"a new section", Op{Kind: Modify, XML: `<op_defaults><meta_attributes id="d"/></op_defaults>`}, "0.6.0", `<op_defaults><meta_attributes id="d"/></op_defaults>`},
		{"nothing new", Op{Kind: Modify, XML: `<resources><primitive id="r"/></resources>`}, "0.5.7", `<primitive id="r"/>`},
		{"create", Op{Kind: Create, Path: "//resources", XML: `<primitive id="s"/>`}, "0.6.0", `<primitive id="r"/><primitive id="s"/>`},
		{"replace a section", Op{Kind: Replace, XML: `<resources><group id="g"/></resources>`}, "0.6.0", `<resources><group id="g"/></resources>`},
		{"replace by path", Op{Kind: Replace, Path: "//primitive[@id='r']", XML: `<clone id="c"/>`}, "0.6.0", `<resources><clone id="c"/></resources>`},
		{"delete", Op{Kind: Delete, Path: "//primitive"}, "0.6.0", `<resources/>`},
		{"delete nothing", Op{Kind: Delete, Path: "//primitive[@id='zz']"}, "0.5.7", `<primitive id="r"/>`},
		{"delete status", Op{Kind: Delete, Path: "//node_state"}, "0.5.8", `<status/>`},
		{"replace all", Op{Kind: Replace, XML: `<cib epoch="5"><configuration><resources/></configuration><status><old/></status></cib>`},
			"0.6.0", `<status><node_state id="1" uname="n1"/></status>`},
		{"replace all, newer", Op{Kind: Replace, XML: `<cib epoch="50"><configuration><resources/></configuration></cib>`}, "0.50.0", `<resources/>`},
		{"patch", Op{Kind: Patch, XML: `<diff format="2"><change operation="delete" path="/cib/configuration/resources/primitive[@id='r']"/></diff>`},
			"0.6.0", `<resources/>`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			doc := mustParse(t, small)
			before := doc.Digest()
			got, err := Apply(doc, Request{Ops: []Op{c.op}}, "Mon Nov 23 05:04:18 2026")
			if err != nil {
				t.Fatal(err)
			}
			if got.Version().String() != c.version {
				t.Errorf("version %s, want %s", got.Version(), c.version)
			}
			if text := flat(got); !strings.Contains(text, c.has) {
				t.Errorf("no %s in\n%s", c.has, text)
			}
			if doc.Digest() != before {
				t.Error("the given document was changed")
			}
		})
	}
}

func flat(d *Document) string {
	var b strings.Builder
	for _, line := range strings.Split(string(d.Bytes()), "\n") {
		b.WriteString(strings.TrimSpace(line))
	}
	return b.String()
}

func TestApplyRefused(t *testing.T) {
	cases := []struct {
		name string
		r    Request
		want error
	}{
		{"conflict", Request{Base: &Base{Version: Version{Epoch: 4}}, Ops: []Op{{Kind: Delete, Path: "//primitive"}}}, ErrConflict},
		{"no such parent", Request{Ops: []Op{{Kind: Create, Path: "//tags", XML: "<tag/>"}}}, ErrNotFound},
		{"exists", Request{Ops: []Op{{Kind: Create, Path: "//resources", XML: `<primitive id="r"/>`}}}, ErrExists},
		{"older", Request{Ops: []Op{{Kind: Replace, XML: `<cib epoch="4"><configuration/></cib>`}}}, ErrOlder},
		{"patch of another", Request{Ops: []Op{{Kind: Patch, XML: `<diff format="2"><change operation="delete" path="/cib/nothing"/></diff>`}}}, ErrPatch},
		{"all or none", Request{Ops: []Op{{Kind: Delete, Path: "//primitive"}, {Kind: Replace, Path: "//nothing", XML: "<a/>"}}}, ErrNotFound},
	}
	for _, c := range cases {
		doc := mustParse(t, small)
		if _, err := Apply(doc, c.r, ""); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := Apply(mustParse(t, small), Request{Ops: []Op{{Kind: Delete, Path: "//["}}}, ""); err == nil {
		t.Error("a broken path was taken")
	}
}

func TestStatusChangeWithBaseOfSameEpoch(t *testing.T) {
	// Results arrive all the time; they must not make an administrator's edit fail.
	doc := mustParse(t, small)
	base := doc.Base()
	doc, err := Apply(doc, Request{Ops: []Op{{Kind: Modify, XML: `<status><node_state id="2"/></status>`}}}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Apply(doc, Request{Base: base, Ops: []Op{{Kind: Delete, Path: "//primitive"}}}, ""); err != nil {
		t.Fatal(err)
	}
}

// Two sides that were edited apart come to the same epoch: an edit of one must
// not be taken for an edit of the other.
func TestBaseOfAnotherSide(t *testing.T) {
	doc := mustParse(t, small)
	side := func(value string) *Document {
		next, err := Apply(doc, Request{Ops: []Op{{Kind: Modify, XML: `<crm_config>
			<cluster_property_set id="p"><nvpair id="p-x" name="x" value="` + value + `"/></cluster_property_set>
		</crm_config>`}}}, "now")
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	ours, theirs := side("1"), side("2")
	if ours.Version() != theirs.Version() {
		t.Fatal(ours.Version(), theirs.Version())
	}
	read := mustParse(t, string(theirs.Bytes())) // as a client has it
	edit := Request{Base: read.Base(), Ops: []Op{{Kind: Delete, Path: "//primitive"}}}
	if _, err := Apply(ours, edit, "now"); !errors.Is(err, ErrConflict) {
		t.Errorf("an edit of the other side's configuration: %v", err)
	}
	if _, err := Apply(theirs, edit, "now"); err != nil {
		t.Error(err)
	}
	// An older client names the numbers only.
	if err := json.Unmarshal([]byte(`{"base":{"AdminEpoch":0,"Epoch":6,"NumUpdates":0}}`), &edit); err != nil {
		t.Fatal(err)
	}
	edit.Base.Digest = ""
	if _, err := Apply(ours, edit, "now"); err != nil {
		t.Error(err)
	}
}

func TestXPath(t *testing.T) {
	doc := mustParse(t, `<cib><configuration><resources><group id="g"><primitive id="a"/><primitive id="b" class="ocf"/></group><primitive id="c"/></resources></configuration></cib>`)
	for expr, want := range map[string]string{
		"//primitive":                       "a b c",
		"//primitive[@class]":               "b",
		"//primitive/@id":                   "a b c",
		"//primitive/..":                    "- g",
		"//primitive[@id='c']|//group":      "g c",
		"/cib/configuration/resources/*[2]": "c",
		"//group/following-sibling::*":      "c",
		"//nothing":                         "",
	} {
		found, err := doc.XPath(expr)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		var ids []string
		for _, e := range found {
			ids = append(ids, e.SelectAttrValue("id", "-"))
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%s: %q, want %q", expr, got, want)
		}
	}
	for _, bad := range []string{"//[", "count(//primitive)"} {
		if _, err := doc.XPath(bad); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

func TestParseRefused(t *testing.T) {
	for _, text := range []string{"", "not xml", "<cib>", "<other/>", "<cib></cib><cib/>x<"} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, err := Parse(data); err == nil {
			again, err := Parse(d.Bytes())
			if err != nil {
				t.Fatalf("what was printed cannot be read: %v\n%s", err, d.Bytes())
			}
			_ = again.Version()
		}
	})
}

// A document grows step by step up to its limit, and no further: what Apply
// returns can be read again.
func TestSizeIsBounded(t *testing.T) {
	doc := New("pacemaker-3.9", "3.16.1")
	text := strings.Repeat("x", 7<<20)
	for n := range 12 {
		op := Op{Kind: Modify, XML: fmt.Sprintf(`<nodes><node id="%d" uname="%s"/></nodes>`, n, text)}
		next, err := Apply(doc, Request{Ops: []Op{op}}, "")
		if errors.Is(err, ErrTooLarge) {
			if n < 8 {
				t.Errorf("refused after %d nodes", n)
			}
			if _, err := Parse(doc.Bytes()); err != nil {
				t.Error(err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		doc = next
	}
	t.Error("it grows without a bound")
}
