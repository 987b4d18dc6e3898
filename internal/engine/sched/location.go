package sched

import (
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/rule"
	"gpcs/internal/cib/value"
)

// location is a location constraint of one resource: scores for nodes.
type location struct {
	id    string
	rsc   *Resource
	role  Role // RolePromoted, or RoleUnknown for any
	nodes []nodeScore
	probe probeMode
}

type nodeScore struct {
	node  *Node
	score int
}

// unpackLocation reads an rsc_location.
func (p *planner) unpackLocation(e *cib.Element) {
	if sets := e.SelectElements("resource_set"); len(sets) > 0 {
		for _, set := range p.readSets(sets) {
			list, all := set.upToUnknown()
			for _, r := range list {
				p.locate(e, r, set.role, set.score, nil)
			}
			if !all {
				return
			}
		}
		return
	}
	if pattern := e.SelectAttrValue("rsc-pattern", ""); pattern != "" {
		p.locatePattern(e, pattern)
		return
	}
	id := e.SelectAttrValue("rsc", "")
	set, _ := p.asSet(id)
	list, _ := set.upToUnknown()
	for _, r := range list {
		p.locate(e, r, "", "", nil)
	}
}

// locatePattern applies a constraint to each top-level resource whose id the
// pattern matches, or, after "!", does not match.
func (p *planner) locatePattern(e *cib.Element, pattern string) {
	inverted := strings.HasPrefix(pattern, "!")
	pattern = strings.TrimPrefix(pattern, "!")
	for _, r := range p.Resources {
		match := patternMatch(pattern, r.ID)
		if inverted == (match == nil) {
			p.locate(e, r, "", "", match)
		}
	}
}

func (p *planner) locate(e *cib.Element, r *Resource, role, score string, match []string) {
	if role == "" {
		role = e.SelectAttrValue("role", "")
	}
	if score == "" {
		score = e.SelectAttrValue("score", "")
	}
	mode := discovery(e.SelectAttrValue("resource-discovery", ""))
	if name := e.SelectAttrValue("node", ""); name != "" && score != "" {
		if n := p.nodeNamed(name); n != nil {
			p.addLocation(&location{id: e.SelectAttrValue("id", ""), rsc: r, role: locationRole(role), probe: mode,
				nodes: []nodeScore{{n, parseScore(score, 0)}}})
		}
		return
	}
	for _, rule := range e.SelectElements("rule") {
		p.locateByRule(p.deref(rule), r, mode, match)
	}
}

func (p *planner) nodeNamed(name string) *Node {
	for _, n := range p.Nodes {
		if strings.EqualFold(n.Name, name) {
			return n
		}
	}
	return nil
}

// locateByRule adds what a rule says. Its role is its own: the constraint's
// holds for the constraint's own score only.
func (p *planner) locateByRule(e *cib.Element, r *Resource, mode probeMode, match []string) {
	l := &location{id: e.SelectAttrValue("id", ""), rsc: r, role: locationRole(e.SelectAttrValue("role", "")), probe: mode}
	r.exclusiveDiscovery = r.exclusiveDiscovery || mode == probeExclusive // though the rule may hold nowhere
	attr := rule.Expand(e.SelectAttrValue("score-attribute", ""), match)
	for _, n := range p.Nodes {
		if !p.passes(e, &ruleEnv{node: n, rsc: r, match: match}) {
			continue
		}
		score := parseScore(e.SelectAttrValue("score", ""), 0)
		if attr != "" {
			if v, ok := p.nodeAttribute(n, attr); ok {
				score = parseScore(v, 0)
			} else {
				score = -Infinity
			}
		}
		l.nodes = append(l.nodes, nodeScore{n, score})
	}
	if len(l.nodes) > 0 {
		p.addLocation(l)
	}
}

func (p *planner) addLocation(l *location) {
	if l.probe == probeExclusive {
		l.rsc.exclusiveDiscovery = true
	}
	p.locs = append(p.locs, l)
	l.rsc.locations = append(l.rsc.locations, l)
}

func discovery(s string) probeMode {
	switch strings.ToLower(s) {
	case "never":
		return probeNever
	case "exclusive":
		return probeExclusive
	}
	return probeAlways
}

// locationRole keeps the one role that makes a difference.
func locationRole(s string) Role {
	if parseRole(s) == RolePromoted {
		return RolePromoted
	}
	return RoleUnknown
}

// applyLocation adds a constraint's scores to a resource and what is in it: of
// a group the first member gets the full score, the others none; of a bundle
// its containers and addresses do, what is inside only if it is about a role.
func (p *planner) applyLocation(r *Resource, l *location) {
	p.applyScores(r, l, false)
	if r.Kind != Bundle {
		return
	}
	for _, rep := range r.Replicas() {
		p.applyScores(rep.Container, l, false)
		if rep.IP != nil {
			p.applyScores(rep.IP, l, false)
		}
	}
	if clone := r.bundle.clone; clone != nil && l.role != RoleUnknown {
		p.applyScores(clone, l, false)
		clone.locations = append(clone.locations, l)
	}
}

func (p *planner) applyScores(r *Resource, l *location, zero bool) {
	if l.role != RoleUnknown && l.role != r.NextRole {
		return
	}
	for _, ns := range l.nodes {
		score := ns.score
		if zero {
			score = 0
		}
		r.allowed.add(ns.node.Index, score)
		if cell := &r.allowed[ns.node.Index]; cell.probe < l.probe {
			if l.probe == probeExclusive {
				r.exclusiveDiscovery = true
			}
			cell.probe = l.probe
		}
	}
	if r.Kind == Bundle {
		return
	}
	for i, k := range r.Children {
		p.applyScores(k, l, zero || r.Kind == Group && i > 0 && r.colocated())
	}
}

// colocated tells whether a group keeps its members together (the default).
func (r *Resource) colocated() bool { return value.BoolOr(r.Meta.Get("collocated"), true) }

// orderedGroup tells whether a group starts its members in order (the default).
func (r *Resource) orderedGroup() bool { return value.BoolOr(r.Meta.Get("ordered"), true) }
