package admin

import (
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
	"gpcs/internal/report"
)

// selectable are what enable, disable, manage and unmanage take; a tag stands
// for the resources in it.
var selectable = []string{"primitive", "group", "clone", "master", "bundle", "tag"}

// selectResources finds the resources of ids, those of tags among them. As in
// pcs, what is to be said of those found is said even if others are missing.
func selectResources(doc *cib.Document, ids []string) ([]*cib.Element, report.List) {
	var found []*cib.Element
	var out report.List
	for _, id := range ids {
		e, missing := lookUp(doc, id, selectable...)
		switch {
		case missing != nil:
			out = append(out, missing...)
		case e.Tag == "tag":
			for _, ref := range e.SelectElements("obj_ref") {
				if r := findResource(doc, elementID(ref)); r != nil {
					found = append(found, r)
				}
			}
		default:
			found = append(found, e)
		}
	}
	return found, out
}

// Selected lists the resources that ids stand for, those of tags among them.
func Selected(doc *cib.Document, ids []string) []string {
	found, _ := selectResources(doc, ids)
	var all []string
	for _, e := range found {
		all = append(all, elementID(e))
	}
	return all
}

// Inside lists resources and all that is in them.
func Inside(doc *cib.Document, ids []string) []string {
	var all []string
	for _, e := range allResources(doc) {
		for p := e; p != nil; p = parentResource(p) {
			if slices.Contains(ids, elementID(p)) {
				all = append(all, elementID(e))
				break
			}
		}
	}
	return all
}

// parentResource returns the resource that a resource stands in, or nil.
func parentResource(e *cib.Element) *cib.Element {
	if p := e.Parent(); isResource(p) {
		return p
	}
	return nil
}

// innerResource returns what a clone or bundle holds, nil for nothing or for
// other resources.
func innerResource(e *cib.Element) *cib.Element {
	if !isClone(e) && e.Tag != "bundle" {
		return nil
	}
	for _, c := range e.ChildElements() {
		if isResource(c) {
			return c
		}
	}
	return nil
}

// DisableResources keeps resources stopped.
func DisableResources(doc *cib.Document, ids []string) report.List {
	found, out := selectResources(doc, ids)
	book := newIDs(doc)
	for _, e := range found {
		out = append(out, unmanagedHint(doc, e, out)...)
		book.disable(e)
	}
	return out
}

// unmanagedHint warns that the cluster leaves a resource alone whatever is
// wished for it; once for each resource.
func unmanagedHint(doc *cib.Document, e *cib.Element, said report.List) report.List {
	hint := report.NewWarning("RESOURCE_IS_UNMANAGED", fmt.Sprintf("'%s' is unmanaged", elementID(e)))
	if !slices.ContainsFunc(primitives(e), func(p *cib.Element) bool { return !managed(doc, p) }) || slices.Contains(said, hint) {
		return nil
	}
	return report.List{hint}
}

// managed tells whether the cluster looks after a primitive: it has the
// nearest is-managed of those in and around it, or that of the defaults.
func managed(doc *cib.Document, p *cib.Element) bool {
	if properties := firstPropertySet(doc); properties != nil {
		if nv := findNvpair(properties, "maintenance-mode"); nv != nil && value.True(nv.SelectAttrValue("value", "")) {
			return false
		}
	}
	for e := p; e != nil; e = parentResource(e) {
		if v, given := nvsetValue(e, "meta_attributes", "maintenance"); given && value.True(v) {
			return false
		}
		if v, given := nvsetValue(e, "meta_attributes", "is-managed"); given {
			return value.True(v)
		}
	}
	if section := doc.Find(string(ResourceDefaults)); section != nil {
		for _, set := range section.SelectElements("meta_attributes") {
			if nv := findNvpair(set, "is-managed"); nv != nil && set.SelectElement("rule") == nil {
				return value.True(nv.SelectAttrValue("value", ""))
			}
		}
	}
	return true
}

// EnableResources lets resources start: their own target-role goes, and that
// of a clone or bundle around or the resource inside.
func EnableResources(doc *cib.Document, ids []string) report.List {
	found, out := selectResources(doc, ids)
	book := newIDs(doc)
	for _, e := range found {
		all := []*cib.Element{e, innerResource(e)}
		if p := parentResource(e); p != nil && p.Tag != "group" {
			all = append(all, p)
		}
		for _, r := range all {
			if r != nil {
				out = append(out, unmanagedHint(doc, r, out)...)
			}
			book.dropMeta(r, "target-role")
		}
	}
	return out
}

