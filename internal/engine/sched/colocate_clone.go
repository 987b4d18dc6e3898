package sched

// applyFromClone applies a colocation whose primary is a clone.
func (p *planner) applyFromClone(dep, prim *Resource, c *colocation) int {
	switch {
	case prim.provisional:
		return 0
	case prim.Promotable && c.primRole != RoleUnknown:
		return p.applyFromPromotable(dep, prim, c)
	case interleaved(dep, prim):
		return p.applyInterleaved(dep, prim, c)
	case c.score < Infinity:
		return p.applyFromEach(dep, prim.Children, c)
	}
	// Anywhere an instance is: what is elsewhere is ruled out.
	keep := make([]bool, len(p.Nodes))
	for _, k := range prim.Children {
		if n := k.plannedNode(); n != nil && k.allUnblocked() {
			keep[n.Index] = true
		}
	}
	p.keepOnly(dep, keep, c.attr)
	return 0
}

// keepOnly bans a resource from all nodes but those marked, or alike by attribute.
func (p *planner) keepOnly(r *Resource, keep []bool, attr string) {
	for _, n := range p.Nodes {
		cell := &r.allowed[n.Index]
		if !cell.in {
			continue
		}
		ok := keep[n.Index]
		if attr != "" {
			for _, m := range p.Nodes {
				ok = ok || keep[m.Index] && p.nodeValue(r, m, attr) == p.nodeValue(r, n, attr)
			}
		}
		if !ok {
			cell.score = -Infinity
		}
	}
}

func (r *Resource) allUnblocked() bool {
	if r.Blocked {
		return false
	}
	for _, k := range r.Children {
		if !k.allUnblocked() {
			return false
		}
	}
	return true
}

// plannedNode is the node that r, or of a group the first member that has one, is assigned to.
func (r *Resource) plannedNode() *Node {
	if r.Kind == Primitive {
		return r.assignedTo
	}
	for _, k := range r.Children {
		if n := k.plannedNode(); n != nil {
			return n
		}
	}
	return nil
}

// interleaved tells whether instances of dep pair with instances of prim on
// the same node.
func interleaved(dep, prim *Resource) bool {
	clone := dep
	for clone != nil && clone.Kind != Clone && clone.Kind != Bundle {
		clone = clone.Parent
	}
	return clone != nil && clone.Interleave && clone != prim && clone.CloneNodeMax == prim.CloneNodeMax
}

func (p *planner) applyInterleaved(dep, prim *Resource, c *colocation) int {
	inst := p.compatibleInstance(dep, prim, RoleUnknown, false)
	if inst != nil {
		return p.applyColocation(dep, inst, c, true)
	}
	if c.score >= Infinity {
		p.place(dep, nil, true, true)
	}
	return 0
}

// compatibleInstance finds the instance of a clone that is where rsc is, or
// best could be.
func (p *planner) compatibleInstance(rsc, clone *Resource, role Role, current bool) *Resource {
	if n := rsc.nodeNow(current); n != nil {
		return instanceOn(clone, n, role, current)
	}
	for _, n := range p.sortedNodes(rsc) {
		if k := instanceOn(clone, n, role, current); k != nil {
			return k
		}
	}
	return nil
}

// nodeNow is where a resource is, or, unless current, shall be.
func (r *Resource) nodeNow(current bool) *Node {
	if !current {
		return r.plannedNode()
	}
	if list := r.currentNodes(); len(list) == 1 {
		return list[0]
	}
	return nil
}

func instanceOn(clone *Resource, n *Node, role Role, current bool) *Resource {
	for _, k := range clone.instances() {
		if !k.allUnblocked() || !current && k.provisional {
			continue
		}
		at := k.nodeNow(current)
		if at == n && (role == RoleUnknown || k.state(current) == role) {
			return k
		}
	}
	return nil
}

// state is the highest role, now or planned, of r or of anything in it.
func (r *Resource) state(current bool) Role {
	if r.Kind == Primitive {
		if current {
			return r.Role
		}
		return r.NextRole
	}
	best := RoleUnknown
	for _, k := range r.Children {
		best = max(best, k.state(current))
	}
	return best
}
