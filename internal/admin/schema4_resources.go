package admin

import (
	"slices"

	"gpcs/internal/cib"
)

// upgradeMasters turns each <master> into a promotable clone, and what a
// bundle called masters.
func upgradeMasters(doc *cib.Document) {
	for _, r := range allResources(doc) {
		switch r.Tag {
		case "master":
			promoteMaster(r)
		case "bundle":
			for _, container := range r.ChildElements() {
				if a := container.SelectAttr("masters"); a != nil {
					a.Key = "promoted-max"
				}
			}
		}
	}
}

// promoteMaster turns a <master> of old into a promotable clone.
func promoteMaster(e *cib.Element) {
	e.Tag = "clone"
	id := upgradePrefix + "promotable-legacy-" + elementID(e) + "-meta_attributes"
	meta := cib.NewElement("meta_attributes", "id", id, "score", "INFINITY")
	meta.AddChild(cib.NewElement("nvpair", "id", id+"-promotable", "name", "promotable", "value", "true"))
	e.InsertChildAt(0, meta)
}

// upgradePings makes a member of each ping node, on which nothing may run.
func upgradePings(doc *cib.Document) {
	for _, n := range within(doc.Section("nodes"), "node") {
		kind := n.SelectAttr("type")
		if kind == nil || kind.Value != "ping" {
			continue
		}
		kind.Value = "member"
		name := n.SelectAttrValue("uname", "")
		doc.Section("constraints").AddChild(cib.NewElement("rsc_location", "id", upgradePrefix+"ping-node-ban-"+name,
			"rsc-pattern", ".*", "node", name, "score", "-INFINITY", "resource-discovery", "never"))
	}
}

// goneClasses are the classes of agents that Pacemaker 3 no longer runs.
var goneClasses = []string{"nagios", "upstart"}

// dropUnsupported drops what can no longer run, what would be empty without
// it, and the constraints on it. A bundle around such a resource stays: its
// container can run.
func dropUnsupported(doc *cib.Document) {
	section, gone := doc.Section("resources"), map[string]bool{}
	leave := func(e *cib.Element) {
		for _, part := range within(e, append([]string{"template"}, resourceTags...)...) {
			gone[elementID(part)] = true
		}
		drop(e)
	}
	for _, t := range section.SelectElements("template") {
		if slices.Contains(goneClasses, t.SelectAttrValue("class", "")) {
			leave(t)
		}
	}
	for _, p := range within(section, "primitive") {
		if slices.Contains(goneClasses, p.SelectAttrValue("class", "")) || gone[p.SelectAttrValue("template", "")] {
			leave(p)
		}
	}
	for _, b := range within(section, "bundle") {
		if b.SelectElement("rkt") != nil {
			leave(b)
		}
	}
	for _, tag := range []string{"group", "clone"} { // the inner ones first
		for _, e := range within(section, tag) {
			if !slices.ContainsFunc(e.ChildElements(), isResource) {
				leave(e)
			}
		}
	}
	dropConstraints(doc, gone)
}

// dropConstraints drops constraints on resources that are gone; a set of
// several resources goes with its last one, and a constraint with its last set.
func dropConstraints(doc *cib.Document, gone map[string]bool) {
	for _, c := range doc.Section("constraints").ChildElements() {
		names := func(attr string) bool { return gone[c.SelectAttrValue(attr, "")] }
		if slices.ContainsFunc([]string{"rsc", "with-rsc", "first", "then"}, names) {
			drop(c)
			continue
		}
		emptied := false
		for _, set := range c.SelectElements("resource_set") {
			for _, ref := range set.SelectElements("resource_ref") {
				if gone[elementID(ref)] {
					set.RemoveChild(ref)
					emptied = emptied || set.SelectElement("resource_ref") == nil
				}
			}
			if emptied && set.SelectElement("resource_ref") == nil {
				c.RemoveChild(set)
			}
		}
		if emptied && c.SelectElement("resource_set") == nil {
			drop(c)
		}
	}
}
