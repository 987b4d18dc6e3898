package sched

import "gpcs/internal/cib"

// expandTemplate replaces the definition of a primitive that names a template
// by one that holds both: what is its own wins; an own
// operation replaces the template's of that name and role.
func (r *Resource) expandTemplate(c *Cluster) {
	if id := r.XML.SelectAttrValue("template", ""); id != "" {
		if t := c.ids[id]; t != nil && t.Tag == "template" {
			r.template = t
			r.XML = mergeTemplate(r.XML, t)
		}
	}
	r.Class = r.XML.SelectAttrValue("class", "")
	r.Provider = r.XML.SelectAttrValue("provider", "")
	r.Type = r.XML.SelectAttrValue("type", "")
	r.isFenceDevice = r.Class == "stonith"
	r.isRemoteConn = isRemoteAgent(r.XML)
}

func mergeTemplate(own, t *cib.Element) *cib.Element {
	e := cib.NewElement(own.Tag)
	for _, a := range own.Attr {
		e.CreateAttr(a.Key, a.Value)
	}
	for _, a := range []string{"class", "provider", "type"} {
		if v := t.SelectAttrValue(a, ""); v != "" && e.SelectAttr(a) == nil {
			e.CreateAttr(a, v)
		}
	}
	// Of sets with equal scores the later ones win.
	ownOps := own.SelectElement("operations")
	for _, k := range t.ChildElements() {
		if k.Tag != "operations" || ownOps == nil {
			e.AddChild(k.Copy())
		}
	}
	for _, k := range own.ChildElements() {
		e.AddChild(k.Copy())
	}
	if ops := t.SelectElement("operations"); ops != nil && ownOps != nil {
		merged := e.SelectElement("operations")
		for _, op := range ops.SelectElements("op") {
			if !hasOp(ownOps, op) {
				merged.AddChild(op.Copy())
			}
		}
	}
	return e
}

func hasOp(ops, op *cib.Element) bool {
	for _, o := range ops.SelectElements("op") {
		if o.SelectAttrValue("name", "") == op.SelectAttrValue("name", "") && opRole(o) == opRole(op) {
			return true
		}
	}
	return false
}

func opRole(op *cib.Element) string { return op.SelectAttrValue("role", "Started") }
