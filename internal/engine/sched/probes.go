package sched

import (
	"slices"
	"sort"
)

// Probes find out whether a resource is active where nothing is known of it.

// probeAll makes the probes, node by node.
func (p *planner) probeAll() {
	if !p.Config.StartupProbes {
		return
	}
	for _, n := range p.Nodes {
		if !n.Online && n.Kind == RemoteNode && n.Connection != nil && p.connectionState(n) == connFailed {
			p.markFence(n, "the connection is unrecoverable", false)
		}
		if !n.Online || n.Unclean || n.Attributes.Get("resource-discovery-enabled") == "false" && n.Kind != Member {
			continue
		}
		for _, r := range p.Resources {
			p.probe(r, n)
		}
	}
}

// probe makes the probes of a resource, or of what is in it, on a node.
func (p *planner) probe(r *Resource, n *Node) {
	switch r.Kind {
	case Group:
		for _, m := range r.Children {
			p.probe(m, n)
		}
	case Clone:
		p.probeClone(r, n)
	case Bundle:
		p.probeBundle(r, n)
	default:
		if p.needsProbe(r, n) {
			p.makeProbe(r, n)
		}
	}
}

func (p *planner) probeClone(r *Resource, n *Node) {
	if c := &r.allowed[n.Index]; r.exclusiveDiscovery && c.in && c.probe != probeExclusive {
		c.in = false
		return
	}
	sort.SliceStable(r.Children, func(i, j int) bool { return r.Children[i].Number < r.Children[j].Number })
	if r.Unique {
		for _, k := range r.Children {
			p.probe(k, n)
		}
		return
	}
	if k := p.probedInstance(r, n); k != nil {
		p.probe(k, n)
	}
}

// probedInstance is the one instance of an anonymous clone that is probed on a node.
func (p *planner) probedInstance(r *Resource, n *Node) *Resource {
	for _, k := range r.Children {
		if k.knownAnywhere(n) {
			return k
		}
	}
	for _, k := range r.Children {
		if k.plannedNode() == n {
			return k
		}
	}
	if len(r.Children) > 0 {
		return r.Children[0]
	}
	return nil
}

func (r *Resource) knownAnywhere(n *Node) bool {
	for _, k := range r.Children {
		if k.knownAnywhere(n) {
			return true
		}
	}
	return len(r.Children) == 0 && r.knownOn[n.Index]
}

func (p *planner) needsProbe(r *Resource, n *Node) bool {
	if n.Kind != Member && (r.isFenceDevice || r.isRemoteConn || n.Kind == GuestNode && len(r.fillers) > 0) {
		return false
	}
	if r.ContainedBy != nil && !r.isRemoteConn || r.Removed || r.knownOn[n.Index] {
		return false
	}
	c := r.allowed[n.Index]
	if (r.exclusiveDiscovery || r.Top().exclusiveDiscovery) && (!c.in || c.probe != probeExclusive) {
		return false
	}
	if c.probe == probeNever || !c.in && n.closed {
		return false
	}
	return n.Kind != GuestNode || n.Connection == nil || n.Connection.ContainedBy == nil || p.guestNeedsProbe(r, n, n.Connection.ContainedBy)
}

// guestNeedsProbe tells whether a guest node has to be probed: what is down or
// goes down runs nothing, all there is to do is to wait for that.
func (p *planner) guestNeedsProbe(r *Resource, n *Node, guest *Resource) bool {
	top := r
	if t := r.Top(); t.Kind >= Clone {
		top = t
	}
	switch {
	case guest.Role == RoleStopped:
		if at := guest.assignedTo; at != nil && !guest.knownOn[at.Index] {
			p.orderTasks(guest, taskMonitor, top, taskStart, ordered)
		}
		return false
	case n.requiresReset || n.Unclean || guest.Failed || guest.NextRole == RoleStopped ||
		guest.assignedTo != nil && !slices.Contains(guest.RunningOn, guest.assignedTo):
		p.orderTasks(guest, taskStop, top, taskStart, ordered)
		return false
	}
	return true
}

func (p *planner) makeProbe(r *Resource, n *Node) {
	a := p.rscAction(r, taskMonitor, n, false)
	a.clear(optional)
	p.orderVsUnfence(r, n, a, ordered)
	switch {
	case !slices.Contains(r.RunningOn, n):
		a.expect(ocfNotRunning)
	case r.Role == RolePromoted:
		a.expect(ocfPromoted)
	}
	flags := ordered
	if !a.is(runnable) && len(r.RunningOn) == 0 {
		flags |= unrunnableFirstBlocks
	}
	top := r
	if t := r.Top(); t.Kind == Clone {
		top = t
	}
	p.order(ordering{firstAct: a, first: r, then: top, thenKey: opKey(top.ID, taskStart, 0), flags: flags})
	p.order(ordering{firstAct: a, first: r, then: top, thenKey: opKey(top.ID, taskReload, 0), flags: ordered})
}

