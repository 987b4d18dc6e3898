// Package cib owns the cluster information base: Pacemaker's XML document of
// configuration and status. It parses and prints it, knows its version
// (admin_epoch, epoch, num_updates), edits it by the field's operations and
// writes differences between two versions as Pacemaker's patch format 2.
//
// It is pure: no files, no clock. The durable file is cib/store, agreement
// between nodes is cluster/replica. It stands for the library half of
// pacemaker-based.
package cib

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/beevik/etree"
)

// Element is one element of the document. The tree library is used through
// this name only, so that it is imported in this package alone.
type Element = etree.Element

// Attr is one attribute of an element.
type Attr = etree.Attr

// NewElement returns a detached element with attributes given as name, value pairs.
func NewElement(tag string, pairs ...string) *Element {
	e := etree.NewElement(tag)
	for i := 0; i+1 < len(pairs); i += 2 {
		e.CreateAttr(pairs[i], pairs[i+1])
	}
	return e
}

// Document is a CIB. The zero value is not usable; see Parse and New.
type Document struct {
	tree *etree.Document
	size int    // at most so many bytes when it is printed, by a rough count; see fits
	text []byte // see Final
}

// The sections of a CIB's configuration in the order in which Pacemaker keeps them.
var configurationSections = []string{"crm_config", "nodes", "resources", "constraints"}

// New returns an empty CIB of version 0.0.0 that names the given schema,
// for example "pacemaker-3.9".
func New(schema, featureSet string) *Document {
	tree := etree.NewDocument()
	root := tree.CreateElement("cib")
	root.CreateAttr("crm_feature_set", featureSet)
	root.CreateAttr("validate-with", schema)
	Version{}.write(root)
	conf := root.CreateElement("configuration")
	for _, s := range configurationSections {
		conf.CreateElement(s)
	}
	root.CreateElement("status")
	return &Document{tree: tree}
}

// MaxSize bounds the document that Parse accepts, in bytes.
const MaxSize = 64 << 20

// sizeLimit is MaxSize less what a new version and who made it may add.
const sizeLimit = MaxSize - 4096

// maxDepth bounds how deep elements may be nested, as libxml2 does: walking
// the tree takes stack, and a stack that overflows ends the process.
const maxDepth = 256

// ErrNotCIB is returned by Parse for XML whose root element is not <cib>.
var ErrNotCIB = errors.New("the root element is not <cib>")

// Parse reads a CIB. White space between elements is dropped; comments and
// attribute order are kept. Errors name line or reason.
func Parse(data []byte) (*Document, error) {
	tree, err := parseTree(data)
	if err != nil {
		return nil, err
	}
	if tree.Root().Tag != "cib" {
		return nil, fmt.Errorf("%w but <%s>", ErrNotCIB, tree.Root().Tag)
	}
	return &Document{tree: tree, size: 2 * len(data)}, nil
}

// ParseElement reads one element: a section, a patch, a fragment.
func ParseElement(data []byte) (*Element, error) {
	tree, err := parseTree(data)
	if err != nil {
		return nil, err
	}
	return tree.Root(), nil
}

func parseTree(data []byte) (*etree.Document, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("document of %d bytes is larger than the limit of %d", len(data), MaxSize)
	}
	if tree := quick(data); tree != nil {
		return tree, nil
	}
	tree := etree.NewDocument()
	if _, err := tree.ReadFrom(io.Reader(bytes.NewReader(data))); err != nil {
		return nil, err
	}
	if tree.Root() == nil {
		return nil, errors.New("no element found")
	}
	if err := checkDepth(tree.Root(), maxDepth); err != nil {
		return nil, err
	}
	dropBlanks(tree.Root())
	return tree, nil
}

// dropBlanks removes text that is white space only: the document's layout is
// made anew when it is printed.
func dropBlanks(e *Element) {
	kept := e.Child[:0]
	for _, c := range e.Child {
		if t, ok := c.(*etree.CharData); ok && t.IsWhitespace() {
			continue
		}
		kept = append(kept, c)
	}
	e.Child = kept
	e.ReindexChildren()
	for _, c := range e.ChildElements() {
		dropBlanks(c)
	}
}

// checkDepth returns an error where elements are nested deeper than depth.
func checkDepth(e *Element, depth int) error {
	if depth == 0 {
		return fmt.Errorf("elements are nested deeper than %d levels", maxDepth)
	}
	for _, t := range e.Child {
		if c, ok := t.(*Element); ok {
			if err := checkDepth(c, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
}

// Root returns the <cib> element.
func (d *Document) Root() *Element { return d.tree.Root() }

// Configuration returns the <configuration> element, made if missing.
func (d *Document) Configuration() *Element { return child(d.Root(), "configuration") }

// Section returns a section of the configuration ("crm_config", "nodes",
// "resources", "constraints", "rsc_defaults", "op_defaults", "tags", "acls",
// "alerts", "fencing-topology") or "status", made if missing.
func (d *Document) Section(name string) *Element {
	if name == "status" {
		return child(d.Root(), "status")
	}
	return child(d.Configuration(), name)
}

// Find returns a section as Section does, or nil where it is missing.
func (d *Document) Find(name string) *Element {
	if name == "status" {
		return d.Root().SelectElement("status")
	}
	conf := d.Root().SelectElement("configuration")
	if conf == nil {
		return nil
	}
	return conf.SelectElement(name)
}

func child(parent *Element, tag string) *Element {
	if c := parent.SelectElement(tag); c != nil {
		return c
	}
	return parent.CreateElement(tag)
}

// Copy returns a deep copy.
func (d *Document) Copy() *Document { return &Document{tree: d.tree.Copy(), size: d.size} }

// Bytes prints the document with two blanks for each level, as Pacemaker does.
func (d *Document) Bytes() []byte { return Print(d.Root()) }

// Final is Bytes of a document that is not changed any more. What was printed is
// kept, for it is asked for several times; it must not be changed either. Who
// shares the document with other goroutines that call Final does so first.
func (d *Document) Final() []byte {
	if d.text == nil {
		d.text = d.Bytes()
	}
	return d.text
}

// Version is a CIB's version. It orders documents of one history.
type Version struct {
	AdminEpoch, Epoch, NumUpdates int64
}

// Version returns the document's version; what is missing or no number counts as 0.
func (d *Document) Version() Version {
	n := func(name string) int64 {
		v, _ := strconv.ParseInt(d.Root().SelectAttrValue(name, "0"), 10, 64)
		return v
	}
	return Version{n("admin_epoch"), n("epoch"), n("num_updates")}
}

// SetVersion writes the version into the document.
func (d *Document) SetVersion(v Version) { v.write(d.Root()) }

func (v Version) write(root *Element) {
	root.CreateAttr("epoch", strconv.FormatInt(v.Epoch, 10))
	root.CreateAttr("num_updates", strconv.FormatInt(v.NumUpdates, 10))
	root.CreateAttr("admin_epoch", strconv.FormatInt(v.AdminEpoch, 10))
}

// Compare returns -1, 0 or 1 as v is older than, equal to or newer than w.
func (v Version) Compare(w Version) int {
	for _, p := range [][2]int64{{v.AdminEpoch, w.AdminEpoch}, {v.Epoch, w.Epoch}, {v.NumUpdates, w.NumUpdates}} {
		switch {
		case p[0] < p[1]:
			return -1
		case p[0] > p[1]:
			return 1
		}
	}
	return 0
}

// String prints the version as the field does: admin_epoch.epoch.num_updates.
func (v Version) String() string {
	return fmt.Sprintf("%d.%d.%d", v.AdminEpoch, v.Epoch, v.NumUpdates)
}
