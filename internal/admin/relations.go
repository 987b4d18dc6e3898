package admin

import (
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// relation ties a resource to others: an ordering, or the hierarchy of clones,
// groups and bundles.
type relation struct {
	id, kind string   // kind is "order", "order set", "inner resource(s)" or "outer resource"
	members  []string // resources
	detail   []string
}

// relationNode is a line of the tree, a resource or a relation in turns.
type relationNode struct {
	title, id, key string
	rel            *relation // nil: a resource
	parent         *relationNode
	children       []*relationNode
	elsewhere      bool // shown in full at another place
}

// ResourceRelations prints the tree of what is tied to a resource, as pcs
// does: whatever is reached first, breadth first, is shown in full. full adds
// types and ids.
func ResourceRelations(doc *cib.Document, id string, full bool) ([]string, report.List) {
	if findResource(doc, id, resourceTags...) == nil {
		return nil, report.List{{Severity: report.Error, Code: "ID_NOT_FOUND", Text: "resource '" + id + "' does not exist", Alone: true}}
	}
	root := resourceNode(doc, id, full, nil)
	shown := map[string]bool{}
	for queue := []*relationNode{root}; len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		if shown[n.key] {
			n.elsewhere = true
			continue
		}
		shown[n.key] = true
		n.grow(doc, full)
		queue = append(queue, n.children...)
		slices.SortStableFunc(n.children, func(a, b *relationNode) int { return strings.Compare(a.id, b.id) })
	}
	return append([]string{root.title}, root.lines()...), nil
}

func resourceNode(doc *cib.Document, id string, full bool, parent *relationNode) *relationNode {
	n := &relationNode{title: id, id: id, key: "resource " + id, parent: parent}
	if e := findResource(doc, id, resourceTags...); full && e != nil {
		kind := e.Tag
		if e.Tag == "primitive" {
			var parts []string
			for _, name := range []string{"class", "provider", "type"} {
				if v := e.SelectAttrValue(name, ""); v != "" {
					parts = append(parts, v)
				}
			}
			kind = strings.Join(parts, ":")
		}
		n.title += " (resource: " + kind + ")"
	}
	return n
}

// grow finds what is below a node: what led to it is left out.
func (n *relationNode) grow(doc *cib.Document, full bool) {
	if n.rel != nil {
		for _, member := range n.rel.members {
			if member != n.parent.id {
				n.children = append(n.children, resourceNode(doc, member, full, n))
			}
		}
		return
	}
	for _, rel := range relationsOf(doc, n.id) {
		key := rel.kind + " " + rel.id
		from := ""
		if n.parent != nil {
			if from = n.parent.parent.id; n.parent.key == key {
				continue
			}
		}
		empty := len(rel.members) == 0 // a bundle that holds nothing, which is shown
		if !strings.HasPrefix(rel.kind, "order") {
			rel.members = slices.DeleteFunc(rel.members, func(m string) bool { return m == from })
		}
		if !empty && !slices.ContainsFunc(rel.members, func(m string) bool { return m != n.id }) {
			continue
		}
		title := rel.kind
		if full {
			title += " (" + rel.id + ")"
		}
		n.children = append(n.children, &relationNode{title: title, id: rel.id, key: key, rel: &rel, parent: n})
	}
}

// lines prints what is below a node.
func (n *relationNode) lines() []string {
	var out []string
	for i, k := range n.children {
		branch, indent := "|- ", "|  "
		if i == len(n.children)-1 {
			branch, indent = "`- ", "   "
		}
		if k.elsewhere {
			out = append(out, branch+k.title+" [displayed elsewhere]")
			continue
		}
		out = append(out, branch+k.title)
		if k.rel != nil {
			for _, line := range k.rel.detail {
				out = append(out, indent+"|  "+line)
			}
		}
		for _, line := range k.lines() {
			out = append(out, indent+line)
		}
	}
	return out
}

// relationsOf lists the orderings of a resource, what is in it and what it is in.
func relationsOf(doc *cib.Document, id string) []relation {
	var out []relation
	if constraints := doc.Find("constraints"); constraints != nil {
		for _, e := range constraints.SelectElements("rsc_order") {
			rel := orderRelation(e)
			if slices.Contains(rel.members, id) {
				out = append(out, rel)
			}
		}
	}
	e := findResource(doc, id, resourceTags...)
	if e == nil {
		return out
	}
	inner := relation{id: id, kind: "inner resource(s)"}
	for _, k := range e.ChildElements() {
		if isResource(k) {
			inner.members = append(inner.members, elementID(k))
		}
	}
	if e.Tag == "group" {
		inner.detail = []string{"members: " + strings.Join(inner.members, " ")}
	}
	if len(inner.members) > 0 || e.Tag == "bundle" {
		out = append(out, inner)
	}
	if up := e.Parent(); up != nil && isResource(up) {
		out = append(out, relation{id: elementID(up), kind: "outer resource", members: []string{elementID(up)}})
	}
	return out
}

func orderRelation(e *cib.Element) relation {
	get := func(name, def string) string { return e.SelectAttrValue(name, def) }
	rel := relation{id: elementID(e), kind: "order"}
	if sets := e.SelectElements("resource_set"); len(sets) > 0 {
		rel.kind = "order set"
		for _, set := range sets {
			var ids []string
			for _, ref := range set.SelectElements("resource_ref") {
				ids = append(ids, elementID(ref))
			}
			line := "   set " + strings.Join(ids, " ")
			if options := otherAttributes(set, "id"); options != "" {
				line += " (" + options + ")"
			}
			rel.members, rel.detail = append(rel.members, ids...), append(rel.detail, line)
		}
		if options := otherAttributes(e, "id"); options != "" {
			rel.detail = append([]string{options}, rel.detail...)
		}
		return rel
	}
	first, then := get("first", ""), get("then", "")
	action := get("first-action", "start")
	rel.members = []string{first, then}
	rel.detail = []string{action + " " + first + " then " + get("then-action", action) + " " + then}
	if options := otherAttributes(e, "id", "first", "then", "first-action", "then-action"); options != "" {
		rel.detail = append(rel.detail, options)
	}
	return rel
}

// otherAttributes lists an element's attributes but those named, sorted.
func otherAttributes(e *cib.Element, but ...string) string {
	var list []string
	for _, a := range e.Attr {
		if !slices.Contains(but, a.Key) {
			list = append(list, a.Key+"="+a.Value)
		}
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}
