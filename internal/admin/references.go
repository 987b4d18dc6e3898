package admin

import (
	"slices"
	"sort"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// removal works out what has to go with elements that are deleted: what is in
// them, what would be empty without them, and what refers to them.
type removal struct {
	doc   *cib.Document
	asked map[*cib.Element]bool
	gone  map[*cib.Element]bool
	// refs are references that go from elements that stay: the element gone
	// and the one that stays, without the element that is the reference.
	refs []reference
}

type reference struct {
	from, to *cib.Element // to is gone, from stays
	cut      *cib.Element // the element to cut out, nil if it is to itself
}

// newRemoval works out the removal of elements.
func newRemoval(doc *cib.Document, elements []*cib.Element) *removal {
	r := &removal{doc: doc, asked: map[*cib.Element]bool{}, gone: map[*cib.Element]bool{}}
	for _, e := range elements {
		r.asked[e] = true
	}
	for _, e := range elements {
		r.add(e)
	}
	r.settle()
	return r
}

// add takes an element, what is in it and what cannot be without it.
func (r *removal) add(e *cib.Element) {
	if e == nil || r.gone[e] {
		return
	}
	r.gone[e] = true
	for _, c := range e.ChildElements() {
		if isResource(c) {
			r.add(c)
		}
	}
	switch p := e.Parent(); {
	case isClone(p):
		r.add(p)
	case isTag(p, "group") && r.allGone(p, "primitive"):
		r.add(p)
	case isTag(e, "resource_set") && r.allGone(p, "resource_set"):
		r.add(p)
	case isTag(e, "rule") && isTag(p, "rsc_location") && r.allGone(p, "rule"):
		r.add(p)
	}
	if id := elementID(e); id != "" {
		r.addReferring(id)
	}
}

func (r *removal) allGone(parent *cib.Element, tag string) bool {
	for _, c := range parent.SelectElements(tag) {
		if !r.gone[c] {
			return false
		}
	}
	return true
}

// constraintEnds are the attributes of constraints that name resources.
var constraintEnds = []string{"rsc", "with-rsc", "first", "then"}

// addReferring takes what refers to an id and cannot be without it.
func (r *removal) addReferring(id string) {
	if section := r.doc.Find("constraints"); section != nil {
		for _, c := range section.ChildElements() {
			for _, end := range constraintEnds {
				if c.SelectAttrValue(end, "") == id {
					r.add(c)
				}
			}
			for _, set := range c.SelectElements("resource_set") {
				if refersOnlyToGone(r, set, "resource_ref") && refers(set, "resource_ref", id) {
					r.add(set)
				}
			}
		}
	}
	if section := r.doc.Find("tags"); section != nil {
		for _, tag := range section.SelectElements("tag") {
			if refersOnlyToGone(r, tag, "obj_ref") && refers(tag, "obj_ref", id) {
				r.add(tag)
			}
		}
	}
	if section := r.doc.Find("fencing-topology"); section != nil {
		for _, level := range section.SelectElements("fencing-level") {
			if levelHas(level, id) && len(r.levelRest(level)) == 0 {
				r.add(level)
			}
		}
	}
	if section := r.doc.Find("acls"); section != nil {
		for _, role := range section.SelectElements("acl_role") {
			for _, p := range role.SelectElements("acl_permission") {
				if p.SelectAttrValue("reference", "") == id {
					r.add(p)
				}
			}
		}
	}
}

func refers(e *cib.Element, tag, id string) bool {
	for _, ref := range e.SelectElements(tag) {
		if elementID(ref) == id {
			return true
		}
	}
	return false
}

// isGone tells whether an id is that of an element that goes.
func (r *removal) isGone(id string) bool {
	for e := range r.gone {
		if elementID(e) == id {
			return true
		}
	}
	return false
}

func refersOnlyToGone(r *removal, e *cib.Element, tag string) bool {
	for _, ref := range e.SelectElements(tag) {
		if !r.isGone(elementID(ref)) {
			return false
		}
	}
	return true
}

func levelHas(level *cib.Element, id string) bool {
	for _, d := range strings.Split(level.SelectAttrValue("devices", ""), ",") {
		if d == id {
			return true
		}
	}
	return false
}

// levelRest lists the devices of a fencing level that stay.
func (r *removal) levelRest(level *cib.Element) []string {
	var rest []string
	for _, d := range strings.Split(level.SelectAttrValue("devices", ""), ",") {
		if !r.isGone(d) {
			rest = append(rest, d)
		}
	}
	return rest
}

// settle finds the references that go from what stays.
func (r *removal) settle() {
	for _, e := range r.sorted(func(*cib.Element) bool { return true }) {
		if p := e.Parent(); isTag(p, "group", "bundle", "acl_role") && !r.gone[p] || isTag(e, "resource_set", "rule") && !r.gone[p] {
			r.refs = append(r.refs, reference{from: p, to: e})
		}
	}
	cut := func(holder *cib.Element, tag string) {
		if r.gone[holder] || r.gone[holder.Parent()] {
			return
		}
		for _, ref := range holder.SelectElements(tag) {
			if to := r.goneElement(elementID(ref)); to != nil {
				r.refs = append(r.refs, reference{from: holder, to: to, cut: ref})
			}
		}
	}
	if section := r.doc.Find("constraints"); section != nil {
		for _, c := range section.ChildElements() {
			for _, set := range c.SelectElements("resource_set") {
				cut(set, "resource_ref")
			}
		}
	}
	if section := r.doc.Find("tags"); section != nil {
		for _, tag := range section.SelectElements("tag") {
			cut(tag, "obj_ref")
		}
	}
	if section := r.doc.Find("fencing-topology"); section != nil {
		for _, level := range section.SelectElements("fencing-level") {
			for _, d := range strings.Split(level.SelectAttrValue("devices", ""), ",") {
				if to := r.goneElement(d); to != nil && !r.gone[level] {
					r.refs = append(r.refs, reference{from: level, to: to})
				}
			}
		}
	}
}

func (r *removal) goneElement(id string) *cib.Element {
	for e := range r.gone {
		if elementID(e) == id {
			return e
		}
	}
	return nil
}

// sorted lists elements that go, by id.
func (r *removal) sorted(want func(*cib.Element) bool) []*cib.Element {
	var list []*cib.Element
	for e := range r.gone {
		if want(e) {
			list = append(list, e)
		}
	}
	sort.Slice(list, func(i, j int) bool { return elementID(list[i]) < elementID(list[j]) })
	return list
}

// apply removes what goes.
func (r *removal) apply() {
	for _, ref := range r.refs {
		if ref.cut != nil {
			ref.from.RemoveChild(ref.cut)
		}
		if ref.from.Tag == "fencing-level" {
			ref.from.CreateAttr("devices", strings.Join(r.levelRest(ref.from), ","))
		}
	}
	for e := range r.gone {
		if p := e.Parent(); p != nil {
			p.RemoveChild(e)
		}
	}
}

// dependantsGo says what goes because what it belongs to does.
func dependantsGo(extra []*cib.Element) report.List {
	if len(extra) == 0 {
		return nil
	}
	return report.List{report.NewInfo("CIB_REMOVE_DEPENDANT_ELEMENTS",
		"Removing dependant "+plural(len(extra), "element")+":\n"+strings.Join(kindLines(extra, "  "), "\n"))}
}

// dependents says what goes besides what was asked for, and which references
// go from what stays.
func (r *removal) dependents() report.List {
	var out report.List
	extra := r.sorted(func(e *cib.Element) bool { return !r.asked[e] })
	out = append(out, dependantsGo(extra)...)
	byGone := map[*cib.Element][]*cib.Element{}
	for _, ref := range r.refs {
		byGone[ref.to] = append(byGone[ref.to], ref.from)
	}
	var heads []*cib.Element
	for to := range byGone {
		heads = append(heads, to)
	}
	sort.Slice(heads, func(i, j int) bool {
		a, b := kindTitle(heads[i].Tag), kindTitle(heads[j].Tag)
		return a < b || a == b && elementID(heads[i]) < elementID(heads[j])
	})
	var lines []string
	for _, to := range heads {
		lines = append(lines, "  "+kindTitle(to.Tag)+" '"+elementID(to)+"' from:")
		lines = append(lines, kindLines(byGone[to], "    ")...)
	}
	if lines != nil {
		out = append(out, report.NewInfo("CIB_REMOVE_REFERENCES", "Removing references:\n"+strings.Join(lines, "\n")))
	}
	return out
}

func kindTitle(tag string) string {
	name := tagName(tag)
	return strings.ToUpper(name[:1]) + strings.ToLower(name[1:])
}

// removeAll removes elements with all that cannot be without them.
func removeAll(doc *cib.Document, elements []*cib.Element) report.List {
	r := newRemoval(doc, elements)
	out := r.dependents()
	r.apply()
	return out
}

// kindLines lists elements by kind: "Groups: 'a', 'b'".
func kindLines(elements []*cib.Element, indent string) []string {
	byKind := map[string][]string{}
	for _, e := range elements {
		byKind[kindTitle(e.Tag)] = append(byKind[kindTitle(e.Tag)], elementID(e))
	}
	var lines []string
	for k, ids := range byKind {
		lines = append(lines, indent+plural(len(ids), k)+": "+quoteSorted(ids))
	}
	slices.Sort(lines)
	return lines
}
