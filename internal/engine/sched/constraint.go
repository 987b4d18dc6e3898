package sched

import (
	"slices"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// unpackConstraints reads the constraints section in document order.
func (p *planner) unpackConstraints() {
	for _, e := range p.section("constraints") {
		switch e.Tag {
		case "rsc_location":
			p.unpackLocation(e)
		case "rsc_colocation":
			p.unpackColocation(e)
		case "rsc_order":
			p.unpackOrder(e)
		case "rsc_ticket":
			p.unpackTicketConstraint(e)
		}
	}
}

// Named returns the resource that goes by a name: an instance id or a name in
// a history. Nil if there is none.
func (c *Cluster) Named(id string) *Resource {
	if r := c.rscByID[id]; r != nil {
		return r
	}
	for _, r := range c.All {
		if r.HistoryName == id {
			return r
		}
	}
	return nil
}

// target finds what a constraint means by a name: a resource by its id, the
// clone where the history knows an instance by that name. Nil if there is none.
func (c *Cluster) target(id string) *Resource {
	if id == "" {
		return nil
	}
	if r := c.rscByID[id]; r != nil {
		return r
	}
	for _, r := range c.All {
		if r.HistoryName == id {
			return r.Top()
		}
	}
	return nil
}

// members expands a template or tag to what it stands for; ok tells that id is one.
func (p *planner) members(id string) (list []string, ok bool) {
	if p.target(id) != nil {
		return nil, false
	}
	if p.templates == nil {
		p.templates = map[string][]string{}
		for _, r := range p.All {
			if r.template != nil {
				t := r.template.SelectAttrValue("id", "")
				name := r.XML.SelectAttrValue("id", "")
				if list := p.templates[t]; len(list) == 0 || list[len(list)-1] != name {
					p.templates[t] = append(list, name)
				}
			}
		}
	}
	if list, ok := p.templates[id]; ok {
		return list, true
	}
	list, ok = p.tags[id]
	return list, ok
}

// resourceSet is a resource_set of a constraint.
type resourceSet struct {
	id         string
	sequential bool
	requireAll bool
	action     string
	role       string
	score      string
	ordering   string
	kind       string
	symmetric  string
	list       []*Resource // nil in the place of what nothing goes by
}

// upToUnknown is what a set lists before the first reference that leads to
// nothing; all tells that there is no such.
func (s resourceSet) upToUnknown() (list []*Resource, all bool) {
	if i := slices.Index(s.list, nil); i >= 0 {
		return s.list[:i], false
	}
	return s.list, true
}

// readSets reads the resource_sets of a constraint; templates and tags in them
// are replaced by what they stand for, unless some reference leads to nothing.
func (p *planner) readSets(elements []*cib.Element) []resourceSet {
	expand := true
	for _, e := range elements {
		for _, ref := range p.deref(e).SelectElements("resource_ref") {
			id := ref.SelectAttrValue("id", "")
			_, ok := p.members(id)
			expand = expand && (ok || p.target(id) != nil)
		}
	}
	var list []resourceSet
	for _, e := range elements {
		list = append(list, p.readSet(e, expand))
	}
	return list
}

func (p *planner) readSet(e *cib.Element, expand bool) resourceSet {
	e = p.deref(e)
	get := func(name string) string { return e.SelectAttrValue(name, "") }
	s := resourceSet{
		id: get("id"), sequential: value.BoolOr(get("sequential"), true), requireAll: value.BoolOr(get("require-all"), true),
		action: get("action"), role: get("role"), score: get("score"), ordering: get("ordering"), kind: get("kind"), symmetric: get("symmetrical"),
	}
	for _, ref := range e.SelectElements("resource_ref") {
		id := ref.SelectAttrValue("id", "")
		list, ok := p.members(id)
		if !ok || !expand {
			list = []string{id}
		}
		for _, m := range list {
			s.list = append(s.list, p.target(m))
		}
	}
	return s
}

// asSet makes a set of what one attribute of a constraint names; expanded
// tells that it stands for several resources.
func (p *planner) asSet(id string) (s resourceSet, expanded bool) {
	s = resourceSet{id: id, requireAll: true}
	list, ok := p.members(id)
	if !ok {
		if r := p.target(id); r != nil {
			s.list = []*Resource{r}
		}
		return s, false
	}
	for _, m := range list {
		s.list = append(s.list, p.target(m))
	}
	return s, true
}
