package admin

import (
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// The roles that constraints take.
var constraintRoles = []string{"Promoted", "Started", "Stopped", "Unpromoted"}

// constraintSection returns the section of constraints, made if missing.
func constraintSection(doc *cib.Document) *cib.Element { return doc.Section("constraints") }

// holder returns the clone or bundle that a primitive or group is in, nil for
// what stands alone.
func holder(e *cib.Element) *cib.Element {
	for p := e.Parent(); p != nil; p = p.Parent() {
		if isTag(p, "clone", "master", "bundle") {
			return p
		}
	}
	return nil
}

// multiInstance says that constraints should name what holds the resource.
func multiInstance(id string, outer *cib.Element) string {
	kind := tagName(outer.Tag)
	return fmt.Sprintf("%s is a %s resource, you should use the %s id: %s when adding constraints", id, kind, kind, elementID(outer))
}

// checkPlainResource checks the resource of a plain constraint: it must exist
// and, unless forced, not be inside a clone or bundle.
func checkPlainResource(doc *cib.Document, id string, force bool) report.List {
	e := findResource(doc, id)
	switch {
	case e == nil:
		return report.List{report.Stop("ID_NOT_FOUND", fmt.Sprintf("Resource '%s' does not exist", id))}
	case holder(e) != nil && !force:
		return report.List{report.Stop(codeMultiInstance, multiInstance(id, holder(e))+". Use --force to override.")}
	}
	return nil
}

// checkSetResource is checkPlainResource as the newer commands have it.
func checkSetResource(doc *cib.Document, id string, force bool) report.List {
	e := findElement(doc, id)
	switch {
	case e == nil:
		return report.List{notFound(id)}
	case !isResource(e):
		return report.List{wrongKind(id, resourceTags...)}
	}
	if outer := holder(e); outer != nil {
		return report.List{report.Passed(codeMultiInstance, multiInstance(id, outer), report.Force, force)}
	}
	return nil
}

const codeMultiInstance = "RESOURCE_FOR_CONSTRAINT_IS_MULTIINSTANCE"

// badScore says that a value is no score.
func badScore(value string) report.Report {
	return report.Stop("INVALID_SCORE", fmt.Sprintf("invalid score '%s', use integer or INFINITY or -INFINITY", value))
}

// checkOwnID checks an id that the administrator chose for a plain constraint.
func checkOwnID(b *idBook, id string) report.List {
	if bad := checkID(id, "constraint id"); bad != nil {
		return bad[:1].Alone()
	}
	if b.has(id) {
		return report.List{report.Stop("ID_ALREADY_EXISTS", fmt.Sprintf("id '%s' is already in use, please specify another one", id))}
	}
	return nil
}

// badWord says that a word of a plain constraint is not one of those allowed.
func badWord(name, value string, allowed ...string) report.Report {
	return report.Stop("INVALID_OPTION_VALUE",
		fmt.Sprintf("invalid %s value '%s', allowed values are: %s", name, value, quoteSorted(allowed)))
}

// duplicatePlain says that plain constraints as good as the new one exist.
func duplicatePlain(existing []string) report.Report {
	lines := append([]string{"duplicate constraint already exists, use --force to override"}, indent(existing)...)
	return report.Stop("DUPLICATE_CONSTRAINTS_EXIST", strings.Join(lines, "\n"))
}

// duplicates says the same in the words of the newer commands; force lets the
// new constraint pass.
func duplicates(existing []string, force bool) report.List {
	if len(existing) == 0 {
		return nil
	}
	return report.List{
		report.NewInfo("DUPLICATE_CONSTRAINTS_LIST", strings.Join(append([]string{"Duplicate constraints:"}, indent(existing)...), "\n")),
		report.Passed("DUPLICATE_CONSTRAINTS_EXIST", "Duplicate constraint already exists", report.Force, force),
	}
}

// DeleteConstraints removes constraints, or rules of location constraints, by
// their ids. A location constraint goes with its last rule.
func DeleteConstraints(doc *cib.Document, ids []string) report.List {
	return deleteByID(doc, ids, "constraints or constraint rules", true,
		"rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket")
}

// deleteByID removes the constraints of some tags that have the ids, and the
// rules right in them if these may be named too. kind is what they all are.
func deleteByID(doc *cib.Document, ids []string, kind string, rules bool, tags ...string) report.List {
	known := map[string]*cib.Element{}
	for _, c := range constraintSection(doc).ChildElements() {
		if !isTag(c, tags...) {
			continue
		}
		known[elementID(c)] = c
		for _, r := range c.SelectElements("rule") {
			if rules && c.Tag == "rsc_location" {
				known[elementID(r)] = r
			}
		}
	}
	var found []*cib.Element
	var missing []string
	for _, id := range ids {
		if e := known[id]; e != nil {
			found = append(found, e)
		} else {
			missing = append(missing, id)
		}
	}
	if missing != nil {
		return report.List{report.Stop("ID_NOT_FOUND", fmt.Sprintf("Unable to find %s: %s", kind, quoteSorted(missing)))}
	}
	return removeAll(doc, found)
}

// ConstraintsReferring lists the ids of the constraints that name a resource.
func ConstraintsReferring(doc *cib.Document, resource string) []string {
	section := doc.Find("constraints")
	if section == nil {
		return nil
	}
	var ids []string
	for _, tag := range []string{"rsc_colocation", "rsc_location", "rsc_order", "rsc_ticket"} {
		for _, c := range section.SelectElements(tag) {
			if names(c, resource) {
				ids = append(ids, elementID(c))
			}
		}
	}
	for _, c := range section.ChildElements() {
		if inSets(c, resource) {
			ids = append(ids, elementID(c))
		}
	}
	slices.Sort(ids)
	return ids
}

// names tells whether a plain constraint is about a resource.
func names(c *cib.Element, resource string) bool {
	for _, name := range []string{"rsc", "first", "then", "with-rsc"} {
		if c.SelectAttrValue(name, "") == resource {
			return true
		}
	}
	return false
}

func inSets(c *cib.Element, resource string) bool {
	for _, set := range c.SelectElements("resource_set") {
		for _, ref := range set.SelectElements("resource_ref") {
			if elementID(ref) == resource {
				return true
			}
		}
	}
	return false
}

// dropReferences removes a resource from the resource sets of constraints that
// fit; empty sets and constraints without sets go with it. It tells whether
// there was anything to remove.
func dropReferences(doc *cib.Document, resource string, fits func(*cib.Element) bool) bool {
	found := false
	section := constraintSection(doc)
	for _, c := range section.ChildElements() {
		sets := c.SelectElements("resource_set")
		if len(sets) == 0 || !fits(c) {
			continue
		}
		for _, set := range sets {
			for _, ref := range set.SelectElements("resource_ref") {
				if elementID(ref) == resource {
					set.RemoveChild(ref)
					found = true
				}
			}
			if len(set.SelectElements("resource_ref")) == 0 {
				c.RemoveChild(set)
			}
		}
		if len(c.SelectElements("resource_set")) == 0 {
			section.RemoveChild(c)
		}
	}
	return found
}
