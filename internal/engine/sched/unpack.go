package sched

import (
	"cmp"
	"errors"
	"sort"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// ErrNoConfiguration is returned for a document without <configuration>.
var ErrNoConfiguration = errors.New("the CIB has no configuration")

// Unpack reads a CIB into the read model. The document is not changed and
// must not change while the model is in use.
func Unpack(doc *cib.Document, opts Options) (*Cluster, error) {
	if doc.Root().SelectElement("configuration") == nil {
		return nil, ErrNoConfiguration
	}
	c := &Cluster{
		Now: opts.Now, doc: doc,
		ids: map[string]*cib.Element{}, tags: map[string][]string{},
		nodeByID: map[string]*Node{}, nodeByName: map[string]*Node{}, rscByID: map[string]*Resource{}, expiredEntries: map[*cib.Element]bool{},
	}
	if at, ok := RecordedTime(doc); ok {
		c.Now = at
	}
	c.indexIDs(doc.Root().SelectElement("configuration"))
	c.unpackConfig()
	c.unpackNodes()
	c.unpackResources()
	c.unpackTags()
	c.unpackStatus()
	return c, nil
}

// RecordedTime returns the time, in epoch s, that a document was recorded for,
// if it says: decisions about it go by that and not by the present.
func RecordedTime(doc *cib.Document) (at int64, ok bool) {
	at, ok = value.Int(doc.Root().SelectAttrValue("execution-date", ""))
	return at, ok && at > 0
}

func (c *Cluster) unpackTags() {
	for _, e := range c.section("tags") {
		if e.Tag != "tag" {
			continue
		}
		id := e.SelectAttrValue("id", "")
		for _, ref := range e.SelectElements("obj_ref") {
			c.tags[id] = append(c.tags[id], ref.SelectAttrValue("id", ""))
		}
	}
}

// addNode adds a node; the index is valid only after sortNodes.
func (c *Cluster) addNode(id, name string, kind NodeKind, e *cib.Element) *Node {
	if n := c.nodeByID[id]; n != nil {
		return n
	}
	n := &Node{ID: id, Name: name, Kind: kind, XML: e, Unseen: true}
	n.DC = id == c.doc.Root().SelectAttrValue("dc-uuid", "-")
	n.Unclean = c.Config.Fencing && c.Config.StartupFencing && kind == Member
	if e != nil {
		n.baseScore = parseScore(e.SelectAttrValue("score", ""), 0)
	}
	c.Nodes = append(c.Nodes, n)
	c.nodeByID[id], c.nodeByName[name] = n, n
	return n
}

// sortNodes puts the nodes in node order and numbers them.
func (c *Cluster) sortNodes() {
	sort.SliceStable(c.Nodes, func(i, j int) bool { return natural(c.Nodes[i].Name, c.Nodes[j].Name) < 0 })
	for i, n := range c.Nodes {
		n.Index = i
	}
}

// natural compares names without regard to case and digit runs as numbers; of
// two runs of one value the longer one comes later ("007" after "7").
func natural(a, b string) int {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		if isDigit(a[i]) && isDigit(b[j]) {
			m, x := digitRun(a[i:])
			n, y := digitRun(b[j:])
			if c := compareDigits(x, y); c != 0 {
				return c
			}
			if m != n {
				return cmp.Compare(m, n)
			}
			i, j = i+m, j+n
			continue
		}
		x, y := lower(a[i]), lower(b[j])
		if x != y {
			return cmp.Compare(int(x), int(y))
		}
		i, j = i+1, j+1
	}
	return cmp.Compare(len(a)-i, len(b)-j)
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

// digitRun returns the length of the digits at the start of s and the digits
// without leading zeros.
func digitRun(s string) (int, string) {
	n, zeros := 0, 0
	for n < len(s) && isDigit(s[n]) {
		if s[n] == '0' && zeros == n {
			zeros++
		}
		n++
	}
	return n, s[zeros:n]
}

func compareDigits(x, y string) int {
	if len(x) != len(y) {
		return cmp.Compare(len(x), len(y))
	}
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}
