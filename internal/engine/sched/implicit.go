package sched

import "sort"

// Constraints that resources have by their nature (scheduler-spec, section 9).

func (p *planner) implicitConstraints(r *Resource) {
	switch r.Kind {
	case Group:
		p.groupConstraints(r)
	case Clone:
		p.cloneConstraints(r)
	case Bundle:
		p.bundleConstraints(r)
	default:
		p.primitiveConstraints(r)
	}
}

func (p *planner) primitiveConstraints(r *Resource) {
	if !r.Managed {
		return
	}
	p.orderTasks(r, taskStop, r, taskStart, ordered|firstImpliesThen|intermediateStop)
	if r.Top().Promotable || r.Role > RoleUnpromoted {
		p.orderTasks(r, taskDemote, r, taskStop, promotedThenImpliesFirst)
		p.orderTasks(r, taskStart, r, taskPromote, unrunnableFirstBlocks)
	}
	p.orderTasks(r, taskDelete, r, taskMonitor, ifOnSameNode|thenCancelsFirst)
	p.orderRestartVsUnfence(r)
	if len(r.utilization) > 0 && p.Config.Placement != "default" {
		p.loadStopped(r)
	}
	if r.ContainedBy != nil {
		p.containerConstraints(r)
	}
	if r.isRemoteConn || r.isFenceDevice {
		p.avoidRemoteNodes(r)
	}
}

// loadStopped lets what leaves a node go before what comes to it, for the sake of its capacity.
func (p *planner) loadStopped(r *Resource) {
	for _, n := range r.RunningOn {
		a := p.loadStoppedOn(n)
		p.order(ordering{first: r, firstKey: opKey(r.ID, taskStop, 0), thenAct: a, flags: ifOnSameNodeOrTarget})
	}
	for _, n := range p.Nodes {
		if !r.allowed[n.Index].in {
			continue
		}
		a := p.loadStoppedOn(n)
		p.order(ordering{firstAct: a, then: r, thenKey: opKey(r.ID, taskStart, 0), flags: ifOnSameNodeOrTarget})
		p.order(ordering{firstAct: a, then: r, thenKey: opKey(r.ID, taskMigrateTo, 0), flags: ifOnSameNodeOrTarget})
	}
}

func (p *planner) loadStoppedOn(n *Node) *action {
	key := "load_stopped_" + n.Name
	a := p.single[key]
	if a == nil {
		a = p.pseudoNamed(key)
		a.clear(optional)
		a.node = n
	}
	return a
}

func (p *planner) avoidRemoteNodes(r *Resource) {
	for _, n := range p.Nodes {
		if n.Connection != nil && r.allowed[n.Index].in {
			r.allowed[n.Index].score = -Infinity
		}
	}
}

// containerConstraints tie a guest's connection, and what was put inside, to
// the resource that launches the guest.
func (p *planner) containerConstraints(r *Resource) {
	by := r.ContainedBy
	var inside *Resource
	if r.isRemoteConn {
		if !r.bundled() {
			p.avoidRemoteNodes(by) // guests in guests would be; containers may run there
		}
		p.orderTasks(by, taskMonitor, r, taskStop, ordered)
	} else {
		for _, f := range by.fillers {
			if f.isRemoteConn {
				inside = f
			}
		}
		if by.isRemoteConn {
			inside = by
		}
	}
	if inside != nil {
		for _, n := range p.Nodes {
			if r.allowed[n.Index].in && n.Connection != inside {
				r.allowed[n.Index].score = -Infinity
			}
		}
		return
	}
	p.orderTasks(by, taskStart, r, taskStart, firstImpliesThen|unrunnableFirstBlocks)
	p.orderTasks(r, taskStop, by, taskStop, thenImpliesFirst)
	score := Infinity
	if r.isRemoteConn && r.bundled() {
		score = connectionScore
	}
	p.addColocation(&colocation{id: "#resource-with-container", dependent: r, primary: by, score: score, influence: true})
}

// connectionScore keeps the connection of a bundle with its container where
// that is possible: a container on a remote node is connected from elsewhere.
const connectionScore = 10000

func (p *planner) groupConstraints(r *Resource) {
	p.orderTasks(r, taskStop, r, taskStopped, unrunnableFirstBlocks)
	p.orderTasks(r, taskStopped, r, taskStart, ordered)
	p.orderTasks(r, taskStart, r, taskRunning, unrunnableFirstBlocks)
	g := &groupOrder{group: r, ordered: r.orderedGroup(), colocated: r.colocated(), promotable: r.Top().Promotable}
	for _, m := range r.Children {
		p.memberConstraints(m, g)
	}
}

// groupOrder is what a member's constraints depend on.
type groupOrder struct {
	group                          *Resource
	ordered, colocated, promotable bool
	previous, lastActive           *Resource
}

