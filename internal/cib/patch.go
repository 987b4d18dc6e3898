package cib

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// ErrPatch says that a patch does not fit the document: it was made for another.
var ErrPatch = errors.New("the patch does not fit the document")

// PatchDocument applies a <diff format="2"> that was made from a document of
// exactly this version and returns the outcome; the given document is not
// changed. It returns ErrPatch, wrapped, when the versions differ or a change
// names an element that is not there.
func PatchDocument(doc *Document, diff *Element) (*Document, error) {
	next, target, err := doc.changed(diff)
	if err != nil {
		return nil, err
	}
	if got := next.Version(); got != target {
		return nil, fmt.Errorf("%w: it leads to %s, the outcome is %s", ErrPatch, target, got)
	}
	return next, nil
}

// changed returns a copy of the document with the changes of a diff that was
// made from this version, and the version that the diff leads to.
func (d *Document) changed(diff *Element) (next *Document, target Version, err error) {
	source, target, err := patchVersions(diff)
	if err != nil {
		return nil, target, err
	}
	if had := d.Version(); had != source {
		return nil, target, fmt.Errorf("%w: it leads from %s, the document is %s", ErrPatch, source, had)
	}
	next = d.Copy()
	return next, target, next.changes(diff)
}

// patch applies a diff as one operation of a request: the versions in it are
// of no weight, the request's Base guards instead.
func (d *Document) patch(diff *Element) error {
	version := d.Version()
	if err := d.changes(diff); err != nil {
		return err
	}
	d.SetVersion(version)
	return nil
}

func patchVersions(diff *Element) (source, target Version, err error) {
	if diff.Tag != "diff" || diff.SelectAttrValue("format", "") != "2" {
		return source, target, fmt.Errorf("%w: it is no <diff format=\"2\">", ErrPatch)
	}
	v := diff.SelectElement("version")
	if v == nil || v.SelectElement("source") == nil || v.SelectElement("target") == nil {
		return source, target, fmt.Errorf("%w: it names no versions", ErrPatch)
	}
	read := func(e *Element) Version { return (&Document{tree: documentOf(e)}).Version() }
	return read(v.SelectElement("source")), read(v.SelectElement("target")), nil
}

func (d *Document) changes(diff *Element) error {
	for _, c := range diff.SelectElements("change") {
		if err := d.change(c); err != nil {
			return fmt.Errorf("%w: %s of %s: %w", ErrPatch, c.SelectAttrValue("operation", "?"), c.SelectAttrValue("path", "?"), err)
		}
	}
	return nil
}

func (d *Document) change(c *Element) error {
	if gone, err := d.deleteComment(c); gone || err != nil {
		return err
	}
	target, err := d.step(c.SelectAttrValue("path", ""))
	if err != nil {
		return err
	}
	switch op := c.SelectAttrValue("operation", ""); op {
	case "modify":
		return changeAttrs(target, c)
	case "create":
		at, err := childPosition(target, c)
		if err != nil {
			return err
		}
		born := parts(c)
		if len(born) != 1 {
			return errors.New("it holds no element to create")
		}
		target.InsertChildAt(at, copyOf(born[0]))
	case "delete", "move":
		parent := target.Parent()
		if target == d.Root() {
			return errors.New("the root element stays where it is")
		}
		parent.RemoveChild(target)
		if op == "delete" {
			return nil
		}
		at, err := childPosition(parent, c)
		if err != nil {
			return err
		}
		parent.InsertChildAt(at, target)
	case "replace":
		return replaceContent(target, c)
	default:
		return fmt.Errorf("unknown operation %q", op)
	}
	return nil
}

// deleteComment carries out a change that deletes a comment, which its place
// among its parent's children names; gone tells whether the change was one.
func (d *Document) deleteComment(c *Element) (gone bool, err error) {
	path, ok := strings.CutSuffix(c.SelectAttrValue("path", ""), "/comment")
	if !ok || c.SelectAttrValue("operation", "") != "delete" {
		return false, nil
	}
	parent, err := d.step(path)
	if err != nil {
		return false, err
	}
	at, err := childPosition(parent, c)
	if err != nil {
		return false, err
	}
	if at < len(parent.Child) {
		if _, gone = parent.Child[at].(*etree.Comment); gone {
			parent.RemoveChildAt(at)
		}
	}
	return gone, nil
}

func replaceContent(target, c *Element) error {
	if len(c.ChildElements()) != 1 {
		return errors.New("it holds no element to put in place")
	}
	for len(target.Child) > 0 {
		target.RemoveChildAt(0)
	}
	// Adding a child takes it from its old parent: walk over a list of our own.
	for _, t := range slices.Clone(c.ChildElements()[0].Copy().Child) {
		target.AddChild(t)
	}
	return nil
}

// childPosition reads the place among the parent's children; the end if none is named.
func childPosition(parent, c *Element) (int, error) {
	text := c.SelectAttrValue("position", "")
	if text == "" {
		return len(parent.Child), nil
	}
	at, err := strconv.Atoi(text)
	if err != nil || at < 0 {
		return 0, fmt.Errorf("position %q is no number", text)
	}
	return min(at, len(parent.Child)), nil
}

func changeAttrs(target, c *Element) error {
	list := c.SelectElement("change-list")
	if list == nil {
		return errors.New("it lists no attributes")
	}
	for _, a := range list.SelectElements("change-attr") {
		name := a.SelectAttrValue("name", "")
		if a.SelectAttrValue("operation", "") == "unset" {
			target.RemoveAttr(name)
			continue
		}
		target.CreateAttr(name, a.SelectAttrValue("value", ""))
	}
	return nil
}

// step follows a path of the form that Diff writes, /cib/tag[@id='x']/tag. It
// is not XPath: patches are applied often, and by every node.
func (d *Document) step(path string) (*Element, error) {
	rest, ok := strings.CutPrefix(path, "/cib")
	if !ok {
		return nil, errors.New("the path does not begin with /cib")
	}
	at := d.Root()
	for rest != "" {
		var k key
		if k, rest, ok = cutStep(rest); !ok {
			return nil, errors.New("the path cannot be read")
		}
		if at = lookupStep(at, k); at == nil {
			return nil, ErrNotFound
		}
	}
	return at, nil
}

// lookupStep finds a child by tag and, where the path gives one, by id.
func lookupStep(parent *Element, k key) *Element {
	for _, t := range parent.Child {
		if c, ok := t.(*Element); ok && c.FullTag() == k.tag && (k.id == "" || c.SelectAttrValue("id", "") == k.id) {
			return c
		}
	}
	return nil
}

func cutStep(path string) (k key, rest string, ok bool) {
	path, ok = strings.CutPrefix(path, "/")
	if !ok {
		return k, "", false
	}
	end := strings.IndexAny(path, "/[")
	if end < 0 {
		return key{tag: path}, "", path != ""
	}
	k.tag, path = path[:end], path[end:]
	if path[0] == '/' {
		return k, path, k.tag != ""
	}
	inner, found := strings.CutPrefix(path, "[@id='")
	if !found {
		return k, "", false
	}
	k.id, rest, ok = strings.Cut(inner, "']")
	return k, rest, ok
}
