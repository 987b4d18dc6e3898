package cib

import (
	"math/rand/v2"
	"testing"

	"github.com/beevik/etree"
)

// slowly parses as the library does.
func slowly(text string) (*etree.Document, error) {
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes([]byte(text)); err != nil {
		return nil, err
	}
	return tree, nil
}

// texts are what programs and people write.
var texts = []string{
	`<cib epoch="1" num_updates="0" admin_epoch="0"><configuration><crm_config/></configuration><status/></cib>`,
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<cib epoch=\"1\">\n  <configuration>\n    <nodes><node id='1' uname='a b'/></nodes>\n  </configuration>\n</cib>\n",
	`<rule id="r" boolean-op="and"><expression value="a &lt; b &amp;&amp; &quot;c&quot; &gt; d &apos;"/></rule>`,
	`<a b="&#10;&#x9;&#xA;" c="` + "\t\n" + `"/>`,
	`<a><!-- why --><b/>text<c/>more</a>`,
	`<a>only text</a>`,
	`<a><![CDATA[<b/>]]></a>`,
	`<x:a xmlns:x="urn:x" x:b="1"><x:c/></x:a>`,
	`<a b="1" b="2" c="3" b="4"/>`,
	`<a b="ä" c="ö"><d/></a>`,
	"<a\n  b = \"1\"\n/>",
	`<?xml version="1.0"?><?pi data?><!DOCTYPE a><a/>`,
	`<a><b><c><d><e><f g="h"/></e></d></c></b></a >`,
	`<a/><b/>`, `<a></b>`, `<a b=1/>`, `<a b/>`, `<a b="<"/>`, `<a b="1"c="2"/>`, `<a>`, ``, `x`, `<a/>x`, `<1/>`, `<a.b-c_d1/>`, `<a b="&unknown;"/>`,
}

// Where the quick parser answers, the library would have said the same.
func TestQuickParserIsTheLibrarys(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	answered := 0
	check := func(text string) {
		got := quick([]byte(text))
		if got == nil {
			return
		}
		answered++
		want, err := slowly(text)
		if err != nil || want.Root() == nil {
			t.Fatalf("%q was taken, but: %v", text, err)
		}
		dropBlanks(want.Root())
		if !sameTree(want.Root(), got.Root()) {
			t.Fatalf("%q became\n%swanted\n%s", text, Print(got.Root()), Print(want.Root()))
		}
	}
	for _, text := range texts {
		check(text)
		for range 4000 {
			b := []byte(text)
			for range 1 + rnd.IntN(3) {
				mangle(rnd, &b)
			}
			check(string(b))
		}
	}
	if answered < 2000 {
		t.Errorf("only %d were answered", answered)
	}
}

// mangle changes, inserts or takes out one byte.
func mangle(rnd *rand.Rand, b *[]byte) {
	if len(*b) == 0 {
		return
	}
	const some = "<>/&;\"'= ab\n\t\r?!-\x00\x80:x"
	at, c := rnd.IntN(len(*b)), some[rnd.IntN(len(some))]
	switch rnd.IntN(3) {
	case 0:
		(*b)[at] = c
	case 1:
		*b = append((*b)[:at], (*b)[at+1:]...)
	default:
		*b = append((*b)[:at], append([]byte{c}, (*b)[at:]...)...)
	}
}

// A document is printed as the library prints it.
func TestPrintIsTheLibrarys(t *testing.T) {
	for _, text := range append(texts, "<a b=\"&#13;&#1;\" c='\"&amp;>'><d>  <e/> x &amp; y > z </d></a>", "<a> <b> </b> t </a>") {
		tree, err := slowly(text)
		if err != nil || tree.Root() == nil {
			continue
		}
		want := etree.NewDocument()
		want.SetRoot(tree.Root().Copy())
		want.WriteSettings = printed
		want.Indent(2)
		s, err := want.WriteToString()
		if got := string(Print(tree.Root())); err != nil || got != s {
			t.Errorf("%q is printed\n%swanted\n%s", text, got, s)
		}
	}
}
