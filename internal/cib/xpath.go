package cib

import (
	"errors"
	"fmt"
	"sort"

	"github.com/antchfx/xpath"
	"github.com/beevik/etree"
)

// maxExpr bounds an XPath expression in bytes: the library takes stack for
// each parenthesis.
const maxExpr = 16 << 10

// XPath returns the elements that an XPath 1.0 expression names, in document
// order and each once. An expression that names attributes gives the elements
// that carry them. The error says what is wrong with the expression.
func (d *Document) XPath(expr string) ([]*Element, error) {
	if len(expr) > maxExpr {
		return nil, fmt.Errorf("an xpath of %d bytes is longer than the limit of %d", len(expr), maxExpr)
	}
	found, err := d.evaluate(expr)
	if err != nil {
		return nil, fmt.Errorf("xpath '%s': %w", expr, err)
	}
	// The library gives some axes out of order.
	if len(found) > 1 {
		sort.SliceStable(found, func(i, j int) bool { return before(found[i], found[j]) })
	}
	return found, nil
}

// evaluate collects the elements that an expression names, in the order of the
// library. Many a wrong argument of a function makes the library panic; it is
// the expression that is wrong then, and the DC that evaluates it must live on.
func (d *Document) evaluate(expr string) (found []*Element, err error) {
	defer func() {
		if r := recover(); r != nil {
			found, err = nil, fmt.Errorf("%v", r)
		}
	}()
	compiled, err := xpath.Compile(expr)
	if err != nil {
		return nil, err
	}
	result, ok := compiled.Evaluate(&navigator{root: &d.tree.Element, cur: &d.tree.Element, attr: -1}).(*xpath.NodeIterator)
	if !ok {
		return nil, errors.New("it names no elements")
	}
	seen := map[*Element]bool{}
	for result.MoveNext() {
		n := result.Current().(*navigator)
		if e, ok := n.cur.(*Element); ok && e != n.root && !seen[e] {
			seen[e] = true
			found = append(found, e)
		}
	}
	return found, nil
}

// before tells whether a stands before b in document order.
func before(a, b *Element) bool {
	pa, pb := position(a), position(b)
	for i := range min(len(pa), len(pb)) {
		if pa[i] != pb[i] {
			return pa[i] < pb[i]
		}
	}
	return len(pa) < len(pb)
}

func position(e *Element) []int {
	if e.Parent() == nil {
		return nil
	}
	return append(position(e.Parent()), e.Index())
}

// navigator walks the tree for the XPath library. cur is an element, text or
// comment; attr is the index of the current attribute, or -1.
type navigator struct {
	root *Element
	cur  etree.Token
	attr int
}

func (n *navigator) element() *Element {
	e, _ := n.cur.(*Element)
	return e
}

func (n *navigator) NodeType() xpath.NodeType {
	switch t := n.cur.(type) {
	case *Element:
		if n.attr >= 0 {
			return xpath.AttributeNode
		}
		if t == n.root {
			return xpath.RootNode
		}
		return xpath.ElementNode
	case *etree.Comment:
		return xpath.CommentNode
	}
	return xpath.TextNode
}

func (n *navigator) LocalName() string {
	e := n.element()
	if e == nil {
		return ""
	}
	if n.attr >= 0 {
		return e.Attr[n.attr].Key
	}
	return e.Tag
}

func (n *navigator) Prefix() string {
	if e := n.element(); e != nil && n.attr < 0 {
		return e.Space
	}
	return ""
}

func (n *navigator) Value() string {
	switch t := n.cur.(type) {
	case *Element:
		if n.attr >= 0 {
			return t.Attr[n.attr].Value
		}
		return t.Text()
	case *etree.CharData:
		return t.Data
	case *etree.Comment:
		return t.Data
	}
	return ""
}

func (n *navigator) Copy() xpath.NodeNavigator {
	c := *n
	return &c
}

func (n *navigator) MoveToRoot() { n.cur, n.attr = n.root, -1 }

func (n *navigator) MoveToParent() bool {
	if n.attr >= 0 {
		n.attr = -1
		return true
	}
	if n.cur == etree.Token(n.root) || n.cur.Parent() == nil {
		return false
	}
	n.cur = n.cur.Parent()
	if n.cur.Parent() == nil {
		n.cur = n.root // a copied document's root element has the copier's own root for its parent
	}
	return true
}

func (n *navigator) MoveToNextAttribute() bool {
	e := n.element()
	if e == nil || n.attr+1 >= len(e.Attr) {
		return false
	}
	n.attr++
	return true
}

func (n *navigator) MoveToChild() bool {
	e := n.element()
	if e == nil || n.attr >= 0 || len(e.Child) == 0 {
		return false
	}
	n.cur = e.Child[0]
	return true
}

// sibling moves to the child of the same parent at the given index.
func (n *navigator) sibling(index func(at, count int) int) bool {
	if n.attr >= 0 || n.cur == etree.Token(n.root) || n.cur.Parent() == nil {
		return false
	}
	siblings := n.cur.Parent().Child
	i := index(n.cur.Index(), len(siblings))
	if i < 0 || i >= len(siblings) {
		return false
	}
	n.cur = siblings[i]
	return true
}

func (n *navigator) MoveToFirst() bool {
	return n.sibling(func(int, int) int { return 0 })
}

func (n *navigator) MoveToNext() bool {
	return n.sibling(func(at, _ int) int { return at + 1 })
}

func (n *navigator) MoveToPrevious() bool {
	return n.sibling(func(at, _ int) int { return at - 1 })
}

func (n *navigator) MoveTo(other xpath.NodeNavigator) bool {
	o, ok := other.(*navigator)
	if !ok || o.root != n.root {
		return false
	}
	*n = *o
	return true
}
