package sched

import "sort"

// Assignment gives each resource the node it shall run on (scheduler-spec,
// sections 5 to 7).

// assignAll assigns all resources; connections of remote nodes go first, as
// what runs behind them depends on them.
func (p *planner) assignAll() {
	if p.Config.Placement != "default" {
		p.Resources = p.sortedForAssignment()
	}
	list := p.Resources
	for _, r := range list {
		if r.isRemoteConn {
			p.assign(r, r.partialTarget, true)
		}
	}
	for _, r := range list {
		if !r.isRemoteConn {
			p.assign(r, nil, true)
		}
	}
}

// assign chooses a node for a resource and what is in it. prefer is taken
// where no other is better; with stopIfFail a resource without a node is stopped.
func (p *planner) assign(r *Resource, prefer *Node, stopIfFail bool) *Node {
	switch r.Kind {
	case Group:
		return p.assignGroup(r, prefer, stopIfFail)
	case Clone:
		p.assignClone(r, prefer, stopIfFail)
		return nil
	case Bundle:
		p.assignBundle(r, prefer, stopIfFail)
		return nil
	}
	return p.assignPrimitive(r, prefer, stopIfFail)
}

func (p *planner) assignPrimitive(r *Resource, prefer *Node, stopIfFail bool) *Node {
	if r.Parent != nil && !r.Parent.assigning && r.Parent.provisional {
		p.assign(r.Parent, prefer, stopIfFail)
	}
	if !r.provisional {
		return r.assignedTo
	}
	if r.assigning {
		return nil
	}
	r.assigning = true
	p.applyColocations(r, stopIfFail)
	if r.NextRole == RoleStopped {
		p.banFrom(r, nil)
	}
	if r.NextRole > r.Role && !p.Quorate && p.Config.NoQuorumPolicy == QuorumFreeze {
		r.NextRole = r.Role
	}
	p.dumpScores(r, "pcmk__primitive_assign")
	if p.Config.Fencing && !p.hasDevice {
		r.Managed = false
	}
	switch {
	case !r.Managed:
		r.NextRole = r.Role
		p.place(r, r.current(), true, stopIfFail)
	case p.Config.StopAll:
		p.place(r, nil, true, stopIfFail)
	default:
		p.choose(r, prefer, stopIfFail)
	}
	r.assigning = false
	p.connectionAssigned(r)
	return r.assignedTo
}

// connectionAssigned lets a remote node be online where its connection is to be up.
func (p *planner) connectionAssigned(r *Resource) {
	if !r.isRemoteConn {
		return
	}
	n := p.nodeByID[r.ID]
	if n == nil {
		return
	}
	if r.assignedTo != nil && r.NextRole != RoleStopped {
		n.Online = true
		if n.Unseen {
			n.Unclean = false
		}
		return
	}
	n.ShuttingDown = true
}

// applyColocations lets a resource's colocations change its scores: mandatory
// ones first, so that as many of them as possible hold.
func (p *planner) applyColocations(r *Resource, stopIfFail bool) {
	this, with := p.thisWith(r), p.withThis(r)
	for _, mandatoryOnes := range []bool{true, false} {
		for _, c := range this {
			if c.mandatory() == mandatoryOnes {
				p.followPrimary(r, c, stopIfFail)
			}
		}
		for _, c := range with {
			if c.mandatory() == mandatoryOnes {
				p.addDependentScores(c, r)
			}
		}
	}
}

func (c *colocation) mandatory() bool { return c.score >= Infinity || c.score <= -Infinity }

// followPrimary assigns the primary of a colocation and applies the
// colocation to the dependent, unless that would leave it nowhere to go where
// it is only a wish.
func (p *planner) followPrimary(r *Resource, c *colocation, stopIfFail bool) {
	var saved table
	if c.depRole >= RolePromoted || c.score < 0 && c.score > -Infinity {
		saved = r.allowed.clone()
	}
	if c.primary.provisional {
		p.assign(c.primary, nil, stopIfFail)
	}
	p.applyColocation(r, c.primary, c, true)
	if saved != nil && !p.anyUsable(r.allowed) {
		r.allowed = saved
	}
}

// current is the node that a resource is active on; with several the one that
// it migrates from or the first that is up.
func (r *Resource) current() *Node {
	if r.partialSource != nil && r.partialTarget != nil && len(r.RunningOn) == 2 {
		return r.partialSource
	}
	var best *Node
	for _, n := range r.currentNodes() {
		if best == nil || firstPrimitive(r).requires < requiresFencing && betterCurrent(n, best) {
			best = n
		}
	}
	return best
}

// betterCurrent prefers nodes that are up and clean.
func betterCurrent(n, best *Node) bool {
	ok := func(n *Node) bool { return n.Online && !n.Unclean }
	return ok(n) && !ok(best)
}

// choose finds the best node of a resource's table.
func (p *planner) choose(r *Resource, prefer *Node, stopIfFail bool) {
	if free := p.limitUtilization(r); prefer == nil {
		prefer = free
	}
	nodes := p.sortedNodes(r)
	if len(nodes) == 0 {
		p.place(r, nil, false, stopIfFail)
		return
	}
	best := nodes[0]
	chosen := best
	score := func(n *Node) int { return r.allowed[n.Index].score }
	if prefer != nil && r.allowed[prefer.Index].in && score(prefer) >= score(best) && score(prefer) >= 0 && prefer.available() {
		chosen = prefer
	} else if !(r.Parent != nil && r.Parent.Kind == Clone && r.Parent.Unique) && score(best) > 0 && best.available() {
		if now := r.current(); now != nil && now.available() {
			for _, n := range nodes {
				if score(n) != score(best) {
					break
				}
				if n == now {
					chosen = now
				}
			}
		}
	}
	p.place(r, chosen, false, stopIfFail)
}

