package admin

import (
	"fmt"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
	"gpcs/internal/report"
)

// OrderActions are the actions that order constraints name.
var OrderActions = []string{"start", "promote", "stop", "demote"}

// Orderable says why there can be no order constraint between two resources.
func Orderable(doc *cib.Document, firstID, thenID string, force bool) report.List {
	for _, id := range []string{firstID, thenID} {
		if bad := checkPlainResource(doc, id, force); bad != nil {
			return bad
		}
	}
	return nil
}

// AddOrder adds an order constraint between two resources. options hold
// first-action and then-action besides what was given; their order is that of
// the message. force passes duplicates and resources inside clones and bundles.
func AddOrder(doc *cib.Document, firstID, thenID string, options Pairs, force bool) report.List {
	out := Orderable(doc, firstID, thenID, force)
	if out.Failed() {
		return out
	}
	if sameGroup(findResource(doc, firstID), findResource(doc, thenID)) {
		return append(out, report.Stop("CONSTRAINT_WITHIN_GROUP", "Cannot create an order constraint for resources in the same group"))
	}
	if _, given := options.Get("score"); given {
		out = append(out, report.NewDeprecation("DEPRECATED_OPTION",
			"option 'score' is deprecated and might be removed in a future release, therefore it should not be used"))
	}
	b := newIDs(doc)
	id, ownID := options.Get("id")
	if ownID {
		if bad := checkOwnID(b, id); bad != nil {
			return append(out, bad...)
		}
	}
	e, how, bad := orderElement(firstID, thenID, options)
	if bad != nil {
		return append(out, bad...)
	}
	if same := sameOrders(doc, e); len(same) > 0 && !force {
		return append(out, duplicatePlain(same))
	}
	if !ownID {
		_, suffix, _ := strings.Cut(how, ": ")
		if suffix == "Mandatory" && !options.has("kind") {
			suffix = "mandatory"
		}
		e.CreateAttr("id", b.unique(sanitizeID(fmt.Sprintf("order-%s-%s-%s", firstID, thenID, suffix))))
	}
	constraintSection(doc).AddChild(e)
	return append(out, orderAdded(firstID, thenID, how, options))
}

func (p Pairs) has(name string) bool {
	_, ok := p.Get(name)
	return ok
}

// orderElement makes the constraint; how is "kind: ..." or "score: ...".
func orderElement(firstID, thenID string, options Pairs) (e *cib.Element, how string, bad report.List) {
	e, how = cib.NewElement("rsc_order", "first", firstID, "then", thenID), "kind: Mandatory"
	for _, o := range options {
		switch o.Name {
		case "symmetrical":
			if o.Value = strings.ToLower(o.Value); o.Value != "true" && o.Value != "false" && o.Value != "1" && o.Value != "0" {
				return nil, "", report.List{report.Stop("INVALID_OPTION_VALUE",
					fmt.Sprintf("invalid symmetrical value '%s', allowed values are: true, false", o.Value))}
			}
		case "kind":
			how = "kind: " + o.Value
		case "score":
			how = "score: " + o.Value
		}
		e.CreateAttr(o.Name, o.Value)
	}
	return e, how, nil
}

// orderAdded is the line that announces the new constraint; symmetrical
// stands last in it.
func orderAdded(firstID, thenID, how string, options Pairs) report.Report {
	var words []string
	for _, o := range options.Without("symmetrical") {
		if o.Name != "kind" && o.Name != "score" {
			words = append(words, o.Name+"="+o.Value)
		}
	}
	if v, given := options.Get("symmetrical"); given {
		words = append(words, "symmetrical="+strings.ToLower(v))
	}
	return report.NewInfo("CONSTRAINT_ADDED", fmt.Sprintf("Adding %s %s (%s) (Options: %s)", firstID, thenID, how, strings.Join(words, " ")))
}

func sameGroup(a, b *cib.Element) bool {
	return a != b && a.Parent() == b.Parent() && isTag(a.Parent(), "group")
}

// sameOrders describes the constraints that order the same actions of the
// same resources.
func sameOrders(doc *cib.Document, e *cib.Element) []string {
	key := func(c *cib.Element) string {
		return strings.Join([]string{
			c.SelectAttrValue("first", ""), c.SelectAttrValue("then", ""),
			c.SelectAttrValue("first-action", "start"), c.SelectAttrValue("then-action", "start"),
		}, "\x00")
	}
	var same []string
	for _, c := range constraintSection(doc).SelectElements("rsc_order") {
		if len(c.SelectElements("resource_set")) == 0 && key(c) == key(e) {
			same = append(same, orderSummary(c))
		}
	}
	return same
}

// orderSummary is the one-line form in which duplicates are shown.
func orderSummary(c *cib.Element) string {
	words := []string{
		c.SelectAttrValue("first-action", ""), c.SelectAttrValue("first", ""), "then",
		c.SelectAttrValue("then-action", ""), c.SelectAttrValue("then", ""),
	}
	kind, score := c.SelectAttrValue("kind", ""), c.SelectAttrValue("score", "")
	switch {
	case kind != "":
		words = append(words, "(kind:"+kind+")")
	case score != "":
		words = append(words, "(score:"+score+")")
	default:
		words = append(words, "(kind:Mandatory)")
	}
	if v := c.SelectAttrValue("symmetrical", "true"); !value.True(v) {
		words = append(words, "(non-symmetrical)")
	}
	options := attributesBut(c, "id", "first", "then", "first-action", "then-action", "kind", "score", "symmetrical").Sorted()
	if len(options) > 0 {
		var parts []string
		for _, o := range options {
			parts = append(parts, o.Name+"="+o.Value)
		}
		words = append(words, "(Options: "+strings.Join(parts, " ")+")")
	}
	words = append(words, "(id:"+elementID(c)+")")
	return strings.TrimSpace(strings.Join(words, " "))
}

// DeleteOrders removes every order constraint of the resources and takes them
// out of the resource sets of all constraints, as pcs does.
func DeleteOrders(doc *cib.Document, resources []string) report.List {
	section := constraintSection(doc)
	found := false
	for _, id := range resources {
		for _, c := range section.SelectElements("rsc_order") {
			if c.SelectAttrValue("first", "") == id || c.SelectAttrValue("then", "") == id {
				section.RemoveChild(c)
				found = true
			}
		}
		if dropReferences(doc, id, func(*cib.Element) bool { return true }) {
			found = true
		}
	}
	if !found {
		return report.List{report.Stop("CONSTRAINT_NOT_FOUND", "No matching resources found in ordering list")}
	}
	return nil
}
