package cib

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// FieldDiff returns the changes from one document to another in the form in
// which Pacemaker's own programs write them (format 2): deletions first,
// comments compared like elements, and the place of attributes told too where
// places is true. Diff is cheaper, and what members of a cluster send.
func FieldDiff(old, new *Document, places bool) *Element {
	f := fieldDiff{diff: emptyDiff(old, new), places: places, skip: map[etree.Token]bool{},
		born: map[etree.Token]bool{}, moved: map[etree.Token]bool{}, changes: map[*Element]*Element{}}
	f.compare("/cib", old.Root(), new.Root())
	f.write("/cib", new.Root(), 0)
	return f.diff
}

// fieldDiff is one comparison: compare finds out what is to be said of the new
// document's parts, and writes deletions; write says the rest in the order of
// the document.
type fieldDiff struct {
	diff    *Element
	places  bool
	skip    map[etree.Token]bool // does not count in the place of what follows it
	born    map[etree.Token]bool // is only in the new document
	moved   map[etree.Token]bool
	changes map[*Element]*Element // of attributes
}

// parts are the elements and comments in an element.
func parts(e *Element) []etree.Token {
	list := make([]etree.Token, 0, len(e.Child))
	for _, t := range e.Child {
		switch t.(type) {
		case *Element, *etree.Comment:
			list = append(list, t)
		}
	}
	return list
}

func (f *fieldDiff) compare(path string, old, new *Element) {
	f.attributes(path, old, new)
	before, after := parts(old), parts(new)
	twins := match(before, after)
	for i, t := range before {
		twin, stays := twins[t]
		c, isElement := t.(*Element)
		switch {
		case stays && isElement:
			f.compare(path+"/"+keyOf(c).step(), c, twin.(*Element))
		case stays:
		default:
			gone := NewElement("change", "operation", "delete", "path", path+"/"+step(t))
			if !isElement {
				gone.CreateAttr("position", strconv.Itoa(f.place(before[:i])))
			}
			f.diff.AddChild(gone)
			f.skip[t] = true
		}
	}
	for i, t := range after {
		twin, stayed := twins[t]
		if !stayed {
			f.born[t], f.skip[t] = true, true
			continue
		}
		from, to := f.place(before[:slices.Index(before, twin)]), f.place(after[:i])
		if from == to {
			continue
		}
		f.moved[t] = true
		if from > to {
			f.skip[twin] = true
		} else {
			f.skip[t] = true
		}
	}
}

// match pairs the parts of two elements, both ways: elements of the same tag
// and id, and comments of the same words at the same place.
func match(before, after []etree.Token) map[etree.Token]etree.Token {
	twins := map[etree.Token]etree.Token{}
	for i, t := range before {
		for j, other := range after {
			if twins[other] == nil && alike(t, other, i == j) {
				twins[t], twins[other] = other, t
				break
			}
		}
	}
	return twins
}

func alike(a, b etree.Token, samePlace bool) bool {
	switch a := a.(type) {
	case *Element:
		b, ok := b.(*Element)
		return ok && keyOf(a).is(b)
	case *etree.Comment:
		b, ok := b.(*etree.Comment)
		return ok && samePlace && strings.EqualFold(a.Data, b.Data)
	}
	return false
}

// step is a part's step of a path.
func step(t etree.Token) string {
	if e, ok := t.(*Element); ok {
		return keyOf(e).step()
	}
	return "comment"
}

// place counts the parts that are not to be left out.
func (f *fieldDiff) place(before []etree.Token) int {
	n := 0
	for _, t := range before {
		if !f.skip[t] {
			n++
		}
	}
	return n
}

// attributes notes how the attributes of an element changed.
func (f *fieldDiff) attributes(path string, old, new *Element) {
	list := NewElement("change-list")
	for i, a := range new.Attr {
		at := slices.IndexFunc(old.Attr, func(o Attr) bool { return o.FullKey() == a.FullKey() })
		if at < 0 || old.Attr[at].Value != a.Value || f.places && at != i {
			list.AddChild(NewElement("change-attr", "name", a.FullKey(), "operation", "set", "value", a.Value))
		}
	}
	for _, a := range old.Attr {
		if new.SelectAttr(a.FullKey()) == nil {
			list.AddChild(NewElement("change-attr", "name", a.FullKey(), "operation", "unset"))
		}
	}
	if len(list.Child) > 0 {
		f.changes[new] = modification(path, list, new)
	}
}

// modification is the change of an element's attributes that list says.
func modification(path string, list, new *Element) *Element {
	change := NewElement("change", "operation", "modify", "path", path)
	change.AddChild(list)
	result := etree.NewElement(new.FullTag())
	for _, a := range new.Attr {
		result.CreateAttr(a.FullKey(), a.Value)
	}
	change.CreateElement("change-result").AddChild(result)
	return change
}

func (f *fieldDiff) write(path string, t etree.Token, at int) {
	if e, ok := t.(*Element); ok {
		if c := f.changes[e]; c != nil {
			f.diff.AddChild(c)
		}
		for i, part := range parts(e) {
			if f.born[part] {
				addCreate(f.diff, path, i, part)
			} else {
				f.write(path+"/"+step(part), part, i)
			}
		}
	}
	if f.moved[t] {
		f.diff.AddChild(NewElement("change", "operation", "move", "path", path, "position", strconv.Itoa(at)))
	}
}

// FieldPatch applies a diff as Pacemaker's programs do: it was made from a
// document of this version, the change-results give attributes their order,
// and a digest in the diff is that of the outcome. It returns ErrPatch, wrapped,
// where that does not hold; the given document is not changed.
func FieldPatch(doc *Document, diff *Element) (*Document, error) {
	next, _, err := doc.changed(diff)
	if err != nil {
		return nil, err
	}
	for _, c := range diff.SelectElements("change") {
		next.order(c)
	}
	if want := diff.SelectAttrValue("digest", ""); want != "" && want != PatchDigest(next.Root()) {
		return nil, fmt.Errorf("%w: the outcome has another digest", ErrPatch)
	}
	return next, nil
}

// order brings the attributes of an element that a change is about into the
// order of its change-result.
func (d *Document) order(c *Element) {
	result := c.SelectElement("change-result")
	if result == nil || len(result.ChildElements()) != 1 {
		return
	}
	e, err := d.step(c.SelectAttrValue("path", ""))
	if err != nil {
		return // deleted by the same diff
	}
	names := result.ChildElements()[0].Attr
	slices.SortStableFunc(e.Attr, func(a, b Attr) int {
		place := func(a Attr) int {
			return slices.IndexFunc(names, func(n Attr) bool { return n.FullKey() == a.FullKey() })
		}
		return place(a) - place(b)
	})
}
