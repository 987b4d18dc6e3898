package sched

import (
	"slices"
	"sort"
)

// Promotion: which instances of a promotable clone are promoted
// (scheduler-spec, section 7).

// addPromotionScores lets instances prefer nodes where they could be promoted.
func (p *planner) addPromotionScores(clone *Resource) {
	for _, k := range clone.Children {
		for _, n := range p.Nodes {
			c := &k.allowed[n.Index]
			if !c.in || !n.available() || c.score < 0 {
				continue
			}
			score, _ := p.promotionScore(k, n)
			if score > 0 {
				c.score = addScores(c.score, score)
			}
			k.Priority = max(k.Priority, score)
		}
	}
}

// promotionScore is the promotion score of an instance on a node, and whether one is set.
func (p *planner) promotionScore(r *Resource, n *Node) (score int, ok bool) {
	if len(r.Children) > 0 {
		for _, m := range r.Children {
			s, set := p.promotionScore(m, n)
			score, ok = addScores(score, s), ok || set
		}
		return score, ok
	}
	if !p.promotionScoreApplies(r, n) {
		return 0, false
	}
	for _, name := range []string{r.historyName(), baseName(r.ID)} {
		if v, set := n.attributesFor(r).Lookup("master-" + name); set {
			return parseScore(v, 0), true
		}
		if r.Unique {
			break
		}
	}
	return 0, false
}

// promotionScoreApplies tells whether a node's promotion score is this
// instance's: it is active there, or could as well be as any other; where
// nothing is known of it, all scores count.
func (p *planner) promotionScoreApplies(r *Resource, n *Node) bool {
	if c := r.allowed[n.Index]; !c.in || c.score < 0 {
		return false
	}
	if !r.Unique {
		switch active, known := anonymousOn(r, n); {
		case active == r, active == nil && known:
			return true
		}
	}
	if len(r.RunningOn) == 0 && !anyTrue(r.knownOn) {
		return true
	}
	return r.knownOn[n.Index] || slices.Contains(r.RunningOn, n)
}

func anyTrue(list []bool) bool {
	for _, b := range list {
		if b {
			return true
		}
	}
	return false
}

// anonymousOn returns the instance, of those that r is one of, that is active
// on a node, and whether the state of any is known there.
func anonymousOn(r *Resource, n *Node) (active *Resource, known bool) {
	base := baseName(r.ID)
	for _, k := range r.Top().Children {
		m := k.member(base)
		if m == nil {
			continue
		}
		if active == nil && slices.Contains(m.RunningOn, n) {
			active = m
		}
		known = known || m.knownOn[n.Index]
	}
	return active, known
}

// setInstanceRoles decides who is promoted.
func (p *planner) setInstanceRoles(clone *Resource) {
	for i := range clone.allowed {
		clone.allowed[i].count = 0
	}
	for _, k := range clone.Children {
		unpromotedNow(k)
		p.setPromotionPriority(k, clone)
	}
	p.sortForPromotion(clone)
	promoted := 0
	for _, k := range clone.Children {
		p.dumpPromotion(k)
		var n *Node
		if promoted < clone.PromotedMax || !clone.Managed {
			n = p.promotionNode(k, clone)
		}
		if n == nil {
			demoteNext(k)
			continue
		}
		clone.allowed[n.Index].count++
		promoteNext(k)
		promoted++
	}
}

// setPromotionPriority finds how much an instance is to be promoted; only one
// that will be active can be.
func (p *planner) setPromotionPriority(k, clone *Resource) {
	k.promotionPriority = -Infinity
	n := k.plannedNode()
	if n == nil {
		return
	}
	next := k.state(false)
	switch next {
	case RoleStarted, RoleUnknown:
		k.Priority = -1
		if score, ok := p.promotionScore(k, n); ok {
			k.Priority = score
		}
	case RoleUnpromoted, RoleStopped:
		k.Priority = -Infinity
	}
	for _, of := range []*Resource{k, clone} {
		for _, l := range of.locations {
			if l.role != RolePromoted {
				continue
			}
			for _, ns := range l.nodes {
				if ns.node == n {
					k.Priority = addScores(ns.score, k.Priority)
				}
			}
		}
	}
	for _, c := range p.thisWith(k) {
		p.applyColocation(k, c.primary, c, true)
	}
	k.promotionPriority = k.Priority
	if next == RolePromoted {
		k.promotionPriority = Infinity
	}
}

func (p *planner) sortForPromotion(clone *Resource) {
	clone.mergingOnto, clone.choosingRoles = true, true
	for _, k := range clone.Children {
		if n := k.plannedNode(); n != nil && k.promotionPriority >= 0 && clone.allowed[n.Index].in {
			clone.allowed[n.Index].score = addScores(k.promotionPriority, clone.allowed[n.Index].score)
		}
	}
	for _, c := range p.withThis(clone) {
		if c.primRole == RolePromoted && c.hasInfluence(nil) {
			p.mergeInto(clone, c, mergeActive|mergeNonNegative)
		}
	}
	if p.ticketsForbidPromotion(clone) {
		for i := range clone.allowed {
			if clone.allowed[i].in {
				clone.allowed[i].score = -Infinity
			}
		}
	}
	clone.mergingOnto = false
	for _, k := range clone.Children {
		n := k.plannedNode()
		switch {
		case !k.Managed && k.NextRole == RolePromoted:
			k.promotionPriority = Infinity
		case n != nil && k.promotionPriority >= 0 && clone.allowed[n.Index].in:
			k.promotionPriority = clone.allowed[n.Index].score
		}
	}
	order := p.instanceOrder()
	sort.SliceStable(clone.Children, func(i, j int) bool {
		a, b := clone.Children[i], clone.Children[j]
		if a.promotionPriority != b.promotionPriority {
			return a.promotionPriority > b.promotionPriority
		}
		if x, y := a.state(true), b.state(true); x != y {
			return x > y
		}
		return order.compare(a, b) < 0
	})
}

