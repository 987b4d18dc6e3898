package cib

import (
	"fmt"
	"slices"
)

// permitted tells whether a user may make one document into another:
// ErrDenied, with the element, if not. The lists are those of the document
// before the change. An element that is created must be writable where it
// comes to be, one that is deleted or changed where it was; of what goes with
// a deleted element nothing is asked.
func permitted(before, after *Document, c Caller) error {
	if !before.restricts(c) {
		return nil
	}
	rules := before.accessRules(c)
	w := writer{was: said(before, rules), becomes: said(after, rules)}
	return w.element(before.Root(), after.Root(), unsaid, unsaid)
}

// writer compares two documents under what the lists say of the elements of both.
type writer struct{ was, becomes map[*Element]access }

func (w writer) element(old, new *Element, oldInherited, newInherited access) error {
	oldOwn, newOwn := narrowed(w.was[old], oldInherited), narrowed(w.becomes[new], newInherited)
	if oldOwn != mayWrite && !sameOwn(old, new) {
		return refuse("change", old)
	}
	had, has := ordered(old), ordered(new)
	for _, k := range had.keys {
		if c := had.at[k]; has.at[k] == nil && narrowed(w.was[c], oldOwn) != mayWrite {
			return refuse("delete", c)
		}
	}
	for _, k := range has.keys {
		err := error(nil)
		if was := had.at[k]; was != nil {
			err = w.element(was, has.at[k], oldOwn, newOwn)
		} else {
			err = w.created(has.at[k], newOwn)
		}
		if err != nil {
			return err
		}
	}
	if oldOwn != mayWrite && !slices.Equal(had.keptIn(has), has.keptIn(had)) {
		return refuse("reorder what is in", old)
	}
	return nil
}

// place tells the elements of one parent apart; of several with the same tag
// and id it counts.
type place struct {
	key
	nth int
}

// offspring are the elements below a parent, in order.
type offspring struct {
	keys []place
	at   map[place]*Element
}

func ordered(parent *Element) offspring {
	c := offspring{at: map[place]*Element{}}
	for _, e := range parent.ChildElements() {
		k := place{key: keyOf(e)}
		for c.at[k] != nil {
			k.nth++
		}
		c.keys, c.at[k] = append(c.keys, k), e
	}
	return c
}

// keptIn returns the places that others have too.
func (c offspring) keptIn(others offspring) []place {
	return slices.DeleteFunc(slices.Clone(c.keys), func(k place) bool { return others.at[k] == nil })
}

func (w writer) created(e *Element, inherited access) error {
	own := narrowed(w.becomes[e], inherited)
	if own != mayWrite && !(own == mayRead && scaffold(e)) {
		return refuse("create", e)
	}
	for _, c := range e.ChildElements() {
		if err := w.created(c, own); err != nil {
			return err
		}
	}
	return nil
}

// scaffold tells of an element that is nothing but a place for others: who may
// write what is in it may make it, as with Pacemaker. One of the access
// control lists is never that.
func scaffold(e *Element) bool {
	for _, a := range e.Attr {
		if a.Key != "id" {
			return false
		}
	}
	for p := e.Parent(); p != nil; p = p.Parent() {
		if p.Tag == "acls" {
			return false
		}
	}
	return e.Tag != "acls"
}

func narrowed(own, inherited access) access {
	if own != unsaid {
		return own
	}
	return inherited
}

// sameOwn compares two elements without those below them. What the DC itself
// writes on <cib> is nobody's change.
func sameOwn(a, b *Element) bool {
	covers := func(a, b *Element) bool {
		for _, at := range a.Attr {
			other := b.SelectAttr(at.FullKey())
			if (other == nil || other.Value != at.Value) && !(a.Tag == "cib" && runtimeAttrs[at.Key]) {
				return false
			}
		}
		return true
	}
	return covers(a, b) && covers(b, a) && a.Text() == b.Text()
}

func refuse(what string, e *Element) error {
	id := e.SelectAttrValue("id", "")
	if id != "" {
		id = fmt.Sprintf(` id="%s"`, id)
	}
	return fmt.Errorf("%w: you may not %s <%s%s>", ErrDenied, what, e.Tag, id)
}
