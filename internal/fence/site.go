package fence

import (
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/option"
	"gpcs/internal/cib/rule"
)

// Site is from where and when a device is seen. Rules in its attributes are
// judged by the node that would run it, as each node's pacemaker-fenced judges
// for itself: one device may have another address in each computer centre.
type Site struct {
	Node string // name; "" = none, rules about node attributes see nothing
	Now  int64  // epoch, s
}

// env is what rules may ask about.
func (s Site) env(doc *cib.Document) *rule.Env {
	return &rule.Env{Now: s.Now, Attribute: func(name string) (string, bool) { return attributeOf(doc, s.Node, name) },
		Deref: option.Deref(doc)}
}

// Sites are the devices of a document as they are from node to node.
type Sites struct {
	doc   *cib.Document
	now   int64
	ruled bool
	seen  map[string][]Device // by node
}

// NewSites is for a moment, in s since 1970.
func NewSites(doc *cib.Document, now int64) *Sites {
	return &Sites{doc: doc, now: now, ruled: Ruled(doc), seen: map[string][]Device{}}
}

// From is a device as it is on a node.
func (s *Sites) From(node string, d Device) Device {
	if !s.ruled {
		return d
	}
	list, known := s.seen[node]
	if !known {
		list = Devices(s.doc, Site{node, s.now})
		s.seen[node] = list
	}
	if i := slices.IndexFunc(list, func(o Device) bool { return o.ID == d.ID }); i >= 0 {
		return list[i]
	}
	return d
}

// Ruled tells whether any device's attributes depend on the site.
func Ruled(doc *cib.Document) bool {
	section := doc.Find("resources")
	if section == nil {
		return false
	}
	for _, tag := range []string{"primitive", "template"} {
		for _, e := range section.FindElements(".//" + tag + "[@class='stonith']") {
			for _, set := range e.FindElements("instance_attributes") {
				if option.Deref(doc)(set).SelectElement("rule") != nil {
					return true
				}
			}
		}
	}
	return false
}

// attributeOf is an attribute of a node as rules see it: #uname and #id, what
// the status section has, then what the configuration has.
func attributeOf(doc *cib.Document, node, name string) (string, bool) {
	if node == "" {
		return "", false
	}
	id, permanent := "", map[string]string{}
	if section := doc.Find("nodes"); section != nil {
		for _, n := range section.SelectElements("node") {
			if strings.EqualFold(n.SelectAttrValue("uname", ""), node) {
				id, permanent = n.SelectAttrValue("id", ""), plain(n, "instance_attributes")
			}
		}
	}
	switch name {
	case "#uname":
		return node, true
	case "#id":
		return id, id != ""
	}
	if status := doc.Find("status"); status != nil {
		for _, state := range status.SelectElements("node_state") {
			if state.SelectAttrValue("uname", "") != node {
				continue
			}
			for _, attrs := range state.SelectElements("transient_attributes") {
				if v, ok := plain(attrs, "instance_attributes")[name]; ok {
					return v, true
				}
			}
		}
	}
	v, ok := permanent[name]
	return v, ok
}

// plain reads attribute sets without judging rules: those of nodes have none.
func plain(e *cib.Element, kind string) map[string]string {
	return option.Values(e, kind, &rule.Env{Deref: func(e *cib.Element) *cib.Element { return e }})
}