// dropMeta removes a meta attribute from all sets of a resource.
func (b *idBook) dropMeta(e *cib.Element, name string) {
	if e == nil {
		return
	}
	for _, set := range e.SelectElements("meta_attributes") {
		b.setNvpair(set, Pair{Name: name})
	}
}

// UnmanageResources makes the cluster leave resources alone. Primitives carry
// the mark, so that one may be managed again without its group; bundles do too.
// monitors also switches their monitors off.
func UnmanageResources(doc *cib.Document, ids []string, monitors bool) report.List {
	found, out := selectResources(doc, ids)
	book := newIDs(doc)
	for _, e := range found {
		marked := primitives(e)
		if e.Tag == "bundle" {
			marked = append(marked, e)
		}
		for _, r := range marked {
			book.markNvset(r, "meta_attributes", Pairs{{"is-managed", "false"}})
		}
		if monitors {
			for _, p := range primitives(e) {
				for _, op := range monitorsOf(p) {
					op.CreateAttr("enabled", "false")
				}
			}
		}
	}
	return out
}

// ManageResources makes the cluster look after resources again: the marks on
// them, in them and around them go. monitors also switches monitors on.
func ManageResources(doc *cib.Document, ids []string, monitors bool) report.List {
	found, out := selectResources(doc, ids)
	book := newIDs(doc)
	for _, e := range found {
		for _, r := range around(e) {
			book.dropMeta(r, "is-managed")
		}
		for _, p := range primitives(e) {
			if monitors {
				for _, op := range monitorsOf(p) {
					op.RemoveAttr("enabled")
				}
			}
		}
	}
	slices.SortStableFunc(found, func(a, b *cib.Element) int { return strings.Compare(elementID(a), elementID(b)) })
	for _, e := range found {
		for _, p := range primitives(e) {
			if ops := monitorsOf(p); len(ops) > 0 && !anyEnabled(ops) {
				out = append(out, report.NewWarning("RESOURCE_MANAGED_NO_MONITOR_ENABLED", fmt.Sprintf(
					"Resource '%s' has no enabled monitor operations. Re-run with '--monitor' to enable them.", elementID(p))))
			}
		}
	}
	return out
}

// around lists a resource, all that is in it and all that it stands in.
func around(e *cib.Element) []*cib.Element {
	all := []*cib.Element{e}
	for p := parentResource(e); p != nil; p = parentResource(p) {
		all = append(all, p)
	}
	var down func(*cib.Element)
	down = func(e *cib.Element) {
		for _, c := range e.ChildElements() {
			if isResource(c) {
				all = append(all, c)
				down(c)
			}
		}
	}
	down(e)
	return all
}

func monitorsOf(p *cib.Element) []*cib.Element {
	var ops []*cib.Element
	for _, set := range p.SelectElements("operations") {
		for _, op := range set.SelectElements("op") {
			if op.SelectAttrValue("name", "") == "monitor" {
				ops = append(ops, op)
			}
		}
	}
	return ops
}

func anyEnabled(ops []*cib.Element) bool {
	for _, op := range ops {
		if value.True(op.SelectAttrValue("enabled", "true")) {
			return true
		}
	}
	return false
}

// UpdateMeta changes meta attributes of resources; an empty value removes one.
func UpdateMeta(doc *cib.Document, id string, meta Pairs, force bool) report.List {
	e, out := lookUp(doc, id, resourceTags...)
	if out.Failed() {
		return out
	}
	switch {
	case isTag(e, "primitive", "group"):
		out = append(out, checkMeta(meta, isStonith(e))...)
	case anyValue(meta):
		out = append(out, metaNotChecked("bundle", "clone"))
	}
	if e.Tag == "primitive" && changesGuest(e, meta) {
		out = append(out, guestChange(doc, id, meta, force)...)
	}
	if !out.Failed() {
		newIDs(doc).extendNvset(e, "meta_attributes", meta)
	}
	return out
}

// changesGuest tells whether meta attributes make a guest node of a primitive
// or a plain resource of a guest node.
func changesGuest(e *cib.Element, meta Pairs) bool {
	node, said := meta.Get("remote-node")
	had, _ := nvsetValue(e, "meta_attributes", "remote-node")
	return said && node != had
}
