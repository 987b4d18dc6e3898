package admin

import (
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// AddToGroup puts primitives into a group, which is made if there is none of
// that id, at the end or beside a member. Members may be moved within it.
func AddToGroup(doc *cib.Document, ids []string, m Member) report.List {
	group := findElement(doc, m.Group)
	var out report.List
	if m.Beside != "" && findElement(doc, m.Beside) == nil {
		return report.List{report.NewError("ID_NOT_FOUND", fmt.Sprintf("'%s' does not exist", m.Beside))}
	}
	if group == nil {
		out = checkID(m.Group, "group name")
	}
	found, more := newMembers(doc, ids, m.Group)
	out = append(out, more...)
	if group != nil && group.Tag != "group" {
		return append(out, wrongKind(m.Group, "group"))
	}
	out = append(out, checkMembers(doc, ids, found, group, m)...)
	out = append(out, emptied(doc, found, group)...)
	if out.Failed() {
		return out
	}
	moveToGroup(doc, found, group, m)
	return out
}

// repeated lists words that stand more than once.
func repeated(words []string) []string {
	count := map[string]int{}
	var twice []string
	for _, w := range words {
		if count[w]++; count[w] == 2 {
			twice = append(twice, w)
		}
	}
	return twice
}

// newMembers finds the resources that go into a group, each once, and says
// which cannot.
func newMembers(doc *cib.Document, ids []string, group string) ([]*cib.Element, report.List) {
	var found []*cib.Element
	var out report.List
	for i, id := range ids {
		e := findElement(doc, id)
		switch {
		case slices.Contains(ids[:i], id):
		case e == nil && id == group:
			out = append(out, report.NewError("CANNOT_GROUP_RESOURCE_WRONG_TYPE", kindNotGroupable(id, "group")))
		case e == nil:
			out = append(out, report.NewError("ID_NOT_FOUND", fmt.Sprintf("'%s' does not exist", id)))
		case notGroupable(e) != "":
			out = append(out, report.NewError("CANNOT_GROUP_RESOURCE_WRONG_TYPE", notGroupable(e)))
		default:
			found = append(found, e)
		}
	}
	return found, out
}

// checkMembers says what is wrong with a list of new members as a whole, and
// with their place.
func checkMembers(doc *cib.Document, ids []string, found []*cib.Element, group *cib.Element, m Member) report.List {
	var out report.List
	if !slices.ContainsFunc(ids, func(id string) bool { return id == m.Group || findElement(doc, id) != nil }) {
		out = append(out, report.NewError("ADD_REMOVE_ITEMS_NOT_SPECIFIED", fmt.Sprintf(
			"Cannot modify group '%s', no resources to add or remove specified", m.Group)))
	}
	if twice := repeated(ids); twice != nil {
		out = append(out, report.NewError("ADD_REMOVE_ITEMS_DUPLICATION", fmt.Sprintf(
			"Resources to add or remove must be unique, duplicate resources: %s", quoteSorted(twice))))
	}
	var already []string
	for _, e := range found {
		if group != nil && e.Parent() == group && m.Beside == "" {
			already = append(already, elementID(e))
		}
	}
	if len(already) > 0 {
		are := "it is"
		if len(already) > 1 {
			are = "they are"
		}
		out = append(out, report.NewError("ADD_REMOVE_CANNOT_ADD_ITEMS_ALREADY_IN_THE_CONTAINER", fmt.Sprintf(
			"Cannot add %s %s, %s already present in group '%s'", plural(len(already), "resource"), quoteSorted(already), are, m.Group)))
	}
	if m.Beside == "" {
		return out
	}
	if beside := findElement(doc, m.Beside); group == nil || beside == nil || beside.Parent() != group {
		out = append(out, notInGroup(m.Beside, m.Group))
	}
	if slices.Contains(ids, m.Beside) {
		out = append(out, besideItself(m.Beside))
	}
	return out
}

// notGroupable says why an element cannot be a member of a group, "" if it can.
func notGroupable(e *cib.Element) string {
	id := elementID(e)
	parent := parentResource(e)
	switch {
	case !isResource(e):
		return fmt.Sprintf("'%s' is not a resource", id)
	case isStonith(e):
		return kindNotGroupable(id, "stonith")
	case e.Tag != "primitive":
		return kindNotGroupable(id, tagName(e.Tag))
	case parent != nil && parent.Tag != "group":
		return fmt.Sprintf("'%s' cannot be put into a group because its parent '%s' is a %s resource", id, elementID(parent), tagName(parent.Tag))
	}
	return ""
}

func kindNotGroupable(id, kind string) string {
	return fmt.Sprintf("'%s' is a %s resource, %s resources cannot be put into a group", id, kind, kind)
}

// emptied reports groups that would be left without members while something
// refers to them or their clones.
func emptied(doc *cib.Document, moved []*cib.Element, target *cib.Element) report.List {
	var out report.List
	for _, g := range leftEmpty(moved, target) {
		top := g
		if isClone(g.Parent()) {
			top = g.Parent()
		}
		// What is moved stays, so only what refers to group or clone counts.
		if !referred(doc, elementID(g)) && (top == g || !referred(doc, elementID(top))) {
			continue
		}
		var ids []string
		for _, e := range g.SelectElements("primitive") {
			ids = append(ids, elementID(e))
		}
		out = append(out, report.NewError("CANNOT_LEAVE_GROUP_EMPTY_AFTER_MOVE", fmt.Sprintf(
			"Unable to move %s %s as it would leave group '%s' empty. Please, use the 'pcs resource ungroup %s' command first.",
			plural(len(ids), "resource"), quoteSorted(ids), elementID(g), elementID(g))))
	}
	return out
}

// leftEmpty lists groups other than target all of whose members are moved.
func leftEmpty(moved []*cib.Element, target *cib.Element) []*cib.Element {
	going := map[*cib.Element]int{}
	var groups []*cib.Element
	for _, e := range moved {
		p := e.Parent()
		if !isTag(p, "group") || p == target {
			continue
		}
		if going[p]++; going[p] == len(p.SelectElements("primitive")) {
			groups = append(groups, p)
		}
	}
	return groups
}

// referred tells whether constraints or tags name an id.
func referred(doc *cib.Document, id string) bool {
	if section := doc.Find("constraints"); section != nil {
		for _, c := range section.ChildElements() {
			for _, end := range constraintEnds {
				if c.SelectAttrValue(end, "") == id {
					return true
				}
			}
			for _, set := range c.SelectElements("resource_set") {
				if refers(set, "resource_ref", id) {
					return true
				}
			}
		}
	}
	if section := doc.Find("tags"); section != nil {
		for _, tag := range section.SelectElements("tag") {
			if refers(tag, "obj_ref", id) {
				return true
			}
		}
	}
	return false
}

func moveToGroup(doc *cib.Document, moved []*cib.Element, group *cib.Element, m Member) {
	empty := leftEmpty(moved, group)
	if group == nil {
		group = cib.NewElement("group", "id", m.Group)
		doc.Section("resources").AddChild(group)
	}
	for _, e := range moved {
		e.Parent().RemoveChild(e)
	}
	beside := findElement(doc, m.Beside)
	for _, e := range moved {
		switch {
		case beside == nil:
			group.AddChild(e)
		case m.After:
			group.InsertChildAt(beside.Index()+1, e)
			beside = e
		default:
			group.InsertChildAt(beside.Index(), e)
		}
	}
	for _, g := range empty {
		if isClone(g.Parent()) {
			g = g.Parent()
		}
		g.Parent().RemoveChild(g)
	}
}

// Ungroup takes members out of a group, all of them if none is named; a group
// without members goes, with what refers to it. A group in a clone must keep
// one, for a clone is never empty; its last one may take its place.
func Ungroup(doc *cib.Document, groupID string, ids []string) report.List {
	group := findResource(doc, groupID, "group")
	if group == nil {
		return stopf("Group '%s' does not exist", groupID)
	}
	members := group.SelectElements("primitive")
	leaving := members
	if len(ids) > 0 {
		leaving = nil
		seen := map[string]bool{}
		for _, id := range ids {
			e := findResource(doc, id, "primitive")
			if e == nil || e.Parent() != group {
				return stopf("Resource '%s' does not exist in group '%s'", id, groupID)
			}
			if !seen[id] {
				seen[id] = true
				leaving = append(leaving, e)
			}
		}
	}
	all := len(leaving) == len(members)
	into := group.Parent()
	if isClone(into) {
		if all && len(members) > 1 {
			return stopf("Cannot remove all resources from a cloned group")
		}
		if !all {
			into = into.Parent()
		}
	}
	for _, e := range leaving {
		group.RemoveChild(e)
		into.AddChild(e)
	}
	if !all {
		return nil
	}
	return dropReferred(doc, group)
}

// stopf is an error that stands alone.
func stopf(format string, args ...any) report.List {
	return report.List{report.Stop("ERROR", fmt.Sprintf(format, args...))}
}

// dropReferred removes an element and what refers to it, and says which
// constraints went; those of tags first.
func dropReferred(doc *cib.Document, e *cib.Element) report.List {
	parent := e.Parent()
	parent.RemoveChild(e) // so that the removal leaves parent and children alone
	r := newRemoval(doc, []*cib.Element{e})
	var own, ofTags report.List
	for _, c := range r.sorted(func(e *cib.Element) bool { return strings.HasPrefix(e.Tag, "rsc_") }) {
		say := report.NewInfo("REMOVING_CONSTRAINT", "Removing Constraint - "+elementID(c))
		if r.namesTag(c) {
			ofTags = append(ofTags, say)
		} else {
			own = append(own, say)
		}
	}
	r.apply()
	return append(ofTags, own...)
}

// namesTag tells whether a constraint is about a tag that goes.
func (r *removal) namesTag(c *cib.Element) bool {
	for _, end := range constraintEnds {
		if e := r.goneElement(c.SelectAttrValue(end, "")); isTag(e, "tag") {
			return true
		}
	}
	return false
}
