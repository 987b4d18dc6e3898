package cib

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// Errors that callers of Apply and PatchDocument tell apart.
var (
	ErrNotFound = errors.New("no such element in the configuration")
	ErrExists   = errors.New("the element exists already")
	ErrOlder    = errors.New("the update was older than the existing configuration")
)

// Apply carries a request out on a copy of the document and returns it with
// the next version: epoch rises when anything outside <status> changed,
// num_updates when only status did, nothing when nothing did. now is the time
// to note in cib-last-written, in the form of ctime(3). The given document is
// never changed.
//
// It returns ErrConflict when the request was made on another configuration,
// ErrNotFound, ErrExists or ErrOlder, wrapped with the operation, ErrDenied
// where r.As may not make the change.
func Apply(doc *Document, r Request, now string) (*Document, error) {
	had := doc.Version()
	if err := doc.madeOn(r); err != nil {
		return nil, err
	}
	next := doc.Copy()
	for i, op := range r.Ops {
		if err := next.do(op); err != nil {
			return nil, fmt.Errorf("operation %d (%s): %w", i+1, op.Kind, err)
		}
		if err := next.sound(); err != nil {
			return nil, fmt.Errorf("operation %d (%s) would leave no CIB: %w", i+1, op.Kind, err)
		}
	}
	if err := next.fits(r.Ops); err != nil {
		return nil, err
	}
	if r.As != nil {
		if err := permitted(doc, next, *r.As); err != nil {
			return nil, err
		}
	}
	config, status := changed(doc, next)
	version := had
	if given := next.Version(); given.Compare(had) > 0 {
		version = given
	}
	switch {
	case config:
		if version.AdminEpoch == had.AdminEpoch {
			version.Epoch = max(version.Epoch, had.Epoch+1)
		}
		version.NumUpdates = 0
		next.stamp(r, now)
	case status:
		version.NumUpdates = max(version.NumUpdates, had.NumUpdates+1)
	case version == had:
		return doc, nil
	}
	next.SetVersion(version)
	return next, nil
}

// fits refuses operations that made the document larger than Parse takes: it
// could be read neither by the other nodes nor after a restart. The printed
// size is only found out where a rough count, by what operations bring, says
// that it may be too much.
func (d *Document) fits(ops []Op) error {
	for _, op := range ops {
		d.size += 8*len(op.XML) + 64 // blanks before deep elements, and quotes that are written out
	}
	if d.size <= sizeLimit {
		return nil
	}
	if d.size = len(d.Bytes()); d.size > sizeLimit {
		return fmt.Errorf("%w: it would have %d bytes, the limit is %d", ErrTooLarge, d.size, sizeLimit)
	}
	return nil
}

// sound tells whether Parse would take the document: one that it does not take
// could be read neither by the other nodes nor after a restart.
func (d *Document) sound() error {
	root := d.tree.Root()
	if root == nil {
		return errors.New("no element is left")
	}
	if root.Tag != "cib" {
		return fmt.Errorf("%w but <%s>", ErrNotCIB, root.Tag)
	}
	return checkDepth(root, maxDepth)
}

func (d *Document) stamp(r Request, now string) {
	set := func(name, value string) {
		if value != "" {
			d.Root().CreateAttr(name, value)
		}
	}
	set("cib-last-written", now)
	set("update-origin", r.Origin)
	set("update-client", r.Client)
	set("update-user", r.User)
}

// runtimeAttrs of <cib> are kept by the DC and do not make a new configuration.
var runtimeAttrs = map[string]bool{
	"epoch": true, "num_updates": true, "admin_epoch": true, "cib-last-written": true, "update-origin": true,
	"update-client": true, "update-user": true, "have-quorum": true, "dc-uuid": true, "no-quorum-panic": true,
}

// changed tells what differs between two documents.
func changed(old, new *Document) (config, status bool) {
	for _, a := range append(append([]Attr{}, old.Root().Attr...), new.Root().Attr...) {
		if old.Root().SelectAttrValue(a.Key, "") == new.Root().SelectAttrValue(a.Key, "") {
			continue
		}
		switch a.Key {
		case "have-quorum", "dc-uuid", "no-quorum-panic":
			status = true
		default:
			config = config || !runtimeAttrs[a.Key]
		}
	}
	config = config || !sameTree(old.Root().SelectElement("configuration"), new.Root().SelectElement("configuration"))
	status = status || !sameTree(old.Root().SelectElement("status"), new.Root().SelectElement("status"))
	return config, status
}

// sameTree compares two elements with all below them; attribute order is of
// no weight, the order of children is.
func sameTree(a, b *Element) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.FullTag() != b.FullTag() || len(a.Attr) != len(b.Attr) || len(a.Child) != len(b.Child) {
		return false
	}
	if !sameAttrs(a, b) {
		return false
	}
	for i := range a.Child {
		if !sameToken(a.Child[i], b.Child[i]) {
			return false
		}
	}
	return true
}

func sameAttrs(a, b *Element) bool {
	for i, at := range a.Attr {
		if has := &b.Attr[i]; has.Key == at.Key && has.Space == at.Space && has.Value == at.Value {
			continue
		}
		other := b.SelectAttr(at.FullKey())
		if other == nil || other.Value != at.Value {
			return false
		}
	}
	return true
}

