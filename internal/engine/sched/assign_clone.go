package sched

import (
	"cmp"
	"sort"
)

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

// instanceOrder orders instances by who is to choose first. It is made for
// one sort: what it remembers of an instance holds no longer than that.
type instanceOrder struct {
	*planner
	scores map[*Resource]int
}

func (p *planner) instanceOrder() instanceOrder {
	return instanceOrder{p, map[*Resource]int{}}
}

func (p instanceOrder) compare(a, b *Resource) int {
	na, nb := a.currentNodes(), b.currentNodes()
	if len(na) > 0 && len(nb) > 0 && len(na) != len(nb) {
		return cmp.Compare(len(na), len(nb))
	}
	okA, nodeA := activeOnAllowed(a)
	okB, nodeB := activeOnAllowed(b)
	if okA != okB {
		return before(okA)
	}
	if a.Priority != b.Priority {
		return cmp.Compare(b.Priority, a.Priority)
	}
	if nodeA == nil || nodeB == nil {
		if nodeA == nodeB {
			return 0
		}
		return before(nodeA != nil)
	}
	if x, y := nodeA.available(), nodeB.available(); x != y {
		return before(x)
	}
	ca, cb := parentCell(a, nodeA), parentCell(b, nodeB)
	if !ca.in || !cb.in {
		if ca.in == cb.in {
			return 0
		}
		return before(ca.in)
	}
	if ca.count != cb.count {
		return cmp.Compare(int(ca.count), int(cb.count))
	}
	if fa, fb := a.anyFailed(), b.anyFailed(); fa != fb {
		return before(!fa)
	}
	if nodeA != nodeB {
		if c := cmp.Compare(p.score(b, nodeB), p.score(a, nodeA)); c != 0 {
			return c
		}
	}
	return cmp.Compare(a.Number, b.Number)
}

func before(yes bool) int {
	if yes {
		return -1
	}
	return 1
}

// parentCell is what the table of an instance's clone says of a node.
func parentCell(r *Resource, n *Node) cell {
	if r.Parent != nil {
		r = r.Parent
	}
	return r.allowed[n.Index]
}

// activeOnAllowed tells whether an instance is inactive or on a node that it
// may be on, and on which.
func activeOnAllowed(r *Resource) (bool, *Node) {
	now := r.current()
	if now == nil || r.allowed[now.Index].in && r.allowed[now.Index].score >= 0 {
		return true, now
	}
	return false, nil
}

func (r *Resource) anyFailed() bool {
	if r.Failed {
		return true
	}
	for _, k := range r.Children {
		if k.anyFailed() {
			return true
		}
	}
	return false
}

// score is colocationScore, found once for each instance.
func (p instanceOrder) score(r *Resource, n *Node) int {
	s, ok := p.scores[r]
	if !ok {
		s = p.colocationScore(r, n)
		p.scores[r] = s
	}
	return s
}

// colocationScore is what the clone's colocations say of an instance's node.
func (p *planner) colocationScore(r *Resource, n *Node) int {
	t := newTable(len(p.Nodes))
	t.put(n.Index, n.baseScore)
	for _, c := range p.thisWith(r.Parent) {
		p.beginMerge()
		p.mergeScores(c.primary, r, t, c, factorOf(c), 0)
	}
	for _, c := range p.withThis(r.Parent) {
		if c.hasInfluence(r) {
			p.beginMerge()
			p.mergeScores(c.dependent, r, t, c, factorOf(c), mergeNonNegative)
		}
	}
	return t[n.Index].score
}

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
