package cli

import (
	"slices"
	"strings"

	"gpcs/internal/cib"
)

// nodeEntry is one node of the configuration.
type nodeEntry struct{ kind, name, id string }

// nodesByKind lists the nodes of a document: "cluster", "guest" and "remote"
// ones, of which kinds (comma between; "" or "all" = every kind) selects.
func nodesByKind(doc *cib.Document, kinds string) []nodeEntry {
	var found []nodeEntry
	want := func(kind string) bool {
		return kinds == "" || kinds == "all" || slices.Contains(strings.Split(kinds, ","), kind)
	}
	add := func(kind, name, id string) {
		if want(kind) && name != "" {
			found = append(found, nodeEntry{kind, name, id})
		}
	}
	for _, n := range doc.Section("nodes").SelectElements("node") {
		switch kind := n.SelectAttrValue("type", "member"); kind {
		case "member":
			add("cluster", n.SelectAttrValue("uname", ""), n.SelectAttrValue("id", ""))
		}
	}
	primitives := doc.Section("resources").FindElements(".//primitive")
	var guests []nodeEntry
	for _, p := range primitives {
		for _, set := range p.SelectElements("meta_attributes") {
			for _, pair := range set.SelectElements("nvpair") {
				if name := pair.SelectAttrValue("value", ""); pair.SelectAttrValue("name", "") == "remote-node" {
					guests = append(guests, nodeEntry{"guest", name, name})
				}
			}
		}
	}
	slices.SortStableFunc(guests, func(a, b nodeEntry) int { return strings.Compare(a.name, b.name) })
	for _, g := range guests {
		add(g.kind, g.name, g.id)
	}
	for _, p := range primitives {
		if p.SelectAttrValue("provider", "") == "pacemaker" && p.SelectAttrValue("type", "") == "remote" {
			id := p.SelectAttrValue("id", "")
			add("remote", id, id)
		}
	}
	return found
}
