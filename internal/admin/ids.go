package admin

import (
	"fmt"
	"strconv"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// idBook knows the ids taken in a document and those given out in the course
// of one edit, so that two new elements never get the same one.
type idBook struct {
	taken map[string]bool
}

// newIDs reads the ids that a document defines. Status is left out: it still
// names resources that were deleted. The value of a remote-node attribute
// counts, for Pacemaker makes a resource of that name.
func newIDs(doc *cib.Document) *idBook {
	b := &idBook{taken: map[string]bool{}}
	for _, section := range doc.Root().ChildElements() {
		if section.Tag != "status" {
			b.read(section)
		}
	}
	return b
}

func (b *idBook) read(e *cib.Element) {
	if definesID(e) {
		if id := e.SelectAttrValue("id", ""); id != "" {
			b.taken[id] = true
		}
	}
	if e.Tag == "nvpair" && e.SelectAttrValue("name", "") == "remote-node" {
		b.taken[e.SelectAttrValue("value", "")] = true
	}
	for _, c := range e.ChildElements() {
		b.read(c)
	}
}

// definesID tells an element that has an id of its own from one whose id
// attribute refers to another element.
func definesID(e *cib.Element) bool {
	switch e.Tag {
	case "obj_ref", "resource_ref", "acl_target":
		return false
	case "role":
		return e.Parent() == nil || (e.Parent().Tag != "acl_target" && e.Parent().Tag != "acl_group")
	}
	return true
}

// has tells whether an id is taken.
func (b *idBook) has(id string) bool { return b.taken[id] }

// book takes an id; false if somebody has it.
func (b *idBook) book(id string) bool {
	if b.taken[id] {
		return false
	}
	b.taken[id] = true
	return true
}

// unique takes and returns base, or base-1, base-2, ... if it is taken.
func (b *idBook) unique(base string) string {
	id := base
	for n := 1; !b.book(id); n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	return id
}

// below makes an id for a part of an element: the element's id and a suffix.
func (b *idBook) below(e *cib.Element, suffix string) string {
	return b.unique(sanitizeID(e.SelectAttrValue("id", e.Tag) + "-" + suffix))
}

// idExists tells whether the document defines an id.
func idExists(doc *cib.Document, id string) bool { return newIDs(doc).has(id) }

// validFirst and validNext are NCName (XML Namespaces 1.0), cut down to what
// Pacemaker's tools accept.
func validFirst(c rune) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func validNext(c rune) bool {
	return validFirst(c) || c == '-' || c == '.' || c >= '0' && c <= '9'
}

// sanitizeID drops the characters that an id must not have.
func sanitizeID(s string) string {
	var kept []rune
	for i, c := range s {
		if i == 0 && !validFirst(c) || !validNext(c) {
			continue
		}
		kept = append(kept, c)
	}
	return string(kept)
}

// checkID says what is wrong with an id, nothing if it is well formed. what
// names it in the message: "resource name", "operation id".
func checkID(id, what string) report.List {
	if id == "" {
		return report.List{report.NewError("INVALID_ID_IS_EMPTY", what+" cannot be empty")}
	}
	var out report.List
	for i, c := range id {
		switch {
		case i == 0 && !validFirst(c):
			out = append(out, badIDChar(id, what, c, "first character"))
		case i > 0 && !validNext(c):
			out = append(out, badIDChar(id, what, c, "character"))
		}
	}
	return out
}

func badIDChar(id, what string, c rune, where string) report.Report {
	return report.NewError("INVALID_ID_BAD_CHAR", fmt.Sprintf("invalid %s '%s', '%c' is not a valid %s for a %s", what, id, c, where, what))
}

// checkNewID is checkID for an id that must be free; it takes the id.
func (b *idBook) checkNewID(id, what string) report.List {
	if bad := checkID(id, what); bad != nil {
		return bad
	}
	if !b.book(id) {
		return report.List{report.NewError("ID_ALREADY_EXISTS", fmt.Sprintf("'%s' already exists", id))}
	}
	return nil
}
