package admin

import (
	"fmt"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// NewColocation is a colocation constraint to be made. Empty roles are not
// given; Score is used where the options hold none.
type NewColocation struct {
	Role, Resource, WithRole, With string
	Score                          string
	Options                        Pairs
}

// AddColocation adds a colocation constraint. force passes duplicates and
// resources inside clones and bundles.
func AddColocation(doc *cib.Document, c NewColocation, force bool) report.List {
	var out report.List
	if c.Options.has("influence") {
		out = append(out, ensureSchema(doc, 3, 6)...)
	}
	for _, r := range []*string{&c.Role, &c.WithRole} {
		if *r != "" && !oneOf("role", constraintRoles...).ok(capitalized(*r)) {
			return append(out, badWord("role", *r, constraintRoles...))
		}
		*r = capitalized(*r)
	}
	for _, id := range []string{c.Resource, c.With} {
		if bad := checkPlainResource(doc, id, force); bad != nil {
			return append(out, bad...)
		}
	}
	b := newIDs(doc)
	id, ownID := c.Options.Get("id")
	if ownID {
		if bad := checkOwnID(b, id); bad != nil {
			return append(out, bad...)
		}
	}
	e := c.element(doc)
	if same := sameColocations(doc, e); len(same) > 0 && !force {
		return append(out, duplicatePlain(same))
	}
	if !ownID {
		e.CreateAttr("id", b.unique(sanitizeID(fmt.Sprintf("colocation-%s-%s-%s", c.Resource, c.With, e.SelectAttrValue("score", "")))))
	}
	constraintSection(doc).AddChild(e)
	return out
}

func (c NewColocation) element(doc *cib.Document) *cib.Element {
	e := cib.NewElement("rsc_colocation", "rsc", c.Resource, "with-rsc", c.With, "score", c.Score)
	if c.Role != "" || c.WithRole != "" {
		e.CreateAttr("rsc-role", roleFor(doc, first(c.Role, "Started")))
		e.CreateAttr("with-rsc-role", roleFor(doc, first(c.WithRole, "Started")))
	}
	for _, o := range c.Options {
		e.CreateAttr(o.Name, o.Value)
	}
	return e
}

// sameColocations describes the constraints that join the same resources in
// the same roles.
func sameColocations(doc *cib.Document, e *cib.Element) []string {
	key := func(c *cib.Element) string {
		return strings.Join([]string{
			c.SelectAttrValue("rsc", ""), c.SelectAttrValue("with-rsc", ""),
			modernRole(c.SelectAttrValue("rsc-role", "Started")), modernRole(c.SelectAttrValue("with-rsc-role", "Started")),
		}, "\x00")
	}
	var same []string
	for _, c := range constraintSection(doc).SelectElements("rsc_colocation") {
		if len(c.SelectElements("resource_set")) == 0 && key(c) == key(e) {
			same = append(same, colocationSummary(c))
		}
	}
	return same
}

// colocationSummary is the one-line form in which duplicates are shown.
func colocationSummary(c *cib.Element) string {
	words := []string{c.SelectAttrValue("rsc", ""), "with", c.SelectAttrValue("with-rsc", "")}
	if score := c.SelectAttrValue("score", ""); score != "" {
		words = append(words, "(score:"+score+")")
	}
	for _, p := range attributesBut(c, "id", "rsc", "with-rsc", "score").Sorted() {
		words = append(words, "("+p.Name+":"+p.Value+")")
	}
	return strings.Join(append(words, "(id:"+elementID(c)+")"), " ")
}

// DeleteColocations removes the colocation constraints between two resources,
// in either order.
func DeleteColocations(doc *cib.Document, source, target string) report.List {
	var out report.List
	var found []*cib.Element
	for _, c := range constraintSection(doc).SelectElements("rsc_colocation") {
		switch rsc, with := c.SelectAttrValue("rsc", ""), c.SelectAttrValue("with-rsc", ""); {
		case rsc == source && with == target:
			found = append(found, c)
		case rsc == target && with == source:
			found = append(found, c)
			out = append(out, report.NewDeprecation("DEPRECATED_SYNTAX", "Removing colocation constraint with interchanged source "+
				"resource id and target resource id. This behavior is deprecated and will be removed."))
		}
	}
	if found == nil {
		return report.List{report.Stop("CONSTRAINT_NOT_FOUND", fmt.Sprintf(
			"Unable to find colocation constraint with source resource '%s' and target resource '%s'", source, target))}
	}
	return append(out, removeAll(doc, found)...)
}
