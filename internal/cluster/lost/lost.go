// Package lost keeps, as files on this node, changes of the configuration that
// its document held when it gave way to that of other nodes, which never had
// them: made without quorum, or by the losing one of two halves. Nothing here
// decides what is lost (cluster/replica does), nor makes a change again by
// itself: an administrator looks at the files, applies them and clears them.
// The rest of the stack has no such thing; there such changes vanish.
package lost

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/replica"
	"gpcs/internal/durable"
	"gpcs/internal/paths"
)

// Changes is one file.
type Changes struct {
	Name     string // of the file without its suffix: the time at which they were lost
	At       time.Time
	Version  cib.Version // of the document that gave way
	Winner   cib.Version // of the one that took its place
	Requests int         // how many changes were made, as far as known
	Patches  []*cib.Element
}

const suffix = ".xml"

// maxSize bounds a file in bytes: patches that replace a whole document.
const maxSize = 4 * cib.MaxSize

// Dir is the directory of the files.
func Dir(root paths.Root) string { return filepath.Join(root.StateDir(), "lost-changes") }

// Save keeps what was lost, durably.
func Save(root paths.Root, at time.Time, l replica.Lost) error {
	data, err := encode(at, l)
	if err != nil {
		return err
	}
	name := at.Format("20060102-150405")
	for n := 2; exists(root, name); n++ {
		name = fmt.Sprintf("%s-%d", at.Format("20060102-150405"), n)
	}
	return durable.Write(filepath.Join(Dir(root), name+suffix), data, 0o600)
}

func exists(root paths.Root, name string) bool {
	_, err := os.Lstat(filepath.Join(Dir(root), name+suffix))
	return err == nil
}

func encode(at time.Time, l replica.Lost) ([]byte, error) {
	e := cib.NewElement("lost-changes", "at", at.Format(time.RFC3339), "version", l.Version.String(),
		"winner", l.Winner.String(), "requests", strconv.Itoa(l.Changes.Requests()))
	for _, p := range l.Changes {
		diff, err := cib.ParseElement([]byte(p.Diff))
		if err != nil {
			return nil, fmt.Errorf("a lost change cannot be read: %w", err)
		}
		e.AddChild(diff)
	}
	return cib.Print(e), nil
}

// Names returns the names of all files, oldest first. Without a directory
// there is none.
func Names(root paths.Root) ([]string, error) {
	entries, err := os.ReadDir(Dir(root))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), suffix); ok && !strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Load reads one file. fs.ErrNotExist says that there is none of that name.
func Load(root paths.Root, name string) (Changes, error) {
	if name != filepath.Base(name) || name == "." {
		return Changes{}, fs.ErrNotExist
	}
	file := filepath.Join(Dir(root), name+suffix)
	info, err := os.Stat(file)
	if err != nil {
		return Changes{}, err
	}
	if info.Size() > maxSize {
		return Changes{}, fmt.Errorf("%s is larger than %d bytes", file, maxSize)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return Changes{}, err
	}
	c, err := parse(data)
	if err != nil {
		return Changes{}, fmt.Errorf("%s cannot be read: %w", file, err)
	}
	c.Name = name
	return c, nil
}

func parse(data []byte) (Changes, error) {
	e, err := cib.ParseElement(data)
	if err != nil {
		return Changes{}, err
	}
	if e.Tag != "lost-changes" {
		return Changes{}, fmt.Errorf("it holds a <%s>", e.Tag)
	}
	c := Changes{Patches: e.SelectElements("diff")}
	if c.At, err = time.Parse(time.RFC3339, e.SelectAttrValue("at", "")); err != nil {
		return Changes{}, fmt.Errorf("its time: %w", err)
	}
	c.Requests, _ = strconv.Atoi(e.SelectAttrValue("requests", ""))
	for _, v := range []struct {
		name string
		into *cib.Version
	}{{"version", &c.Version}, {"winner", &c.Winner}} {
		if _, err := fmt.Sscanf(e.SelectAttrValue(v.name, ""), "%d.%d.%d", &v.into.AdminEpoch, &v.into.Epoch, &v.into.NumUpdates); err != nil {
			return Changes{}, fmt.Errorf("its %s: %w", v.name, err)
		}
	}
	return c, nil
}

// Remove deletes one file.
func Remove(root paths.Root, name string) error {
	return os.Remove(filepath.Join(Dir(root), name+suffix))
}

// Apply makes the changes in a document that they were not made for: what is
// there already is left as it is. ErrPatch, wrapped, says that a change names
// something that is not there any more, or that an id would be there twice.
// The given document is not changed.
func (c Changes) Apply(doc *cib.Document) (*cib.Document, error) {
	next := doc
	for _, p := range c.Patches {
		diff, err := fitting(next, p)
		if err != nil {
			return nil, err
		}
		if cib.DiffEmpty(diff) {
			continue
		}
		r := cib.Request{Ops: []cib.Op{{Kind: cib.Patch, XML: string(cib.Print(diff))}}}
		if next, err = cib.Apply(next, r, ""); err != nil {
			return nil, err
		}
	}
	was := ids(doc)
	for id, n := range ids(next) {
		if n > 1 && n > was[id] {
			return nil, fmt.Errorf("%w: the id '%s' is in use for something else", cib.ErrPatch, id)
		}
	}
	return next, nil
}

// fitting is a diff without what is done already in doc: creating what is
// there, deleting what is not.
func fitting(doc *cib.Document, diff *cib.Element) (*cib.Element, error) {
	diff = diff.Copy()
	for _, change := range diff.SelectElements("change") {
		path := change.SelectAttrValue("path", "")
		children := change.ChildElements()
		operation := change.SelectAttrValue("operation", "")
		if operation == "create" && len(children) == 1 {
			path += "/" + children[0].FullTag()
			if id := children[0].SelectAttrValue("id", ""); id != "" {
				path += "[@id='" + id + "']"
			}
		}
		found, err := doc.XPath(path)
		if err != nil {
			return nil, fmt.Errorf("%w: its path %q cannot be read", cib.ErrPatch, path)
		}
		if (operation == "create" && len(found) > 0) || (operation == "delete" && len(found) == 0) {
			diff.RemoveChild(change)
		}
	}
	return diff, nil
}

// ids counts the ids in the configuration.
func ids(doc *cib.Document) map[string]int {
	count := map[string]int{}
	var walk func(e *cib.Element)
	walk = func(e *cib.Element) {
		if id := e.SelectAttrValue("id", ""); id != "" {
			count[id]++
		}
		for _, c := range e.ChildElements() {
			walk(c)
		}
	}
	if conf := doc.Configuration(); conf != nil {
		walk(conf)
	}
	return count
}
