package cib

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// key names an element among its siblings.
type key struct{ tag, id string }

func keyOf(e *Element) key { return key{e.FullTag(), e.SelectAttrValue("id", "")} }

// is tells whether a key names an element.
func (k key) is(e *Element) bool {
	return e.FullTag() == k.tag && e.SelectAttrValue("id", "") == k.id
}

func lookup(parent *Element, k key) *Element {
	for _, t := range parent.Child {
		if c, ok := t.(*Element); ok && k.is(c) {
			return c
		}
	}
	return nil
}

func (k key) step() string {
	if k.id == "" {
		return k.tag
	}
	return fmt.Sprintf("%s[@id='%s']", k.tag, k.id)
}

// Diff returns the changes that lead from one document to another as
// Pacemaker's <diff format="2">; without any it has no <change> elements.
func Diff(old, new *Document) *Element {
	diff := emptyDiff(old, new)
	diffElement(diff, "/cib", old.Root(), new.Root())
	return diff
}

// emptyDiff is a diff that only names the versions that it leads from and to.
func emptyDiff(old, new *Document) *Element {
	diff := NewElement("diff", "format", "2")
	version := diff.CreateElement("version")
	for _, v := range []struct {
		tag string
		doc *Document
	}{{"source", old}, {"target", new}} {
		w := v.doc.Version()
		e := version.CreateElement(v.tag)
		e.CreateAttr("admin_epoch", strconv.FormatInt(w.AdminEpoch, 10))
		e.CreateAttr("epoch", strconv.FormatInt(w.Epoch, 10))
		e.CreateAttr("num_updates", strconv.FormatInt(w.NumUpdates, 10))
	}
	return diff
}

// DiffEmpty tells whether a diff changes anything.
func DiffEmpty(diff *Element) bool { return diff.SelectElement("change") == nil }

// diffElement adds the changes between two elements of the same key.
func diffElement(diff *Element, path string, old, new *Element) {
	diffAttrs(diff, path, old, new)
	if changed, ok := pairs(old, new); ok {
		for _, i := range changed {
			c := new.Child[i].(*Element)
			diffElement(diff, path+"/"+keyOf(c).step(), old.Child[i].(*Element), c)
		}
		return
	}
	had, has := children(old), children(new)
	if had == nil || has == nil {
		replaceChildren(diff, path, old, new)
		return
	}
	list := removeGone(diff, path, old, has)
	for i, t := range new.Child {
		c := t.(*Element) // or it would have no map of children
		k := keyOf(c)
		at := i
		if i >= len(list) || list[i] != k {
			at = indexOf(list, k)
		}
		switch {
		case at < 0:
			addCreate(diff, path, i, c)
			list = insert(list, i, k)
			continue
		case at != i:
			diff.AddChild(NewElement("change", "operation", "move", "path", path+"/"+k.step(), "position", strconv.Itoa(i)))
			list = insert(append(list[:at:at], list[at+1:]...), i, k)
		}
		if before := had[k]; !sameTree(before, c) {
			diffElement(diff, path+"/"+k.step(), before, c)
		}
	}
}

// pairs tells which children differ where both elements have the same ones in
// the same order, and a path leads to each that differs. That is how nearly all
// changes are, and far cheaper to find than others.
func pairs(old, new *Element) (changed []int, ok bool) {
	if len(old.Child) != len(new.Child) {
		return nil, false
	}
	for i := range old.Child {
		if sameToken(old.Child[i], new.Child[i]) {
			continue
		}
		a, isElement := old.Child[i].(*Element)
		b, both := new.Child[i].(*Element)
		if !isElement || !both {
			return nil, false
		}
		if k := keyOf(a); !k.is(b) || strings.Contains(k.id, "'") || lookupStep(old, k) != a || lookupStep(new, k) != b {
			return nil, false
		}
		changed = append(changed, i)
	}
	return changed, true
}

// children are an element's children by their keys, nil where not all of them
// are elements that a path can name without doubt: they are replaced as a whole.
func children(e *Element) map[key]*Element {
	found := make(map[key]*Element, len(e.Child))
	for _, t := range e.Child {
		c, ok := t.(*Element)
		if !ok {
			return nil
		}
		k := keyOf(c)
		if found[k] != nil || strings.Contains(k.id, "'") {
			return nil
		}
		found[k] = c
	}
	for k := range found {
		if k.id == "" && hasOthers(e, k) {
			return nil
		}
	}
	return found
}

// hasOthers tells whether there are elements of the same tag with an id.
func hasOthers(e *Element, k key) bool {
	for _, c := range e.ChildElements() {
		if c.FullTag() == k.tag && keyOf(c) != k {
			return true
		}
	}
	return false
}

// replaceChildren writes one change that holds the whole new element. Its
// operation is ours, "replace": format 2 has no means to tell apart children
// without keys.
func replaceChildren(diff *Element, path string, _, new *Element) {
	c := NewElement("change", "operation", "replace", "path", path)
	c.AddChild(new.Copy())
	diff.AddChild(c)
}

func removeGone(diff *Element, path string, old *Element, has map[key]*Element) []key {
	kept := make([]key, 0, len(old.Child))
	for _, c := range old.ChildElements() {
		k := keyOf(c)
		if has[k] == nil {
			diff.AddChild(NewElement("change", "operation", "delete", "path", path+"/"+k.step()))
			continue
		}
		kept = append(kept, k)
	}
	return kept
}

func indexOf(list []key, k key) int {
	for i := range list {
		if list[i] == k {
			return i
		}
	}
	return -1
}

func insert(list []key, i int, k key) []key {
	out := make([]key, 0, len(list)+1)
	out = append(out, list[:i]...)
	out = append(out, k)
	return append(out, list[i:]...)
}

func addCreate(diff *Element, path string, at int, t etree.Token) {
	c := NewElement("change", "operation", "create", "path", path, "position", strconv.Itoa(at))
	c.AddChild(copyOf(t))
	diff.AddChild(c)
}

// copyOf copies an element or a comment.
func copyOf(t etree.Token) etree.Token {
	if comment, ok := t.(*etree.Comment); ok {
		return etree.NewComment(comment.Data)
	}
	return t.(*Element).Copy()
}

func diffAttrs(diff *Element, path string, old, new *Element) {
	if len(old.Attr) == len(new.Attr) && sameAttrs(old, new) {
		return
	}
	list := etree.NewElement("change-list")
	for _, a := range old.Attr {
		if new.SelectAttr(a.FullKey()) == nil {
			list.AddChild(NewElement("change-attr", "name", a.FullKey(), "operation", "unset"))
		}
	}
	for _, a := range new.Attr {
		if had := old.SelectAttr(a.FullKey()); had == nil || had.Value != a.Value {
			list.AddChild(NewElement("change-attr", "name", a.FullKey(), "operation", "set", "value", a.Value))
		}
	}
	if len(list.Child) == 0 {
		return
	}
	diff.AddChild(modification(path, list, new))
}
