package cib

import "errors"

// OpKind is what one operation does to the document.
type OpKind string

// The operations, by the field's names (cibadmin(8)).
const (
	// Modify merges XML into the document: an element is found by its tag and
	// id below the same parents, its attributes are set, its children merged;
	// what is not there is created. The XML's root is "cib", a section, or any
	// element inside one where Path names its parent.
	Modify OpKind = "modify"
	// Create adds XML under the element that Path names; it must not exist.
	Create OpKind = "create"
	// Replace puts XML in the place of the element that Path names, or of the
	// section of its tag where Path is empty.
	Replace OpKind = "replace"
	// Delete removes all elements that Path names; none is no error.
	Delete OpKind = "delete"
	// Patch applies XML, a <diff format="2">.
	Patch OpKind = "patch"
)

// Op is one operation. Path is an XPath expression.
type Op struct {
	Kind OpKind `json:"kind"`
	Path string `json:"path,omitempty"`
	XML  string `json:"xml,omitempty"`
}

// Request is one change asked of the document: its operations are done in
// order, all of them or none.
type Request struct {
	ID     string `json:"id"`               // the client's; a request sent again is applied once
	Origin string `json:"origin,omitempty"` // node it came from: update-origin
	Client string `json:"client,omitempty"` // program: update-client
	User   string `json:"user,omitempty"`   // update-user
	// As, if set, is who asks: access control lists that bind this user bind
	// the request. The cluster's own requests have none.
	As *Caller `json:"as,omitempty"`
	// Base, if set, is the version the change was made on: where admin_epoch
	// or epoch differ the request is refused with ErrConflict.
	Base *Version `json:"base,omitempty"`
	Ops  []Op     `json:"ops"`
}

// ErrTooLarge says that a request would make the document larger than its limit.
var ErrTooLarge = errors.New("the CIB would become too large")

// ErrConflict says that the configuration changed since Request.Base was read:
// read it again and make the change on that.
var ErrConflict = errors.New("the configuration was changed by somebody else in the meantime")
