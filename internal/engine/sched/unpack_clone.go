package sched

import (
	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// unpackClone reads what makes a clone and makes its instances.
func (c *Cluster) unpackClone(r *Resource) {
	meta := func(def int, names ...string) int {
		for _, name := range names {
			if s, ok := r.Meta.Lookup(name); ok {
				if n, ok := value.Int(s); ok && n >= 0 {
					return int(min(n, Infinity))
				}
			}
		}
		return def
	}
	r.Promotable = value.True(r.Meta.Get("promotable")) || r.XML.Tag == "master"
	if r.Promotable {
		r.PromotedMax = meta(1, "promoted-max", "master-max")
		r.PromotedNodeMax = meta(1, "promoted-node-max", "master-node-max")
	}
	r.CloneNodeMax = meta(1, "clone-node-max")
	r.Unique = value.BoolOr(r.Meta.Get("globally-unique"), r.CloneNodeMax > 1)
	if !r.Unique {
		r.CloneNodeMax = 1
	}
	r.CloneMax = meta(max(1, c.knownNodes()), "clone-max")
	if r.Unique && c.onlyAnonymous(r.XML) {
		r.Unique, r.CloneNodeMax = false, 1
		r.CloneMax = min(r.CloneMax, c.knownNodes())
	}
	r.CloneMin = meta(0, "clone-min")
	r.Interleave = value.True(r.Meta.Get("interleave"))
	r.Ordered = value.True(r.Meta.Get("ordered"))
	if _, ok := r.Meta.Lookup("resource-stickiness"); !ok {
		r.Meta.set("resource-stickiness", "1")
	}
	r.Stickiness = parseScore(r.Meta.Get("resource-stickiness"), 0)
	for i := range c.instancesOf(r) {
		c.addInstance(r, i)
	}
}

// Bounds of the instances that a clone is given. A clone-max that is a way to
// say "any number" must not make billions; and what orderings cost grows with
// the third power of the instances that run.
const (
	maxInstances = 1000
	maxRunning   = 300
)

// instancesOf is how many instances a clone is made of: clone-max, or, where
// that is beyond all measure, at least as many as there are nodes.
func (c *Cluster) instancesOf(r *Resource) int {
	limit := maxInstances
	if r.CloneNodeMax*c.knownNodes() > maxRunning {
		limit = maxRunning
	}
	if g := r.XML.SelectElement("group"); g != nil {
		limit = maxRunning / max(1, len(g.SelectElements("primitive")))
	}
	return max(1, min(r.CloneMax, max(limit, c.knownNodes())))
}

// onlyAnonymous tells whether something in a clone is of a class whose agents
// are not told which instance they are: only OCF and fence agents are.
func (c *Cluster) onlyAnonymous(clone *cib.Element) bool {
	for _, e := range clone.ChildElements() {
		switch e.Tag {
		case "group":
			if c.onlyAnonymous(e) {
				return true
			}
		case "primitive":
			class := e.SelectAttrValue("class", "")
			if t := c.ids[e.SelectAttrValue("template", "")]; class == "" && t != nil {
				class = t.SelectAttrValue("class", "")
			}
			if class != "ocf" && class != "stonith" {
				return true
			}
		}
	}
	return false
}

// addInstance makes one more instance of a clone.
func (c *Cluster) addInstance(clone *Resource, number int) *Resource {
	for _, e := range clone.XML.ChildElements() {
		if e.Tag == "primitive" || e.Tag == "group" {
			r := c.newResource(e, clone, number)
			clone.Children = append(clone.Children, r)
			return r
		}
	}
	return nil
}
