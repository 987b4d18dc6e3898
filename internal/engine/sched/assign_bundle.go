package sched

import "sort"

// assignBundle places a bundle: its containers like instances of a clone,
// then what belongs to each, then what runs inside (scheduler-spec, section 6).
func (p *planner) assignBundle(r *Resource, prefer *Node, stopIfFail bool) {
	if r.assigning {
		return
	}
	r.assigning = true
	p.dumpScores(r, "pcmk__bundle_assign")
	list := r.instances()
	order := p.instanceOrder()
	sort.SliceStable(list, func(i, j int) bool { return order.compare(list[i], list[j]) < 0 })
	p.distribute(r, list, r.CloneMax, r.CloneNodeMax)
	for _, rep := range r.Replicas() {
		p.assignReplica(rep, prefer, stopIfFail)
	}
	if clone := r.bundle.clone; clone != nil {
		for i := range clone.allowed {
			if !clone.allowed[i].in {
				continue
			}
			clone.allowed[i].score = -Infinity
			if conn := p.Nodes[i].Connection; conn != nil && conn.Parent == r {
				clone.allowed[i].score = 0
			}
		}
		p.assign(clone, prefer, stopIfFail)
	}
	r.provisional, r.assigning = false, false
}

func (p *planner) assignReplica(rep *Replica, prefer *Node, stopIfFail bool) {
	if rep.IP != nil {
		p.assign(rep.IP, prefer, stopIfFail)
	}
	if rep.Connection != nil {
		if host := rep.Container.assignedTo; host != nil && host.Kind != Member && host.Connection != nil {
			// One remote node's executor takes one connection: both connections have to be in one place.
			p.addColocation(&colocation{id: "#replica-remote-with-host-remote", dependent: rep.Connection, primary: host.Connection,
				score: Infinity, influence: true})
		}
		p.assign(rep.Connection, prefer, stopIfFail)
	}
	k := rep.Inner
	if k == nil {
		return
	}
	for i := range k.allowed {
		switch {
		case !k.allowed[i].in:
		case p.Nodes[i] != rep.Node:
			k.allowed[i].score = -Infinity
		case !p.thresholdReached(k, rep.Node):
			k.allowed[i].score = Infinity
		}
	}
	k.Parent.assigning = true
	p.assign(k, rep.Node, stopIfFail)
	k.Parent.assigning = false
}

// applyFromBundle applies a colocation whose primary is a bundle: what counts
// is where its containers are.
func (p *planner) applyFromBundle(dep, prim *Resource, c *colocation) int {
	if prim.provisional {
		return 0
	}
	if c.dependent.Kind > Group {
		if k := p.compatibleContainer(dep, prim); k != nil {
			return p.applyColocation(dep, k, c, true)
		}
		if c.score >= Infinity {
			p.place(dep, nil, true, true)
		}
		return 0
	}
	delta := 0
	keep := make([]bool, len(p.Nodes))
	for _, rep := range prim.Replicas() {
		if c.score < Infinity {
			delta = addScores(delta, p.applyColocation(dep, rep.Container, c, false))
			continue
		}
		n := rep.Container.assignedTo
		if n == nil || rep.Container.Blocked || c.primRole >= RolePromoted && (rep.Inner == nil || rep.Inner.NextRole < RolePromoted) {
			continue
		}
		keep[n.Index] = true
	}
	if c.score >= Infinity {
		p.keepOnly(dep, keep, c.attr)
	}
	return delta
}

// compatibleContainer finds a bundle's container where dep is, or best could be.
func (p *planner) compatibleContainer(dep, prim *Resource) *Resource {
	if n := dep.plannedNode(); n != nil {
		return instanceOn(prim, n.host(), RoleUnknown, false)
	}
	for _, n := range p.sortedNodes(dep) {
		if k := instanceOn(prim, n.host(), RoleUnknown, false); k != nil {
			return k
		}
	}
	return nil
}

// bundleColocations tells whether a bundle's colocations count for orig, a
// part of it: they do for its containers, and, once roles are chosen, for
// what is to be promoted inside.
func bundleColocations(b, orig *Resource) bool {
	if orig == b || orig.containerOf() != nil {
		return true
	}
	clone := b.bundle.clone
	if clone == nil || !clone.Promotable || orig.Top() != clone {
		return false
	}
	if orig == clone {
		return clone.choosingRoles
	}
	return !orig.provisional
}
