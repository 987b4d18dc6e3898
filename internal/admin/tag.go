package admin

import (
	"fmt"
	"slices"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// Tag is a name for several resources.
type Tag struct {
	ID   string   `json:"id"`
	Refs []string `json:"idref_list"`
}

// Tags are tags of a document.
type Tags struct {
	List []Tag `json:"tags"`
}

// ReadTags reads tags: those named, in that order, or all.
func ReadTags(doc *cib.Document, ids []string) (Tags, report.List) {
	all := map[string]Tag{}
	var order []string
	if section := doc.Find("tags"); section != nil {
		for _, e := range section.SelectElements("tag") {
			t := Tag{ID: elementID(e), Refs: tagRefs(e)}
			all[t.ID] = t
			order = append(order, t.ID)
		}
	}
	tags := Tags{List: []Tag{}}
	if len(ids) > 0 {
		order = ids
	}
	var out report.List
	for _, id := range order {
		if t, known := all[id]; known {
			tags.List = append(tags.List, t)
		} else {
			_, bad := lookUp(doc, id, "tag")
			out = append(out, bad...)
		}
	}
	return tags, out
}

func tagRefs(e *cib.Element) []string {
	refs := []string{}
	for _, r := range e.SelectElements("obj_ref") {
		refs = append(refs, elementID(r))
	}
	return refs
}

// Lines writes tags as text.
func (t Tags) Lines() []string {
	return textOf(t.List, func(tag Tag) []string { return append([]string{tag.ID}, indent(tag.Refs)...) })
}

// Commands writes tags as the commands that make them.
func (t Tags) Commands() []string {
	var commands []string
	for _, tag := range t.List {
		command := "pcs -- tag create " + shellQuote(tag.ID)
		for _, r := range tag.Refs {
			command += " " + shellQuote(r)
		}
		commands = append(commands, command)
	}
	return commands
}

// duplicateIDs says which ids are given more than once.
func duplicateIDs(text string, ids []string) report.List {
	var twice []string
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			twice = append(twice, id)
		}
	}
	if twice == nil {
		return nil
	}
	return report.List{report.NewError("TAG_IDS_DUPLICATION", text+" must be unique, duplicate ids: "+quoteSorted(twice))}
}

func checkTagged(doc *cib.Document, ids []string) report.List {
	var out report.List
	for i, id := range ids {
		if !slices.Contains(ids[:i], id) {
			_, bad := lookUp(doc, id, resourceTags...)
			out = append(out, bad...)
		}
	}
	return out
}

// CreateTag makes a tag of resources.
func CreateTag(doc *cib.Document, id string, refs []string) report.List {
	b := newIDs(doc)
	out := b.checkNewID(id, "id")
	if slices.Contains(refs, id) {
		out = append(out, report.NewError("TAG_CANNOT_CONTAIN_ITSELF", "Tag cannot contain itself"))
	}
	out = append(out, checkTagged(doc, refs)...)
	out = append(out, duplicateIDs("Ids to add", refs)...)
	if out.Failed() {
		return out
	}
	e := cib.NewElement("tag", "id", id)
	for _, r := range refs {
		e.AddChild(cib.NewElement("obj_ref", "id", r))
	}
	doc.Section("tags").AddChild(e)
	return nil
}

// DeleteTags removes tags that no constraint names.
func DeleteTags(doc *cib.Document, ids []string) report.List {
	var out report.List
	for _, id := range ids {
		if users := ConstraintsReferring(doc, id); len(users) > 0 {
			out = append(out, report.NewError("TAG_CANNOT_REMOVE_TAG_REFERENCED_IN_CONSTRAINTS", fmt.Sprintf(
				"Tag '%s' cannot be removed because it is referenced in %s %s", id, plural(len(users), "constraint"), quoteSorted(users))))
		}
	}
	_, missing := ReadTags(doc, ids)
	out = append(out, missing...)
	if out.Failed() {
		return out
	}
	section := doc.Section("tags")
	for _, e := range section.SelectElements("tag") {
		if slices.Contains(ids, elementID(e)) {
			section.RemoveChild(e)
		}
	}
	return nil
}

