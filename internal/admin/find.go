package admin

import (
	"fmt"
	"sort"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// The elements that are resources; master is what clones with
// promotable=true were called up to Pacemaker 1.1.
var resourceTags = []string{"primitive", "group", "clone", "master", "bundle"}

func isTag(e *cib.Element, tags ...string) bool {
	if e == nil {
		return false
	}
	for _, t := range tags {
		if e.Tag == t {
			return true
		}
	}
	return false
}

func isResource(e *cib.Element) bool { return isTag(e, resourceTags...) }
func isClone(e *cib.Element) bool    { return isTag(e, "clone", "master") }
func isStonith(e *cib.Element) bool {
	return isTag(e, "primitive") && e.SelectAttrValue("class", "") == "stonith"
}

// elementID returns the element's id.
func elementID(e *cib.Element) string { return e.SelectAttrValue("id", "") }

// findElement returns the configuration's element of an id, of any tag, nil
// if there is none. References to the id are not it.
func findElement(doc *cib.Document, id string) *cib.Element {
	if id == "" {
		return nil
	}
	return searchID(doc.Configuration(), id)
}

func searchID(e *cib.Element, id string) *cib.Element {
	if definesID(e) && e.SelectAttrValue("id", "") == id {
		return e
	}
	for _, c := range e.ChildElements() {
		if found := searchID(c, id); found != nil {
			return found
		}
	}
	return nil
}

// findResource returns the resource of an id that has one of the tags (any
// resource if none are named), nil if there is none.
func findResource(doc *cib.Document, id string, tags ...string) *cib.Element {
	if len(tags) == 0 {
		tags = resourceTags
	}
	for _, r := range allResources(doc) {
		if elementID(r) == id && isTag(r, tags...) {
			return r
		}
	}
	return nil
}

// allResources lists resources of all kinds in document order, those inside
// others after what holds them.
func allResources(doc *cib.Document) []*cib.Element {
	var all []*cib.Element
	var walk func(e *cib.Element)
	walk = func(e *cib.Element) {
		for _, c := range e.ChildElements() {
			if isResource(c) {
				all = append(all, c)
				walk(c)
			}
		}
	}
	if section := doc.Find("resources"); section != nil {
		walk(section)
	}
	return all
}

// primitives lists the primitives in or below a resource.
func primitives(e *cib.Element) []*cib.Element {
	if e.Tag == "primitive" {
		return []*cib.Element{e}
	}
	var all []*cib.Element
	for _, c := range e.ChildElements() {
		if isResource(c) {
			all = append(all, primitives(c)...)
		}
	}
	return all
}

// tagNames are the words of messages for elements whose word is not the tag.
var tagNames = map[string]string{
	"primitive": "resource", "master": "clone", "cluster_property_set": "property set",
	"acl_group": "ACL group", "acl_permission": "ACL permission", "acl_role": "ACL role", "acl_target": "ACL user",
	"instance_attributes": "instance attributes", "meta_attributes": "meta attributes",
	"rsc_colocation": "colocation constraint", "rsc_location": "location constraint",
	"rsc_order": "order constraint", "rsc_ticket": "ticket constraint",
	"rsc_expression": "rule expression", "op_expression": "rule expression", "date_expression": "rule expression",
	"expression": "rule expression", "resource_set": "resource set", "fencing-level": "fencing level",
	"nvpair": "options", "recipient": "alert recipient", "op": "operation", "utilization": "utilization set",
}

func tagName(tag string) string {
	if name, ok := tagNames[tag]; ok {
		return name
	}
	return tag
}

// kindNames joins the words for tags as messages do: "clone / resource".
func kindNames(tags []string) string {
	seen := map[string]bool{}
	var names []string
	for _, t := range tags {
		if n := tagName(t); !seen[n] {
			seen[n] = true
			names = append(names, n)
		}
	}
	sort.Strings(names)
	return strings.Join(names, " / ")
}

// notFound says that no element of the tags has the id.
func notFound(id string, tags ...string) report.Report {
	kinds := kindNames(tags)
	if kinds != "" {
		kinds += " "
	}
	return report.NewError("ID_NOT_FOUND", fmt.Sprintf("%s'%s' does not exist", kinds, id))
}

// wrongKind says that the id belongs to an element of another tag.
func wrongKind(id string, tags ...string) report.Report {
	kinds := kindNames(tags)
	article := "a"
	if strings.HasPrefix(kinds, "ACL") || strings.HasPrefix(kinds, "options set") {
		article = "an" // pcs has it for these alone, not for alerts
	}
	return report.NewError("ID_BELONGS_TO_UNEXPECTED_TYPE", fmt.Sprintf("'%s' is not %s %s", id, article, kinds))
}

// lookUp finds an element of one of the tags; otherwise it says whether the
// id is unknown or belongs to something else.
func lookUp(doc *cib.Document, id string, tags ...string) (*cib.Element, report.List) {
	e := findElement(doc, id)
	switch {
	case e == nil:
		return nil, report.List{notFound(id, tags...)}
	case !isTag(e, tags...):
		return nil, report.List{wrongKind(id, tags...)}
	}
	return e, nil
}
