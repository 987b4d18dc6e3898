package sched

import (
	"sort"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// colocation wants dependent where primary is, or, with a negative score, not there.
type colocation struct {
	id        string
	dependent *Resource
	primary   *Resource
	depRole   Role // RoleUnknown: any
	primRole  Role
	score     int
	attr      string // node attribute that has to be equal, "" for the node itself
	explicit  bool   // made by a constraint, not by what the resources are
	influence bool   // the dependent's preferences count when the primary is placed

	followedIn int // the last merge that followed it, see mergeFree
}

// unpackColocation reads an rsc_colocation.
func (p *planner) unpackColocation(e *cib.Element) {
	get := func(name string) string { return e.SelectAttrValue(name, "") }
	score := parseScore(get("score"), 0)
	if sets := e.SelectElements("resource_set"); len(sets) > 0 {
		p.colocateSets(e, sets, score)
		return
	}
	dep, depMany := p.asSet(get("rsc"))
	prim, primMany := p.asSet(get("with-rsc"))
	dep.role, prim.role = get("rsc-role"), get("with-rsc-role")
	if depMany && primMany {
		return // which of the one to pair with which of the other nobody can tell
	}
	if depMany || primMany {
		p.colocateTwoSets(get("id"), dep, prim, score, get("influence"))
		return
	}
	if len(dep.list) == 0 || len(prim.list) == 0 {
		return
	}
	c := &colocation{id: get("id"), explicit: true, dependent: dep.list[0], primary: prim.list[0], score: score, attr: get("node-attribute"),
		depRole: parseRole(dep.role), primRole: parseRole(prim.role)}
	c.influence = value.BoolOr(get("influence"), c.dependent.Critical)
	p.addColocation(c)
}

func (p *planner) colocateSets(e *cib.Element, sets []*cib.Element, score int) {
	id, influence := e.SelectAttrValue("id", ""), e.SelectAttrValue("influence", "")
	var last *resourceSet
	for _, set := range p.readSets(sets) {
		p.colocateWithin(set, score, influence)
		if last != nil {
			p.colocateTwoSets(id, *last, set, score, influence)
		}
		last = &set
	}
}

// colocateWithin ties the members of a sequential set together.
func (p *planner) colocateWithin(s resourceSet, score int, influence string) {
	if s.score != "" {
		score = parseScore(s.score, 0)
	}
	if !s.sequential || score == 0 {
		return
	}
	pair := func(dep, prim *Resource) {
		role := parseRole(s.role)
		p.addColocation(&colocation{id: s.id, explicit: true, dependent: dep, primary: prim, score: score, depRole: role, primRole: role,
			influence: value.BoolOr(influence, dep.Critical)})
	}
	list, _ := s.upToUnknown()
	for i, r := range list {
		switch {
		case i == 0:
		case score < 0:
			for _, earlier := range list[:i] {
				pair(r, earlier)
			}
		case strings.EqualFold(s.ordering, "listed"):
			pair(list[i-1], r)
		default:
			pair(r, list[i-1])
		}
	}
}

// colocateTwoSets makes the first set depend on the second: of a sequential
// set only the outermost member.
func (p *planner) colocateTwoSets(id string, dep, prim resourceSet, score int, influence string) {
	deps, prims := dep.list, prim.list
	if dep.sequential && len(deps) > 0 {
		deps = deps[:1]
	}
	if prim.sequential && len(prims) > 0 {
		prims = prims[len(prims)-1:]
	}
	for _, d := range deps {
		for _, q := range prims {
			if d == nil || q == nil {
				continue
			}
			p.addColocation(&colocation{id: id, explicit: true, dependent: d, primary: q, score: score, depRole: parseRole(dep.role),
				primRole: parseRole(prim.role), influence: value.BoolOr(influence, d.Critical)})
		}
	}
}

// addColocation puts a colocation into effect; one of score 0 has none.
func (p *planner) addColocation(c *colocation) {
	if c.score == 0 {
		return
	}
	if c.depRole == RoleStarted {
		c.depRole = RoleUnknown
	}
	if c.primRole == RoleStarted {
		c.primRole = RoleUnknown
	}
	c.dependent.colocThis = insertColocation(c.dependent.colocThis, c, colocation.other)
	c.primary.colocWith = insertColocation(c.primary.colocWith, c, colocation.self)
	p.colocations = append(p.colocations, c)
	if c.score <= -Infinity {
		p.orderApart(c.dependent, c.depRole, c.primary, c.primRole)
		p.orderApart(c.primary, c.primRole, c.dependent, c.depRole)
	}
}

func (c colocation) other() *Resource { return c.primary }
func (c colocation) self() *Resource  { return c.dependent }

// insertColocation keeps a list in the order in which colocations are taken
// into account: the other side's priority, kind and name decide.
func insertColocation(list []*colocation, c *colocation, side func(colocation) *Resource) []*colocation {
	at := sort.Search(len(list), func(i int) bool { return !colocatedLater(side(*c), side(*list[i])) })
	list = append(list, nil)
	copy(list[at+1:], list[at:])
	list[at] = c
	return list
}

// colocatedLater tells whether a colocation with a comes after one with b.
func colocatedLater(a, b *Resource) bool {
	if a.Priority != b.Priority {
		return a.Priority < b.Priority
	}
	if a.Kind != b.Kind {
		return a.Kind < b.Kind
	}
	if a.Kind == Clone && a.Promotable != b.Promotable {
		return b.Promotable
	}
	return a.ID > b.ID
}

// orderApart lets two resources that may not be on one node change places:
// what leaves goes before what comes.
func (p *planner) orderApart(first *Resource, firstRole Role, then *Resource, thenRole Role) {
	leave, enter := []string{taskStop}, []string{taskStart}
	switch firstRole {
	case RolePromoted:
		leave = []string{taskDemote}
	case RoleUnpromoted:
		leave = []string{taskStop, taskPromote}
	}
	switch thenRole {
	case RolePromoted:
		enter = []string{taskPromote}
	case RoleUnpromoted:
		enter = []string{taskStart, taskDemote}
	}
	for _, f := range leave {
		for _, t := range enter {
			p.orderTasks(first, f, then, t, ifRequiredOnSameNode)
		}
	}
}

// hasInfluence tells whether the dependent's preferences count for the primary.
func (c *colocation) hasInfluence(r *Resource) bool {
	if r == nil {
		r = c.primary
	}
	if c.dependent.isRemoteConn && c.dependent.bundled() && !r.Failed && len(r.RunningOn) == 1 {
		return false
	}
	return c.influence || len(r.RunningOn) == 0
}

// colocSide is one end of colocations: the ones in which a resource is the
// dependent, or those in which it is the primary.
type colocSide struct {
	of      func(r *Resource) []*colocation
	partner func(c colocation) *Resource // who is at the other end
	group   func(p *planner, group, orig *Resource, list *[]*colocation)
}

func dependentSide() colocSide {
	return colocSide{of: func(r *Resource) []*colocation { return r.colocThis }, partner: colocation.other, group: (*planner).groupThisWith}
}

func primarySide() colocSide {
	return colocSide{of: func(r *Resource) []*colocation { return r.colocWith }, partner: colocation.self, group: (*planner).groupWithThis}
}

// thisWith returns the colocations in which r is the dependent, its parents' included.
func (p *planner) thisWith(r *Resource) []*colocation {
	var list []*colocation
	p.addColocations(dependentSide(), r, r, &list)
	return list
}

// withThis returns the colocations in which r is the primary, its parents' included.
func (p *planner) withThis(r *Resource) []*colocation {
	var list []*colocation
	p.addColocations(primarySide(), r, r, &list)
	return list
}

// addColocations adds to the list what binds orig through r, which is orig or
// contains it.
func (p *planner) addColocations(side colocSide, r, orig *Resource, list *[]*colocation) {
	switch r.Kind {
	case Primitive:
		if r == orig {
			p.addWithParents(side, r, orig, list)
		}
	case Group:
		if len(r.Children) > 0 {
			side.group(p, r, orig, list)
		}
	case Bundle:
		if bundleColocations(r, orig) {
			mergeColocations(list, side.of(r), side.partner)
		}
	default:
		p.addWithParents(side, r, orig, list)
	}
}

func (p *planner) addWithParents(side colocSide, r, orig *Resource, list *[]*colocation) {
	mergeColocations(list, side.of(r), side.partner)
	if r.Parent != nil {
		p.addColocations(side, r.Parent, orig, list)
	}
}

// addMembers adds what binds single members of a group: it binds the whole.
func addMembers(side colocSide, group, orig *Resource, list *[]*colocation) {
	for _, m := range group.Children {
		if m == orig {
			continue
		}
		for _, c := range side.of(m) {
			if c.explicit {
				*list = insertColocation(*list, c, side.partner)
			}
		}
	}
}

// groupThisWith: the first member bears the group's colocations; an unmanaged
// one cannot follow them, so that those after it have to.
func (p *planner) groupThisWith(r, orig *Resource, list *[]*colocation) {
	if orig == r || orig == r.Children[0] {
		p.addWithParents(dependentSide(), r, orig, list)
		addMembers(dependentSide(), r, orig, list)
		return
	}
	for _, m := range r.Children {
		if m == orig {
			return
		}
		if !m.Managed {
			for _, c := range r.colocThis {
				if c.score >= Infinity {
					*list = insertColocation(*list, c, colocation.other)
				}
			}
			return
		}
	}
}

// groupWithThis: what follows the group follows its last member.
func (p *planner) groupWithThis(r, orig *Resource, list *[]*colocation) {
	if orig != r && orig != r.Children[len(r.Children)-1] {
		return
	}
	p.addWithParents(primarySide(), r, orig, list)
	addMembers(primarySide(), r, orig, list)
}

// mergeColocations adds a resource's colocations to a list. Pacemaker, and so
// its scores, adds the first one again and again where the list has entries already.
func mergeColocations(list *[]*colocation, add []*colocation, side func(colocation) *Resource) {
	if len(add) == 0 {
		return
	}
	if len(*list) == 0 {
		*list = append(*list, add...)
		return
	}
	for range add {
		*list = insertColocation(*list, add[0], side)
	}
}