// promotionNode is the node that an instance can be promoted on, nil if none.
func (p *planner) promotionNode(k, clone *Resource) *Node {
	for _, m := range k.Children {
		if p.promotionNode(m, clone) == nil {
			return nil
		}
	}
	n := k.plannedNode()
	switch {
	case n == nil:
		return nil
	case !k.Managed:
		if k.state(true) != RolePromoted {
			return nil
		}
		return n
	case len(k.Children) == 0 && k.Parent == clone && k.promotionPriority < 0,
		len(k.Children) > 0 && k.promotionPriority < 0:
		return nil
	case !p.usableFor(n):
		return nil
	}
	if c := clone.allowed[n.Index]; !c.in || int(c.count) >= clone.PromotedNodeMax {
		return nil
	}
	if !p.Quorate && p.Config.NoQuorumPolicy == QuorumFreeze && k.state(true) < RolePromoted {
		return nil
	}
	return n
}

// unpromotedNow gives an instance that is merely up the role that it then has.
func unpromotedNow(r *Resource) {
	if r.Role == RoleStarted {
		r.Role = RoleUnpromoted
	}
	for _, k := range r.Children {
		unpromotedNow(k)
	}
}

func promoteNext(r *Resource) {
	if r.NextRole == RoleUnknown {
		r.NextRole = RolePromoted
	}
	for _, k := range r.Children {
		promoteNext(k)
	}
}

func demoteNext(r *Resource) {
	if len(r.Children) == 0 {
		if r.NextRole == RoleStarted || r.NextRole == RoleUnknown {
			r.NextRole = RoleUnpromoted
			if r.assignedTo == nil {
				r.NextRole = RoleStopped
			}
		}
		return
	}
	for _, k := range r.Children {
		demoteNext(k)
	}
}

func (p *planner) dumpPromotion(k *Resource) {
	if p.opts.ShowScores {
		p.reckon(Reckoning{Kind: PromotionScore, Resource: k.ID, Node: nameOf(k.plannedNode()), Score: k.promotionPriority})
	}
}

// applyFromPromotable applies a colocation with a role of a promotable clone:
// optional ones favor the nodes of instances in that role, mandatory ones
// rule all others out. Who is promoted together needs no node of its own: it
// weighs in the dependent's promotion priority.
func (p *planner) applyFromPromotable(dep, prim *Resource, c *colocation) int {
	scores := newTable(len(p.Nodes))
	for _, k := range prim.Children {
		n := k.plannedNode()
		if n == nil || k.state(false) != c.primRole {
			continue
		}
		scores.put(n.Index, k.allowed[n.Index].score)
		if c.score < Infinity {
			p.favorLike(dep, n, c)
		}
	}
	if c.score >= Infinity && (c.depRole != RolePromoted || c.primRole != RolePromoted) {
		p.intersect(dep, scores, c.attr)
	}
	if c.depRole != RolePromoted {
		return 0
	}
	delta := 0
	switch {
	case p.partnerInRole(dep, prim, c):
		delta = c.score
	case c.score >= Infinity:
		delta = -Infinity
	}
	dep.Priority = addScores(dep.Priority, delta)
	return delta
}

// partnerInRole tells whether some instance of the primary will be in the
// colocation's role where the dependent is, or on a node alike.
func (p *planner) partnerInRole(dep, prim *Resource, c *colocation) bool {
	n := dep.plannedNode()
	if c.attr == "" || n == nil {
		return p.compatibleInstance(dep, prim, c.primRole, false) != nil
	}
	for _, k := range prim.Children {
		at := k.plannedNode()
		if at != nil && k.allUnblocked() && k.state(false) == c.primRole && p.nodeValue(k, at, c.attr) == p.nodeValue(dep, n, c.attr) {
			return true
		}
	}
	return false
}

// favorLike adds a colocation's score to the nodes that are like n.
func (p *planner) favorLike(dep *Resource, n *Node, c *colocation) {
	value := p.nodeValue(c.primary, n, c.attr)
	for _, m := range p.Nodes {
		if cell := &dep.allowed[m.Index]; cell.in && p.nodeValue(dep, m, c.attr) == value {
			cell.score = addScores(cell.score, c.score)
		}
	}
}

// intersect bans a resource from the nodes that are like none of a table, and
// adds the scores of those that are.
func (p *planner) intersect(dep *Resource, with table, attr string) {
	for _, n := range p.Nodes {
		cell := &dep.allowed[n.Index]
		if !cell.in {
			continue
		}
		found := false
		for _, m := range p.Nodes {
			if with[m.Index].in && p.nodeValue(dep, m, attr) == p.nodeValue(dep, n, attr) {
				cell.score = addScores(cell.score, with[m.Index].score)
				found = true
				break
			}
		}
		if !found {
			cell.score = -Infinity
		}
	}
}

func firstPrimitive(r *Resource) *Resource {
	for len(r.Children) > 0 {
		r = r.Children[0]
	}
	return r
}
