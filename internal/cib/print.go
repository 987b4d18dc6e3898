package cib

import (
	"bytes"
	"strings"

	"github.com/beevik/etree"
)

// printed are the library's settings for what this package leaves to it.
var printed = etree.WriteSettings{CanonicalText: true, CanonicalAttrVal: true}

// Print prints one element and what is in it, with two blanks for each level
// and a newline at the end.
func Print(e *Element) []byte {
	b := bytes.NewBuffer(make([]byte, 0, roughly(e, 0)))
	printElement(b, e, 0)
	b.WriteByte('\n')
	return b.Bytes()
}

// roughly is how long an element is when it is printed, without what is
// written out: to make room once is cheaper than to grow.
func roughly(e *Element, depth int) int {
	n := 2*(len(e.Tag)+2*depth) + 8
	for i := range e.Attr {
		n += len(e.Attr[i].Key) + len(e.Attr[i].Value) + 4
	}
	for _, t := range e.Child {
		if c, ok := t.(*Element); ok {
			n += roughly(c, depth+1)
		}
	}
	return n
}

// PrintPatch prints a diff as members of a cluster send it to each other: on
// one line, without the change-result elements, which say once more what their
// change-lists say. It takes the latter out of the diff.
func PrintPatch(diff *Element) []byte {
	for _, change := range diff.SelectElements("change") {
		if result := change.SelectElement("change-result"); result != nil {
			change.RemoveChild(result)
		}
	}
	var b bytes.Buffer
	diff.WriteTo(&b, &printed)
	return b.Bytes()
}

// printElement prints on a line that is indented already.
func printElement(b *bytes.Buffer, e *Element, depth int) {
	tag := e.FullTag()
	b.WriteByte('<')
	b.WriteString(tag)
	for i := range e.Attr {
		b.WriteByte(' ')
		printAttr(b, &e.Attr[i])
	}
	empty, text := true, false
	for _, t := range e.Child {
		if text = isText(t); text && t.(*etree.CharData).IsWhitespace() {
			text = false
			continue
		}
		if empty {
			b.WriteByte('>')
			empty = false
		}
		if !text {
			indent(b, depth+1)
		}
		if c, ok := t.(*Element); ok {
			printElement(b, c, depth+1)
		} else {
			t.WriteTo(b, &printed)
		}
	}
	if empty {
		b.WriteString("/>")
		return
	}
	if !lastIsText(e) {
		indent(b, depth)
	}
	b.WriteString("</")
	b.WriteString(tag)
	b.WriteByte('>')
}

func isText(t etree.Token) bool {
	_, ok := t.(*etree.CharData)
	return ok
}

// lastIsText tells whether an element's content ends with text.
func lastIsText(e *Element) bool {
	for i := len(e.Child) - 1; i >= 0; i-- {
		if t, ok := e.Child[i].(*etree.CharData); !ok || !t.IsWhitespace() {
			return ok
		}
	}
	return false
}

const blanks = "\n                                                                "

func indent(b *bytes.Buffer, depth int) {
	if n := 1 + 2*depth; n <= len(blanks) {
		b.WriteString(blanks[:n])
		return
	}
	b.WriteByte('\n')
	for range depth {
		b.WriteString("  ")
	}
}

func printAttr(b *bytes.Buffer, a *Attr) {
	if !harmless(a.Value) {
		a.WriteTo(b, &printed)
		return
	}
	b.WriteString(a.FullKey())
	b.WriteString(`="`)
	b.WriteString(a.Value)
	b.WriteByte('"')
}

// harmless tells whether a value is printed as it is.
func harmless(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '&' || c == '<' || c == '"' {
			return false
		}
	}
	return true
}

// OneLine keeps a text from outside fit for an attribute: control characters,
// which XML does not allow, become blanks.
func OneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == 0xfffd {
			return ' '
		}
		return c
	}, s)
}