// sortedNodes returns the nodes of a resource's table, best first.
func (p *planner) sortedNodes(r *Resource) []*Node {
	var list []*Node
	for _, n := range p.Nodes {
		if r.allowed[n.Index].in {
			list = append(list, n)
		}
	}
	now := r.current()
	sort.SliceStable(list, func(i, j int) bool { return p.nodeBefore(r.allowed, list[i], list[j], now) })
	return list
}

func (p *planner) nodeBefore(t table, a, b, now *Node) bool {
	score := func(n *Node) int {
		if !n.available() {
			return -Infinity
		}
		return t[n.Index].score
	}
	if x, y := score(a), score(b); x != y {
		return x > y
	}
	if p.Config.Placement != "minimal" {
		if p.Config.Placement == "balanced" {
			if cmp := p.compareCapacity(a, b); cmp != 0 {
				return cmp < 0
			}
		}
		if a.assigned != b.assigned {
			return a.assigned < b.assigned
		}
	}
	if now != nil && (a == now) != (b == now) {
		return a == now
	}
	return a.Name < b.Name
}

// place assigns a node, or none. Unless forced, a node that is banned or
// cannot run anything is as none; guests are taken to come up.
func (p *planner) place(r *Resource, n *Node, force, stopIfFail bool) {
	r.provisional = false
	if !force && n != nil && (r.allowed[n.Index].score < 0 || n.Kind != GuestNode && !n.available()) {
		n = nil
	}
	if n == nil {
		p.placeNowhere(r, stopIfFail)
		return
	}
	if r.assignedTo != nil {
		p.unplace(r)
		r.provisional = false
	}
	r.assignedTo = n
	n.assigned++
	p.consume(n, r, 1)
	p.showUse(r, n)
}

// usableFor tells whether a node can run resources; a guest also needs its host.
func (p *planner) usableFor(n *Node) bool {
	if !n.available() {
		return false
	}
	if n.Kind == GuestNode && n.Connection != nil && n.Connection.ContainedBy != nil {
		by := n.Connection.ContainedBy
		if !by.provisional && by.assignedTo == nil && by.Managed {
			return false
		}
	}
	return true
}

func (p *planner) placeNowhere(r *Resource, stopIfFail bool) {
	p.unplace(r)
	r.provisional = false
	if !stopIfFail {
		return
	}
	r.NextRole = RoleStopped
	for _, a := range r.actions {
		switch {
		case a.task == taskStop:
			a.clear(optional)
		case a.task == taskStart:
			a.clear(runnable)
		case a.interval != 0 && a.meta.Get("op_target_rc") != "7":
			a.clear(runnable)
		}
	}
}

// unplace takes an assignment back.
func (p *planner) unplace(r *Resource) {
	r.provisional = true
	for _, k := range r.Children {
		p.unplace(k)
	}
	n := r.assignedTo
	if n == nil {
		return
	}
	r.assignedTo = nil
	n.assigned--
	p.consume(n, r, -1)
}

// anyUsable tells whether a table has a node that could take a resource.
func (p *planner) anyUsable(t table) bool {
	for i, c := range t {
		if c.in && c.score >= 0 && p.Nodes[i].available() {
			return true
		}
	}
	return false
}

func (p *planner) assignGroup(r *Resource, prefer *Node, stopIfFail bool) *Node {
	if r.Parent != nil && !r.Parent.assigning && r.Parent.provisional {
		p.assign(r.Parent, prefer, stopIfFail)
	}
	if !r.provisional {
		return r.assignedTo
	}
	if r.assigning {
		return nil
	}
	if len(r.Children) == 0 {
		r.provisional = false
		return nil
	}
	r.assigning = true
	r.Role = r.Children[0].Role
	p.dumpScores(r, "pcmk__group_assign")
	var first *Node
	for _, m := range r.Children {
		n := p.assign(m, prefer, stopIfFail)
		if first == nil {
			first = n
		}
	}
	r.NextRole = r.Children[0].NextRole
	r.assigning, r.provisional = false, false
	if !r.colocated() {
		return nil
	}
	return first
}

// dumpScores notes a resource's score lines as "crm_simulate --show-scores"
// prints them.
func (p *planner) dumpScores(r *Resource, stage string) {
	if !p.opts.ShowScores || r.Removed {
		return
	}
	for _, n := range p.Nodes {
		if r.allowed[n.Index].in {
			p.reckon(Reckoning{Kind: NodeScore, Stage: stage, Resource: r.ID, Node: n.Name, Score: r.allowed[n.Index].score})
		}
	}
	last := func(k *Resource) bool { return r.Kind == Bundle && k.Kind == Clone } // what is inside
	for _, k := range r.Children {
		if !last(k) {
			p.dumpScores(k, stage)
		}
	}
	for _, k := range r.Children {
		if last(k) {
			p.dumpScores(k, stage)
		}
	}
}
