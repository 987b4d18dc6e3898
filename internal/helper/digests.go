package helper

import (
	"fmt"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

// Digests prints the fingerprints of a resource's parameters on a node:
// crm_resource --digests.
type Digests struct {
	Resource, Node string
	sched.Digests
}

type digestRow struct {
	kind, text string
	sched.Digest
}

func (d Digests) rows() []digestRow {
	rows := []digestRow{
		{"all", "all parameters", d.All}, {"nonprivate", "non-private parameters", d.Public},
		{"nonreloadable", "non-reloadable parameters", d.Restart},
	}
	if d.Restart.Hash == "" {
		rows = rows[:2]
	}
	return rows
}

// Text prints one hash a line.
func (d Digests) Text() string {
	var b strings.Builder
	for _, r := range d.rows() {
		fmt.Fprintf(&b, "%s (%s)\n", r.Hash, r.text)
	}
	return b.String()
}

// XML prints hashes with the parameters that they cover.
func (d Digests) XML() *cib.Element {
	root := cib.NewElement("digests", "resource", d.Resource, "node", d.Node, "task", d.Task, "interval", fmt.Sprintf("%dms", d.IntervalMS))
	for _, r := range d.rows() {
		params := cib.NewElement("parameters")
		for _, p := range r.Params {
			params.CreateAttr(p.Name, p.Value)
		}
		e := cib.NewElement("digest", "type", r.kind, "hash", r.Hash)
		e.AddChild(params)
		root.AddChild(e)
	}
	return root
}
