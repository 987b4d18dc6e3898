package admin

import (
	"slices"
	"strconv"

	"gpcs/internal/cib"
)

// splitLocations makes of a location with several rules one with each of
// them, and returns the ids of these by the id of old. What else it holds is
// repeated as references to what the first has.
func splitLocations(doc *cib.Document, refs references) map[string][]string {
	moved := map[string][]string{}
	for _, whole := range doc.Section("constraints").SelectElements("rsc_location") {
		rules := whole.SelectElements("rule")
		if len(rules) < 2 {
			continue
		}
		id, parent := elementID(whole), whole.Parent()
		for n := range rules {
			one := whole.Copy()
			one.CreateAttr("id", upgradePrefix+id+"-"+strconv.Itoa(n+1))
			moved[id] = append(moved[id], elementID(one))
			keepRule(one, whole, n, refs)
			parent.InsertChildAt(whole.Index(), one)
		}
		parent.RemoveChild(whole)
	}
	return moved
}

// keepRule leaves the nth rule (from 0) in a copy of a location, and notes
// what of the copy is one of a reference, or of what an earlier one has.
func keepRule(one, whole *cib.Element, n int, refs references) {
	was, is := within(whole), within(one)
	for i, e := range was {
		if refs[e] {
			refs[is[i]] = true
		}
	}
	for i, rule := range one.SelectElements("rule") {
		if i != n {
			one.RemoveChild(rule)
		}
	}
	for _, part := range slices.Clone(one.Child) {
		if _, element := part.(*cib.Element); !element {
			one.RemoveChild(part) // a comment on all rules is on none of them
		}
	}
	for _, part := range one.ChildElements() {
		if n > 0 && part.Tag != "rule" {
			refs.note(part)
		}
	}
}

// upgradeLifetimes makes what limited the time of a location part of its
// rule; other constraints lose their limits.
func upgradeLifetimes(doc *cib.Document) {
	constraints := doc.Section("constraints")
	lost := map[string]*cib.Element{}
	var order []string
	for _, c := range constraints.ChildElements() {
		lifetime := c.SelectElement("lifetime")
		switch {
		case lifetime == nil:
		case c.Tag == "rsc_location":
			limitRule(c, lifetime)
		default:
			c.RemoveChild(lifetime)
			for _, rule := range lifetime.SelectElements("rule") {
				if id := elementID(rule); lost[id] == nil {
					lost[id] = rule
					order = append(order, id)
				}
			}
		}
	}
	keepReferred(doc, lost, order)
}

// limitRule makes one rule of a location's own, or its node and score, and
// those that limited its time, any of which is enough.
func limitRule(location, lifetime *cib.Element) {
	id := upgradePrefix + elementID(location)
	both := cib.NewElement("rule", "id", id+"-lifetime-and-rule", "boolean-op", "and")
	location.RemoveChild(lifetime)
	if own := location.SelectElement("rule"); own != nil {
		both.AddChild(own) // it leaves the location
	} else {
		own = cib.NewElement("rule", "id", id+"-node-score-rule", "score", location.SelectAttrValue("score", ""))
		own.AddChild(cib.NewElement("expression", "id", id+"-node-score-rule-expr",
			"attribute", "#uname", "operation", "eq", "value", location.SelectAttrValue("node", "")))
		both.AddChild(own)
		location.RemoveAttr("node")
		location.RemoveAttr("score")
	}
	times := lifetime.SelectElements("rule")
	home := both
	if len(times) > 1 {
		home = cib.NewElement("rule", "id", id+"-lifetime-or-rule", "boolean-op", "or")
		both.AddChild(home)
	}
	for _, rule := range times {
		home.AddChild(rule)
	}
	location.AddChild(both)
}

// keepReferred keeps the lost rules that are meant elsewhere, in a location
// that fits no resource.
func keepReferred(doc *cib.Document, lost map[string]*cib.Element, order []string) {
	elsewhere := map[string]bool{}
	for _, rule := range within(doc.Root(), "rule") {
		elsewhere[elementID(rule)] = true
	}
	id := upgradePrefix + "coloc-order-lifetime-rules"
	all := cib.NewElement("rule", "id", id+"-rule", "score", "-INFINITY")
	for _, name := range order {
		if elsewhere[name] {
			all.AddChild(lost[name])
		}
	}
	if len(all.ChildElements()) == 0 {
		return
	}
	home := cib.NewElement("rsc_location", "id", id, "rsc-pattern", "a^")
	home.AddChild(all)
	doc.Section("constraints").AddChild(home)
}
