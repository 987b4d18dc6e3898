package cib

import (
	"strings"

	"github.com/beevik/etree"
)

// quick parses the XML that programs write: elements, attributes, white space.
// For everything else (text, comments, namespaces, other characters than
// ASCII's, and all that is wrong) it returns nil, and the library decides. It
// is there because documents and patches are parsed often, on every node.
func quick(data []byte) *etree.Document {
	q := quickParser{in: string(data)}
	tree := etree.NewDocument()
	q.declaration(tree)
	q.blanks()
	root := q.tree()
	q.blanks()
	if root == nil || q.at < len(q.in) {
		return nil
	}
	tree.AddChild(root)
	return tree
}

type quickParser struct {
	in    string
	at    int
	attrs []string // of the element being read: name, value pairs
}

// peek returns the next byte, 0 at the end.
func (q *quickParser) peek() byte {
	if q.at < len(q.in) {
		return q.in[q.at]
	}
	return 0
}

// take goes on where the input continues with text.
func (q *quickParser) take(text string) bool {
	if !strings.HasPrefix(q.in[q.at:], text) {
		return false
	}
	q.at += len(text)
	return true
}

func (q *quickParser) blanks() (any bool) {
	for ; q.at < len(q.in); q.at++ {
		if c := q.in[q.at]; c != ' ' && c != '\n' && c != '\t' {
			break
		}
		any = true
	}
	return any
}

// declaration keeps the XML declaration as the library does.
func (q *quickParser) declaration(tree *etree.Document) {
	for _, inst := range []string{`version="1.0"`, `version="1.0" encoding="UTF-8"`, `version="1.0" encoding="utf-8"`,
		`version="1.0" encoding="UTF-8" standalone="yes"`} {
		if q.take("<?xml " + inst + "?>") {
			tree.CreateProcInst("xml", inst)
			return
		}
	}
}

// tree reads one element with all that is in it, nil where it cannot.
func (q *quickParser) tree() *Element {
	var open []*Element
	for {
		if q.take("</") {
			name := q.name()
			if len(open) == 0 || name != open[len(open)-1].Tag || q.blanks() || !q.take(">") {
				return nil
			}
			if len(open) == 1 {
				return open[0]
			}
			open = open[:len(open)-1]
		} else {
			e, empty := q.start()
			if e == nil || len(open) >= maxDepth {
				return nil
			}
			if len(open) > 0 {
				open[len(open)-1].AddChild(e)
			}
			if !empty {
				open = append(open, e)
			} else if len(open) == 0 {
				return e
			}
		}
		q.blanks()
	}
}

// start reads a start tag.
func (q *quickParser) start() (e *Element, empty bool) {
	if !q.take("<") {
		return nil, false
	}
	tag := q.name()
	if tag == "" {
		return nil, false
	}
	q.attrs = q.attrs[:0]
	for {
		blank := q.blanks()
		switch {
		case q.take("/>"):
			return q.element(tag), true
		case q.take(">"):
			return q.element(tag), false
		case !blank || !q.attr():
			return nil, false
		}
	}
}

func (q *quickParser) element(tag string) *Element {
	e := etree.NewElement(tag)
	if n := len(q.attrs) / 2; n > 0 {
		e.Attr = make([]Attr, 0, n)
	}
	for i := 0; i < len(q.attrs); i += 2 {
		e.CreateAttr(q.attrs[i], q.attrs[i+1])
	}
	return e
}

func (q *quickParser) attr() bool {
	name := q.name()
	if name == "" || !q.take("=") {
		return false
	}
	quote := q.peek()
	if quote != '"' && quote != '\'' {
		return false
	}
	q.at++
	begin, entities := q.at, false
	for ; q.at < len(q.in); q.at++ {
		switch c := q.in[q.at]; {
		case c == quote:
			value, ok := q.in[begin:q.at], true
			q.at++
			if entities {
				value, ok = unescape(value)
			}
			q.attrs = append(q.attrs, name, value)
			return ok
		case c == '&':
			entities = true
		case c == '<' || c >= 0x7f || (c < ' ' && c != '\n' && c != '\t'):
			return false
		}
	}
	return false
}

// name reads a name, "" where there is none.
func (q *quickParser) name() string {
	begin := q.at
	for ; q.at < len(q.in); q.at++ {
		c := q.in[q.at]
		if letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'; letter {
			continue
		}
		if inner := c == '-' || c == '.' || '0' <= c && c <= '9'; !inner || q.at == begin {
			break
		}
	}
	return q.in[begin:q.at]
}

var entities = []struct{ name, char string }{{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", `"`}, {"&apos;", "'"}, {"&#xA;", "\n"}, {"&#x9;", "\t"}}

// unescape puts characters in the place of their entities; ok is false for others.
func unescape(s string) (out string, ok bool) {
	var b strings.Builder
next:
	for {
		at := strings.IndexByte(s, '&')
		if at < 0 {
			b.WriteString(s)
			return b.String(), true
		}
		b.WriteString(s[:at])
		s = s[at:]
		for _, e := range entities {
			if rest, found := strings.CutPrefix(s, e.name); found {
				b.WriteString(e.char)
				s = rest
				continue next
			}
		}
		return "", false
	}
}
