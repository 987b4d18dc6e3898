package admin

import "gpcs/internal/cib"

// references knows which elements stand where a reference stood.
type references map[*cib.Element]bool

// writeOut puts a copy of what is meant in the place of each reference in the
// document. A reference that meant nothing stays.
func writeOut(doc *cib.Document) references {
	refs := references{}
	meant := map[string]*cib.Element{}
	for _, e := range within(doc.Root()) {
		if id := elementID(e); id != "" && meant[e.Tag+" "+id] == nil {
			meant[e.Tag+" "+id] = e
		}
	}
	var fill func(e *cib.Element, around map[*cib.Element]bool)
	fill = func(e *cib.Element, around map[*cib.Element]bool) {
		for _, c := range e.ChildElements() {
			origin := meant[c.Tag+" "+c.SelectAttrValue("id-ref", "")]
			switch {
			case origin == nil:
				fill(c, around)
			case around[origin]:
				// it would hold itself
			default:
				around[origin] = true
				fill(refs.replace(c, origin), around)
				delete(around, origin)
			}
		}
	}
	fill(doc.Root(), map[*cib.Element]bool{})
	return refs
}

// replace puts a copy of an element in the place of a reference to it and
// returns the copy. A reference may give an option another name.
func (refs references) replace(ref, origin *cib.Element) *cib.Element {
	own := origin.Copy()
	if name := ref.SelectAttr("name"); name != nil {
		own.CreateAttr("id", upgradePrefix+elementID(origin)+"-"+name.Value)
		own.CreateAttr("name", name.Value)
	}
	refs.note(own)
	parent, at := ref.Parent(), ref.Index()
	parent.RemoveChildAt(at)
	parent.InsertChildAt(at, own)
	return own
}

// note says that an element and all in it are copies.
func (refs references) note(copied *cib.Element) {
	for _, e := range within(copied) {
		refs[e] = true
	}
}

// restore makes a reference of each copy again. Where the origin is gone the
// first copy takes its place.
func (refs references) restore(doc *cib.Document) {
	there := map[string]bool{}
	for _, e := range within(doc.Root()) {
		if id := elementID(e); id != "" && !refs[e] {
			there[e.Tag+" "+id] = true
		}
	}
	var walk func(e *cib.Element)
	walk = func(e *cib.Element) {
		for _, c := range e.ChildElements() {
			id := elementID(c)
			if key := c.Tag + " " + id; refs[c] && id != "" {
				if there[key] && !isTag(c, "resource_ref") {
					at := c.Index()
					e.RemoveChildAt(at)
					e.InsertChildAt(at, cib.NewElement(c.Tag, "id-ref", id))
					continue
				}
				there[key] = true
			}
			walk(c)
		}
	}
	walk(doc.Root())
}
