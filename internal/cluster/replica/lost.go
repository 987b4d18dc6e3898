package replica

import (
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/view"
)

// Unshared is what a node's document holds that a majority, or all nodes, may
// not have: changes of the configuration made without quorum, by a half that
// won a tie, by one of two nodes, or not acknowledged when the view ended. It
// is stored with the document. If another document takes its place it is not
// thrown away, see Lost.
type Unshared []UnsharedPatch

// UnsharedPatch is some changes in a row, each after those before it.
type UnsharedPatch struct {
	Diff string   `json:"diff"` // <diff format="2">
	IDs  []string `json:"ids"`  // of the requests in it, the newest
}

// Requests counts the requests in the patches.
func (u Unshared) Requests() int {
	n := 0
	for _, p := range u {
		n += len(p.IDs)
	}
	return n
}

// Lost says that this node's document gave way to one that never had these
// changes. It comes before the Store of the other.
type Lost struct {
	Changes Unshared
	Version cib.Version // of the document that gave way
	Winner  cib.Version // of the one that took its place
}

func (Lost) effect() {}

// shared tells whether what the view holds cannot give way any more: a
// majority of all votes is in it, or everybody.
func (c *Core) shared() bool {
	q := c.view.Quorum
	if c.cfg.Mutant == view.SharedAlways {
		return true
	}
	return (q.Quorate && q.Majority) || len(c.view.Members) == len(c.cfg.Quorum.Votes)
}

// record notes that a change of the configuration leads away from the present
// document. It is called before the change is taken.
func (c *Core) record(id string) {
	if c.base == nil {
		c.base = c.doc
	}
	c.unsafe, c.kept = c.seq, false
	if c.ids = append(c.ids, id); len(c.ids) > keepLost {
		c.ids = slices.Clone(c.ids[1:])
	}
}

// settled forgets what is unshared when all changes up to number seq of the
// view are acknowledged in it.
func (c *Core) settled(seq int64) {
	if seq >= c.unsafe && c.shared() {
		c.unshared, c.base, c.ids, c.unsafe = nil, nil, nil, 0
	}
}

// fold makes one patch of what was changed since the last one. A view that
// does not share has it on disk before it acknowledges anything.
func (c *Core) fold() {
	if c.base != nil {
		c.unshared, c.base, c.ids = c.Unshared(), nil, nil
	}
	c.unsafe = 0
	if len(c.unshared) > 0 && !c.kept && !c.shared() {
		c.store()
	}
}

// Unshared is what other nodes may not have of this node's document.
func (c *Core) Unshared() Unshared {
	if c.base == nil {
		return c.unshared
	}
	diff := configDiff(c.base, c.doc)
	if diff == "" {
		return c.unshared
	}
	return append(slices.Clip(c.unshared), UnsharedPatch{diff, slices.Clone(c.ids)})
}

// configDiff is the part of a diff that is about the configuration.
func configDiff(old, next *cib.Document) string {
	diff := cib.Diff(old, next)
	for _, change := range diff.SelectElements("change") {
		if path := change.SelectAttrValue("path", ""); !strings.HasPrefix(path, "/cib/configuration") {
			diff.RemoveChild(change)
		}
	}
	if cib.DiffEmpty(diff) {
		return ""
	}
	return string(cib.Print(diff))
}

// giveWay compares what is unshared here with a document that takes the place
// of this node's own, and returns what is unshared of that: what its node says,
// and what both hold. That node may have started since it stored a change which
// it took from a DC with a majority, and then does not know that nobody else did.
func (c *Core) giveWay(to *cib.Document, recent []Applied, theirs Unshared) Unshared {
	unseen := func(id string) bool {
		return !slices.ContainsFunc(recent, func(a Applied) bool { return a.ID == id })
	}
	noted := func(id string) bool {
		return slices.ContainsFunc(theirs, func(p UnsharedPatch) bool { return slices.Contains(p.IDs, id) })
	}
	var gone, both Unshared
	for _, p := range c.Unshared() {
		switch {
		case slices.ContainsFunc(p.IDs, unseen):
			gone = append(gone, p)
		case !slices.ContainsFunc(p.IDs, noted):
			both = append(both, p)
		}
	}
	if gone != nil && c.cfg.Mutant != view.DropLosing {
		c.emit(Lost{Changes: gone, Version: c.doc.Version(), Winner: to.Version()})
	}
	return append(both, theirs...)
}
