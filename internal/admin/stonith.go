package admin

import (
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// CreateStonith makes a fence device. One that switches nodes on when they
// join is marked as such.
func CreateStonith(doc *cib.Document, device NewResource) report.List {
	if device.Agent.Unfences() {
		device.Meta = device.Meta.With("provides", "unfencing")
	}
	ids := newIDs(doc)
	e, out := ids.makePrimitive(doc, device, device.Disabled)
	if !out.Failed() {
		doc.Section("resources").AddChild(e)
	}
	return out
}

// DisableStonith keeps the cluster from using fence devices.
func DisableStonith(doc *cib.Document, ids []string, force bool) report.List {
	if _, missing := selectResources(doc, ids); missing.Failed() {
		return missing
	}
	out := noFencing(doc, ids, force)
	if out.Failed() {
		return out
	}
	return append(out, DisableResources(doc, ids)...)
}

// StonithText shows fence devices.
func (v View) StonithText() []string {
	var lines []string
	for _, p := range v.All.Primitives {
		lines = append(lines, v.primitiveLines(p)...)
	}
	return lines
}