func sameToken(a, b etree.Token) bool {
	switch a := a.(type) {
	case *Element:
		b, ok := b.(*Element)
		return ok && sameTree(a, b)
	case *etree.CharData:
		b, ok := b.(*etree.CharData)
		return ok && a.Data == b.Data
	case *etree.Comment:
		b, ok := b.(*etree.Comment)
		return ok && a.Data == b.Data
	}
	return true
}

func (d *Document) do(op Op) error {
	if op.Kind == Delete {
		return d.remove(op.Path)
	}
	e, err := ParseElement([]byte(op.XML))
	if err != nil {
		return fmt.Errorf("cannot read the element given: %w", err)
	}
	switch op.Kind {
	case Modify:
		return d.modify(op.Path, e)
	case Create:
		return d.create(op.Path, e)
	case Replace:
		return d.replace(op.Path, e)
	case Patch:
		return d.patch(e)
	}
	return fmt.Errorf("unknown operation %q", op.Kind)
}

func (d *Document) remove(path string) error {
	found, err := d.XPath(path)
	if err != nil {
		return err
	}
	for _, e := range found {
		if e == d.Root() {
			return errors.New("the document itself cannot be deleted")
		}
		if e.Parent() != nil { // nil: went with an element deleted before
			e.Parent().RemoveChild(e)
		}
	}
	return nil
}

// one returns the single element that path names.
func (d *Document) one(path string) (*Element, error) {
	found, err := d.XPath(path)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, path)
	}
	return found[0], nil
}

// home returns the element that an element of this tag merges into or
// replaces when no path is given: the document, a part of it or a section.
func (d *Document) home(tag string) *Element {
	switch tag {
	case "cib":
		return d.Root()
	case "configuration":
		return d.Configuration()
	}
	return d.Section(tag)
}

func (d *Document) modify(path string, e *Element) error {
	if path == "" {
		merge(d.home(e.Tag), e)
		return nil
	}
	parent, err := d.one(path)
	if err != nil {
		return err
	}
	mergeChild(parent, e)
	return nil
}

func merge(into, from *Element) {
	for _, a := range from.Attr {
		into.CreateAttr(a.FullKey(), counted(into, a))
	}
	for _, c := range from.ChildElements() {
		mergeChild(into, c)
	}
}

// counted returns the value that an attribute is to have. One that is written
// as its own name with "++" or "+=N" behind it is counted up from the value it
// has, 0 if none (Pacemaker Administration, "Incrementing attribute values").
func counted(into *Element, a Attr) string {
	rest, ok := strings.CutPrefix(a.Value, a.FullKey()+"+")
	if !ok {
		return a.Value
	}
	by := 1
	if rest != "+" {
		n, err := strconv.Atoi(strings.TrimPrefix(rest, "="))
		if err != nil || rest[0] != '=' {
			return a.Value
		}
		by = n
	}
	had, err := strconv.Atoi(into.SelectAttrValue(a.FullKey(), "0"))
	if err != nil {
		had = 0
	}
	return strconv.Itoa(had + by)
}

func mergeChild(parent, from *Element) {
	if same := lookup(parent, keyOf(from)); same != nil {
		merge(same, from)
		return
	}
	parent.AddChild(from.Copy())
}

func (d *Document) create(path string, e *Element) error {
	parent, err := d.one(path)
	if err != nil {
		return err
	}
	if e.SelectAttr("id") != nil && lookup(parent, keyOf(e)) != nil {
		return fmt.Errorf("%w: <%s id=\"%s\">", ErrExists, e.Tag, e.SelectAttrValue("id", ""))
	}
	parent.AddChild(e.Copy())
	return nil
}

func (d *Document) replace(path string, e *Element) error {
	if path == "" && e.Tag == "cib" {
		if given := (&Document{tree: documentOf(e)}).Version(); given.config().Compare(d.Version().config()) < 0 {
			return fmt.Errorf("%w: %s, existing %s", ErrOlder, given, d.Version())
		}
	}
	var target *Element
	if path == "" {
		target = d.home(e.Tag) // made where it is missing
	} else {
		var err error
		if target, err = d.one(path); err != nil {
			return err
		}
	}
	if target == d.Root() {
		keep := target.SelectElement("status")
		d.tree.SetRoot(e.Copy())
		// The status section is the cluster's own: a file that was saved
		// earlier must not bring old results back.
		if keep != nil {
			if old := d.Root().SelectElement("status"); old != nil {
				d.Root().RemoveChild(old)
			}
			d.Root().AddChild(keep.Copy())
		}
		return nil
	}
	parent, at := target.Parent(), target.Index()
	parent.RemoveChildAt(at)
	parent.InsertChildAt(at, e.Copy())
	return nil
}

func documentOf(e *Element) *etree.Document {
	t := etree.NewDocument()
	t.SetRoot(e.Copy())
	return t
}

// config returns the version without its count of status updates.
func (v Version) config() Version { return Version{AdminEpoch: v.AdminEpoch, Epoch: v.Epoch} }
