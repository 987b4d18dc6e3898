package sched

import "sort"

// Clones: which instance goes where (scheduler-spec, section 6).

func (p *planner) assignClone(r *Resource, prefer *Node, stopIfFail bool) {
	if !r.provisional || r.assigning {
		return
	}
	if r.Promotable {
		p.addPromotionScores(r)
	}
	r.assigning = true
	for _, c := range p.thisWith(r) {
		p.assign(c.primary, prefer, stopIfFail)
	}
	for _, c := range p.withThis(r) {
		p.addDependentScores(c, r)
	}
	p.dumpScores(r, "pcmk__clone_assign")
	p.sortInstances(r)
	p.distribute(r, r.Children, r.CloneMax, r.CloneNodeMax)
	if r.Promotable {
		p.setInstanceRoles(r)
	}
	r.provisional, r.assigning = false, false
}

func (p *planner) sortInstances(r *Resource) {
	order := p.instanceOrder()
	sort.SliceStable(r.Children, func(i, j int) bool { return order.compare(r.Children[i], r.Children[j]) < 0 })
}

// distribute assigns instances to nodes, at most total, at most perNode on one.
// Those that run well where they are stay there if they can.
func (p *planner) distribute(parent *Resource, instances []*Resource, total, perNode int) {
	available := 0
	for i := range parent.allowed {
		parent.allowed[i].count = 0
		if parent.allowed[i].in && p.Nodes[i].available() {
			available++
		}
	}
	optimal := 1
	if available > 0 {
		optimal = max(1, total/available)
	}
	assigned := 0
	for _, k := range instances {
		if assigned >= total {
			break
		}
		if now := p.stayingNode(parent, k, optimal); now != nil && p.assignEarly(parent, k, now, perNode, total-assigned) {
			assigned++
		}
	}
	for _, k := range instances {
		if !k.provisional {
			continue
		}
		if assigned >= total {
			p.banFrom(k, nil)
			p.assign(k, nil, true)
		} else if p.assignInstance(parent, k, nil, perNode) != nil {
			assigned++
		}
	}
}

// stayingNode is the node that an instance should stay on, if it may.
func (p *planner) stayingNode(parent, k *Resource, optimal int) *Node {
	if len(k.currentNodes()) == 0 || !k.provisional || k.Failed {
		return nil
	}
	now := k.current()
	if now == nil || !now.available() {
		return nil
	}
	if c := k.allowed[now.Index]; !c.in || c.score < 0 {
		return nil
	}
	if c := parent.allowed[now.Index]; c.in && int(c.count) >= optimal {
		return nil
	}
	return now
}

// assignEarly tries to keep an instance where it is. Where another node is
// better for it a place there is reserved, for some other instance, and it is tried again.
func (p *planner) assignEarly(parent, k *Resource, now *Node, perNode, left int) bool {
	saved := saveTables(k)
	counts := parent.allowed.clone()
	for reserved := 0; reserved < left; reserved++ {
		chosen := p.assignInstance(parent, k, now, perNode)
		if chosen == now {
			parent.allowed = counts
			if parent.allowed[now.Index].in {
				parent.allowed[now.Index].count++
			}
			return true
		}
		restoreTables(saved)
		if chosen == nil {
			k.provisional = true // the members of a group stay without nodes
			break
		}
		p.unplace(k)
	}
	parent.allowed = counts
	return false
}

type savedTable struct {
	rsc   *Resource
	table table
}

func saveTables(r *Resource) []savedTable {
	list := []savedTable{{r, r.allowed.clone()}}
	for _, k := range r.Children {
		list = append(list, saveTables(k)...)
	}
	return list
}

func restoreTables(list []savedTable) {
	for _, s := range list {
		s.rsc.allowed = s.table.clone()
	}
}

// assignInstance assigns one instance; its place counts in the clone's table.
func (p *planner) assignInstance(parent, k *Resource, prefer *Node, perNode int) *Node {
	for i := range k.allowed {
		if k.allowed[i].in && !p.roomFor(parent, k, i, perNode) {
			k.allowed[i].score = -Infinity
			for _, m := range k.Children {
				if m.allowed[i].in {
					m.allowed[i].score = -Infinity
				}
			}
		}
	}
	chosen := p.assign(k, prefer, prefer == nil)
	if chosen != nil && parent.allowed[chosen.Index].in {
		parent.allowed[chosen.Index].count++
	}
	return chosen
}

func (p *planner) roomFor(parent, k *Resource, i, perNode int) bool {
	c := parent.allowed[i]
	return !k.Removed && p.Nodes[i].available() && c.in && c.score >= 0 && int(c.count) < perNode
}
