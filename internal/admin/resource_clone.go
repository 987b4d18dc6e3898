package admin

import (
	"fmt"

	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
	"gpcs/internal/report"
)

// cloneFits reports clone options that a resource's agent cannot live with:
// only OCF agents know of instances and promotion. What the agent's metadata
// does not show can be forced. of names the resource: " of resource 'x'".
func cloneFits(meta Pairs, of string, name agentmeta.Name, agent agentmeta.Agent, force bool) report.List {
	var out report.List
	for _, option := range []string{"globally-unique", "promotable"} {
		v, given := meta.Get(option)
		if !given || !value.True(v) {
			continue
		}
		text := fmt.Sprintf("Clone option '%s' is not compatible with '%s' resource agent%s", option, name, of)
		switch {
		case !name.IsOCF():
			out = append(out, report.NewError("RESOURCE_CLONE_INCOMPATIBLE_META_ATTRIBUTES", text))
		case option == "promotable" && !agent.Void && !agent.Promotable():
			out = append(out, report.Passed("RESOURCE_CLONE_INCOMPATIBLE_META_ATTRIBUTES", text, report.Force, force))
		}
	}
	return out
}

// Agents tells what agents say of themselves; one that is unknown is Void.
type Agents func(agentmeta.Name) agentmeta.Agent

// allFit checks clone options against all primitives in a resource.
func allFit(meta Pairs, e *cib.Element, agents Agents, force bool) report.List {
	var out report.List
	for _, p := range primitives(e) {
		name := agentName(p)
		agent := agentmeta.Agent{Name: name, Void: true}
		if v, _ := meta.Get("promotable"); value.True(v) && name.IsOCF() {
			agent = agents(name)
		}
		of := fmt.Sprintf(" of resource '%s'", elementID(p))
		if group := p.Parent(); isTag(group, "group") {
			of += fmt.Sprintf(" in group '%s'", elementID(group))
		}
		out = append(out, cloneFits(meta, of, name, agent, force)...)
	}
	return out
}

// CloneResource puts a primitive or group into a new clone. Constraints of
// the resource become those of the clone.
func CloneResource(doc *cib.Document, id string, c Clone, agents Agents, force bool) report.List {
	e, out := cloneable(doc, id)
	if out.Failed() {
		return out
	}
	said := c.Meta
	if c.Promotable {
		if _, given := said.Get("promotable"); given {
			return stopf("you cannot specify both promotable option and promotable keyword")
		}
		c.Meta = c.Meta.With("promotable", "true")
	}
	if out = allFit(c.Meta, e, agents, force).Alone(); out.Failed() {
		return out
	}
	ids := newIDs(doc)
	switch {
	case c.ID == "":
	case checkID(c.ID, "id") != nil:
		return append(out, stopf("invalid id '%s'", c.ID)...)
	case !ids.book(c.ID):
		return append(out, stopf("id '%s' already exists", c.ID)...)
	}
	if anyValue(said) {
		out = append(out, metaNotChecked("clone"))
	}
	var set Pairs
	for _, p := range c.Meta {
		if p.Value != "" {
			set = append(set, p)
		}
	}
	c.Meta = set
	group := e.Parent()
	group.RemoveChild(e)
	if group.Tag == "group" && len(group.SelectElements("primitive")) == 0 {
		out = append(out, dropReferred(doc, group)...)
	}
	clone := ids.wrapInClone(e, c)
	doc.Section("resources").AddChild(clone)
	redirect(doc, id, elementID(clone))
	return out
}

// Cloneable says why a resource cannot be put into a clone, nothing if it can.
func Cloneable(doc *cib.Document, id string) report.List {
	_, out := cloneable(doc, id)
	return out
}

// cloneable finds a resource that can be put into a clone.
func cloneable(doc *cib.Document, id string) (*cib.Element, report.List) {
	e := findResource(doc, id, "primitive", "group")
	if e == nil {
		return nil, stopf("unable to find group or resource: %s", id)
	}
	if isStonith(e) {
		return nil, stopf("This command does not accept stonith resources.")
	}
	switch parent := e.Parent(); {
	case e.Tag == "group" && isClone(parent):
		return nil, stopf("cannot clone a group that has already been cloned")
	case isClone(parent), isTag(parent, "group") && isClone(parent.Parent()):
		return nil, stopf("%s is already a clone resource", id)
	case parent.Tag == "bundle":
		return nil, stopf("cannot clone bundle resource")
	}
	return e, nil
}

// redirect makes constraints between single resources name another one.
func redirect(doc *cib.Document, from, to string) {
	section := doc.Find("constraints")
	if section == nil {
		return
	}
	for _, c := range section.ChildElements() {
		if c.Tag == "rsc_ticket" {
			continue
		}
		for _, end := range constraintEnds {
			if c.SelectAttrValue(end, "") == from {
				c.CreateAttr(end, to)
			}
		}
	}
}

// Unclone takes a resource out of its clone, which goes with what refers to
// it. id is the clone's or that of what it holds; a member of a group leaves
// the group.
func Unclone(doc *cib.Document, id string) report.List {
	e := findResource(doc, id, "primitive", "group", "clone", "master")
	if e == nil {
		return stopf("could not find resource: %s", id)
	}
	if isTag(e.Parent(), "group") && isClone(e.Parent().Parent()) && len(e.Parent().SelectElements("primitive")) > 1 {
		e.Parent().RemoveChild(e)
		doc.Section("resources").AddChild(e)
		return nil
	}
	clone := e
	for clone != nil && !isClone(clone) {
		clone = parentResource(clone)
	}
	if clone == nil {
		return stopf("'%s' is not a clone resource", id)
	}
	inner := innerResource(clone)
	if e.Tag == "primitive" {
		inner = e
	}
	inner.Parent().RemoveChild(inner)
	dropReferred(doc, clone)
	doc.Section("resources").AddChild(inner)
	return nil
}

// cloneFromMaster turns a <master> into the <clone> that stands for it now.
func (b *idBook) cloneFromMaster(e *cib.Element) {
	if e.Tag != "master" {
		return
	}
	e.Tag = "clone"
	b.updateNvset(e, "meta_attributes", Pairs{{"promotable", "true"}})
}
