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
	// Base, if set, is the configuration the change was made on: where the
	// present one is another the request is refused with ErrConflict.
	Base *Base `json:"base,omitempty"`
	Ops  []Op  `json:"ops"`
	// Dampen, if set, has the change of a node attribute wait for further ones.
	Dampen *Dampen `json:"dampen,omitempty"`
}

// Dampen says which change of a node attribute a request makes, and how long it
// waits for further changes of that attribute on any node.
type Dampen struct {
	Attribute    string  `json:"attribute"`
	Node         string  `json:"node"`            // id
	Value        *string `json:"value,omitempty"` // nil = the attribute is removed
	Milliseconds int64   `json:"ms"`
}

// Base names a configuration, by the admin_epoch and epoch of a document. Two
// sides that changed theirs apart may come to the same numbers, so what stands
// in it counts too.
type Base struct {
	Version
	// Digest is that of the configuration as its reader saw it; "" = any of
	// these numbers.
	Digest string `json:",omitempty"`
}

// Base names the document's present configuration. What a user sees of it
// (Readable) has a digest of its own, which counts for requests of that user.
func (d *Document) Base() *Base {
	b := &Base{Version: d.Version()}
	if conf := d.Root().SelectElement("configuration"); conf != nil {
		b.Digest = DigestBytes(Print(conf))
	}
	return b
}

// madeOn checks that a request was made on this document's configuration.
func (d *Document) madeOn(r Request) error {
	b, had := r.Base, d.Version()
	if b == nil {
		return nil
	}
	if b.AdminEpoch != had.AdminEpoch || b.Epoch != had.Epoch {
		return ErrConflict
	}
	if b.Digest == "" {
		return nil
	}
	seen := d
	if r.As != nil {
		var err error
		if seen, err = d.Readable(*r.As); err != nil {
			return err
		}
	}
	if seen.Base().Digest != b.Digest {
		return ErrConflict
	}
	return nil
}

// ErrTooLarge says that a request would make the document larger than its limit.
var ErrTooLarge = errors.New("the CIB would become too large")

// ErrConflict says that the configuration changed since Request.Base was read:
// read it again and make the change on that.
var ErrConflict = errors.New("the configuration was changed by somebody else in the meantime")
