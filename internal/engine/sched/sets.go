package sched

import (
	"slices"
	"sort"

	"gpcs/internal/cib"
)

// deref follows an id-ref to the element that it names.
func (c *Cluster) deref(e *cib.Element) *cib.Element {
	ref := e.SelectAttrValue("id-ref", "")
	if ref == "" {
		return e
	}
	if to := c.ids[ref]; to != nil {
		return to
	}
	return e
}

// indexIDs remembers the configuration's elements by id, the first of each.
func (c *Cluster) indexIDs(e *cib.Element) {
	for _, t := range e.Child {
		k, ok := t.(*cib.Element)
		if !ok {
			continue
		}
		if id := k.SelectAttrValue("id", ""); id != "" && c.ids[id] == nil {
			c.ids[id] = k
		}
		c.indexIDs(k)
	}
}

// sets returns the attribute sets of that tag in an element, those of higher
// score first, of equal ones the later (Pacemaker Explained, "Controlling
// Attribute Sets"); the set named first precedes all.
func (c *Cluster) sets(parent *cib.Element, tag, first string) []*cib.Element {
	var out []*cib.Element
	for _, t := range parent.Child {
		if e, ok := t.(*cib.Element); ok && e.Tag == tag {
			out = append(out, c.deref(e))
		}
	}
	if len(out) < 2 {
		return out
	}
	slices.Reverse(out)
	rank := func(e *cib.Element) int {
		if first != "" && e.SelectAttrValue("id", "") == first {
			return Infinity + 1
		}
		return parseScore(e.SelectAttrValue("score", ""), 0)
	}
	sort.SliceStable(out, func(i, j int) bool { return rank(out[i]) > rank(out[j]) })
	return out
}

// addSets adds the name-value pairs of an element's attribute sets whose rules
// hold to v. What is in v already stays.
func (c *Cluster) addSets(v *Values, parent *cib.Element, tag, first string, env *ruleEnv) {
	if parent == nil {
		return
	}
	for _, set := range c.sets(parent, tag, first) {
		if c.setApplies(set, env) {
			c.addPairs(v, set)
		}
	}
}

func (c *Cluster) setApplies(set *cib.Element, env *ruleEnv) bool {
	rules := set.SelectElements("rule")
	for _, r := range rules {
		if c.passes(r, env) {
			return true
		}
	}
	return len(rules) == 0
}

func (c *Cluster) addPairs(v *Values, set *cib.Element) {
	if old := set.SelectElement("attributes"); old != nil {
		set = old
	}
	for _, t := range set.Child {
		e, ok := t.(*cib.Element)
		if !ok || e.Tag != "nvpair" {
			continue
		}
		pair := c.deref(e)
		name := e.SelectAttrValue("name", pair.SelectAttrValue("name", ""))
		value := pair.SelectAttr("value")
		if name == "" || value == nil || value.Value == "#default" {
			continue
		}
		v.setDefault(name, value.Value)
	}
}

// AttributesOf returns the name-value pairs of an element's attribute sets
// whose rules hold at now (epoch s), for elements that belong to no resource
// and no node: alerts and their recipients.
func AttributesOf(doc *cib.Document, parent *cib.Element, tag string, now int64) Values {
	c := &Cluster{Now: now, doc: doc, ids: map[string]*cib.Element{}}
	if conf := doc.Root().SelectElement("configuration"); conf != nil {
		c.indexIDs(conf)
	}
	var v Values
	c.addSets(&v, parent, tag, "", &ruleEnv{})
	return v
}