// TagChange is what to do with the references of a tag. Beside is the
// reference next to which others are put, Before whether before it.
type TagChange struct {
	Add, Remove []string
	Beside      string
	Before      bool
}

// UpdateTag changes the references of a tag.
func UpdateTag(doc *cib.Document, id string, c TagChange) report.List {
	e, out := lookUp(doc, id, "tag")
	var refs []string
	if e != nil {
		refs = tagRefs(e)
	}
	out = append(out, c.check(doc, id, refs, e != nil)...)
	if out.Failed() {
		return out
	}
	left := slices.DeleteFunc(slices.Clone(refs), func(r string) bool {
		return slices.Contains(c.Remove, r) || slices.Contains(c.Add, r)
	})
	at := len(left)
	if c.Beside != "" {
		at = slices.Index(left, c.Beside)
		if !c.Before {
			at++
		}
	}
	left = slices.Insert(left, at, c.Add...)
	for _, r := range e.SelectElements("obj_ref") {
		e.RemoveChild(r)
	}
	for _, r := range left {
		e.AddChild(cib.NewElement("obj_ref", "id", r))
	}
	return nil
}

func (c TagChange) check(doc *cib.Document, id string, refs []string, found bool) report.List {
	var out report.List
	var both, already, missing []string
	for _, r := range c.Add {
		if slices.Contains(c.Remove, r) {
			both = append(both, r)
		}
		if slices.Contains(refs, r) && c.Beside == "" {
			already = append(already, r)
		}
	}
	for _, r := range c.Remove {
		if !slices.Contains(refs, r) {
			missing = append(missing, r)
		}
	}
	fault := func(is bool, code, text string) {
		if is {
			out = append(out, report.NewError(code, text))
		}
	}
	fault(both != nil, "TAG_CANNOT_ADD_AND_REMOVE_IDS_AT_THE_SAME_TIME", "Ids cannot be added and removed at the same time: "+quoteSorted(both))
	out = append(out, duplicateIDs("Ids to add", c.Add)...)
	out = append(out, duplicateIDs("Ids to remove", c.Remove)...)
	out = append(out, checkTagged(doc, c.Add)...)
	fault(found && already != nil, "TAG_CANNOT_ADD_REFERENCE_IDS_ALREADY_IN_THE_TAG",
		fmt.Sprintf("Cannot add reference %s already in the tag '%s': %s", plural(len(already), "id"), id, quoteSorted(already)))
	fault(found && missing != nil, "TAG_IDS_NOT_IN_THE_TAG",
		fmt.Sprintf("Tag '%s' does not contain %s: %s", id, plural(len(missing), "id"), quoteSorted(missing)))
	if c.Beside != "" {
		fault(slices.Contains(c.Add, c.Beside), "TAG_CANNOT_PUT_ID_NEXT_TO_ITSELF", fmt.Sprintf("Cannot put id '%s' next to itself.", c.Beside))
		fault(slices.Contains(c.Remove, c.Beside), "TAG_CANNOT_REMOVE_ADJACENT_ID",
			fmt.Sprintf("Cannot remove id '%s' next to which ids are being added", c.Beside))
		fault(found && !slices.Contains(refs, c.Beside), "TAG_ADJACENT_REFERENCE_ID_NOT_IN_THE_TAG", fmt.Sprintf(
			"There is no reference id '%s' in the tag '%s', cannot put reference ids next to it in the tag", c.Beside, id))
	}
	emptied := len(c.Remove) > 0 && missing == nil && len(c.Add) == 0 && !slices.ContainsFunc(refs, func(r string) bool { return !slices.Contains(c.Remove, r) })
	fault(found && emptied, "TAG_CANNOT_REMOVE_REFERENCES_WITHOUT_REMOVING_TAG", fmt.Sprintf(
		"There would be no references left in the tag '%s', please remove the whole tag using the 'pcs tag remove %s' command", id, id))
	return out
}