func (p *planner) memberConstraints(m *Resource, g *groupOrder) {
	down, postDown := thenImpliesFirstGraphed, firstImpliesThenGraphed
	p.implicitConstraints(m)
	switch {
	case g.previous == nil:
		if g.ordered {
			down |= ordered
			postDown = firstImpliesThen
		}
	case g.colocated:
		p.addColocation(&colocation{id: internalGroup, dependent: m, primary: g.previous, score: Infinity, influence: m.Critical})
	}
	up := unrunnableFirstBlocks | firstImpliesThen | firstImpliesThenGraphed
	if g.promotable {
		p.orderTasks(g.group, taskDemote, m, taskDemote, down)
		p.orderTasks(m, taskDemote, g.group, taskDemoted, postDown)
		p.orderTasks(m, taskPromote, g.group, taskPromoted, up)
		p.orderTasks(g.group, taskPromote, m, taskPromote, thenImpliesFirstGraphed)
	}
	p.orderTasks(g.group, taskStop, m, taskStop, down)
	p.orderTasks(m, taskStop, g.group, taskStopped, postDown)
	p.orderTasks(g.group, taskStart, m, taskStart, thenImpliesFirstGraphed)
	p.orderTasks(m, taskStart, g.group, taskRunning, up)
	p.memberSequence(m, g)
	if len(m.RunningOn) > 0 {
		if g.ordered && g.previous != nil && len(g.previous.RunningOn) == 0 && g.lastActive != nil {
			p.orderTasks(m, taskStop, g.lastActive, taskStop, ordered)
		}
		g.lastActive = m
	}
	g.previous = m
}

// internalGroup names the colocations that hold a group together.
const internalGroup = "#group-members"

// memberSequence orders a member after the one before it.
func (p *planner) memberSequence(m *Resource, g *groupOrder) {
	prev := g.previous
	switch {
	case !g.ordered:
		flags := ordered | unrunnableFirstBlocks | thenImpliesFirstGraphed
		p.orderTasks(g.group, taskStart, m, taskStart, flags)
		if g.promotable {
			p.orderTasks(g.group, taskPromote, m, taskPromote, flags)
		}
	case prev == nil:
		p.orderTasks(g.group, taskStart, m, taskStart, 0)
		if g.promotable {
			p.orderTasks(g.group, taskPromote, m, taskPromote, 0)
		}
	default:
		p.orderTasks(prev, taskStart, m, taskStart, firstImpliesThen|unrunnableFirstBlocks)
		p.orderTasks(m, taskStop, prev, taskStop, ordered|intermediateStop)
		if len(m.RunningOn) > 0 && len(prev.RunningOn) == 0 {
			p.orderTasks(m, taskStop, prev, taskStart, thenImpliesFirst|unrunnableFirstBlocks)
		}
		if g.promotable {
			p.orderTasks(prev, taskPromote, m, taskPromote, firstImpliesThen|unrunnableFirstBlocks)
			p.orderTasks(m, taskDemote, prev, taskDemote, ordered)
		}
	}
}

func (p *planner) cloneConstraints(r *Resource) {
	p.orderTasks(r, taskStopped, r, taskStart, ordered)
	p.orderTasks(r, taskStart, r, taskRunning, unrunnableFirstBlocks)
	p.orderTasks(r, taskStop, r, taskStopped, unrunnableFirstBlocks)
	if r.Promotable {
		p.orderTasks(r, taskDemoted, r, taskStop, ordered)
		p.orderTasks(r, taskRunning, r, taskPromote, unrunnableFirstBlocks)
	}
	if r.Ordered {
		sort.SliceStable(r.Children, func(i, j int) bool { return r.Children[i].Number < r.Children[j].Number })
	}
	for i, k := range r.Children {
		p.implicitConstraints(k)
		p.orderTasks(r, taskStart, k, taskStart, unrunnableFirstBlocks|thenImpliesFirstGraphed)
		p.orderTasks(k, taskStart, r, taskRunning, firstImpliesThenGraphed)
		p.orderTasks(r, taskStop, k, taskStop, thenImpliesFirstGraphed)
		p.orderTasks(k, taskStop, r, taskStopped, firstImpliesThenGraphed)
		if r.Ordered {
			for _, later := range r.Children[i+1:] {
				p.orderTasks(k, taskStart, later, taskStart, ordered)
				p.orderTasks(later, taskStop, k, taskStop, ordered)
			}
		}
	}
	if r.Promotable {
		p.promotableConstraints(r)
	}
}

// orderPromotions orders the ordering points of what can be promoted.
func (p *planner) orderPromotions(r *Resource) {
	for _, o := range [][2]string{{taskDemote, taskDemoted}, {taskStopped, taskStart}, {taskStopped, taskPromote}, {taskDemoted, taskStop}, {taskDemoted, taskStart},
		{taskDemoted, taskPromote}, {taskRunning, taskPromote}} {
		p.orderTasks(r, o[0], r, o[1], ordered)
	}
}

func (p *planner) promotableConstraints(r *Resource) {
	p.orderPromotions(r)
	var prev *Resource
	for _, k := range r.Children {
		p.orderTasks(k, taskDemote, k, taskPromote, ordered)
		p.orderTasks(r, taskDemote, k, taskDemote, thenImpliesFirstGraphed)
		p.orderTasks(k, taskDemote, r, taskDemoted, firstImpliesThenGraphed)
		p.orderTasks(r, taskPromote, k, taskPromote, thenImpliesFirstGraphed)
		p.orderTasks(k, taskPromote, r, taskPromoted, firstImpliesThenGraphed)
		if prev != nil && r.Ordered {
			p.orderTasks(prev, taskPromote, k, taskPromote, ordered)
			p.orderTasks(k, taskDemote, prev, taskDemote, ordered)
		}
		prev = k
	}
}