// orderProbes puts the probes of a resource before what its stop comes
// before, and before the restart of what depends on it: should the probe find
// it active, nothing else was touched yet.
func (p *planner) orderProbes() {
	for _, r := range p.Resources {
		p.probesBeforeRestarts(r)
	}
	for _, o := range p.orderings {
		p.probesLikeStop(o)
	}
}

func (p *planner) probesLikeStop(o *ordering) {
	if o.flags == 0 || o.first == nil || o.first == o.then {
		return
	}
	if o.firstAct != nil && o.firstAct.task != taskStop || o.firstAct == nil && o.firstKey != opKey(o.first.ID, taskStop, 0) {
		return
	}
	if o.then != nil && o.first.ContainedBy == o.then {
		if o.thenAct != nil && o.thenAct.task == taskStop || o.thenKey == opKey(o.then.ID, taskStop, 0) {
			return
		}
	}
	flags := ordered | o.flags&(ifOnSameNode|ifFirstUnmigratable)
	if o.flags == ifRequiredOnSameNode || o.flags == ifOnSameNodeOrTarget {
		flags = o.flags
	}
	probes := o.first.findAll(opKey(o.first.ID, taskMonitor, 0), nil)
	if len(probes) == 0 {
		return
	}
	var thens []*action
	if o.thenAct != nil {
		thens = []*action{o.thenAct}
	} else if o.then != nil {
		thens = o.then.findAll(o.thenKey, nil)
	}
	for _, a := range probes {
		for _, t := range thens {
			if probeComesBefore(a, t) {
				p.link(a, t, flags)
			}
		}
	}
}

// probeComesBefore tells whether a probe belongs before an action: it comes
// after its node is unfenced, and matters to the shutdown of its own node only.
func probeComesBefore(probe, then *action) bool {
	switch then.task {
	case taskFence:
		return probe.node != then.node || then.meta.Get("stonith_action") != "on"
	case taskShutdown:
		return probe.node == nil || then.node == nil || probe.node == then.node
	}
	return true
}

func (p *planner) probesBeforeRestarts(r *Resource) {
	for _, k := range r.Children {
		p.probesBeforeRestarts(k)
	}
	if len(r.Children) > 0 {
		return
	}
	for _, probe := range r.findAll(opKey(r.ID, taskMonitor, 0), nil) {
		for i := len(probe.after) - 1; i >= 0; i-- {
			p.probeBeforeRestart(probe, probe.after[i].action)
			p.probeBeforeStart(probe, probe.after[i])
			for _, a := range p.seen {
				a.clear(seenInLoop)
			}
			p.seen = p.seen[:0]
		}
	}
}

func (p *planner) probeBeforeRestart(probe, after *action) {
	if after.is(seenInLoop) {
		return
	}
	after.set(seenInLoop)
	p.seen = append(p.seen, after)
	r := after.rsc
	if r != nil && r.Kind == Primitive && r != probe.rsc {
		for _, stop := range r.findAll(opKey(r.ID, taskStop, 0), nil) {
			if !stop.is(pseudo) {
				p.link(probe, stop, ordered)
			}
		}
	}
	interleave := r != nil && r.Kind == Clone && r.Interleave
	var partner *Resource
	if interleave {
		partner = p.compatibleInstance(probe.rsc, r, RoleUnknown, false)
	}
	for i := len(after.after) - 1; i >= 0; i-- {
		rel := after.after[i]
		if rel.flags&firstImpliesThen == 0 {
			next := rel.action.rsc
			if r == nil || r.Kind < Group || probe.rsc.Parent == r || next == nil || next.Kind > Group || next.Parent != r {
				continue
			}
			if interleave && partner != next {
				continue
			}
		}
		p.probeBeforeRestart(probe, rel.action)
	}
}

// probeBeforeStart keeps inactive instances from starting while the state of
// the clone on some node cannot be found out.
func (p *planner) probeBeforeStart(probe *action, rel *relation) {
	after := rel.action
	if after.rsc == nil || after.rsc.Kind <= Group || probe.is(runnable) || rel.flags&unrunnableFirstBlocks != 0 ||
		probe.rsc.Top() != after.rsc || after.task != taskStart {
		return
	}
	for i := len(after.after) - 1; i >= 0; i-- {
		then := after.after[i].action
		if then.rsc == nil || len(then.rsc.RunningOn) > 0 || then.rsc.Top() != after.rsc || then.task != taskStart {
			continue
		}
		p.link(probe, then, ordered|unrunnableFirstBlocks)
	}
}
