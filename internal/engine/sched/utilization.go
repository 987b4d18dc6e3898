package sched

import (
	"cmp"
	"slices"
	"sort"
	"strconv"

	"gpcs/internal/engine/graph"
)

// Utilization: nodes have capacities, resources take part of them.

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// consume takes a resource's needs from a node's free capacity, or, with sign
// -1, gives them back.
func (p *planner) consume(n *Node, r *Resource, sign int) {
	for _, need := range r.utilization {
		for i, have := range n.Utilization {
			if have.Name == need.Name {
				p.freeOf(n)[i] -= sign * number(need.Value)
			}
		}
	}
}

// freeOf returns a node's free capacity by attribute.
func (p *planner) freeOf(n *Node) []int {
	if n.free == nil {
		n.free = make([]int, len(n.Utilization))
		for i, a := range n.Utilization {
			n.free[i] = number(a.Value)
		}
	}
	return n.free
}

func (p *planner) freeNamed(n *Node, name string) (int, bool) {
	for i, a := range n.Utilization {
		if a.Name == name {
			return p.freeOf(n)[i], true
		}
	}
	return 0, false
}

// compareCapacity is below 0 where a has more free capacity than b: counted
// are the attributes of which a node has more.
func (p *planner) compareCapacity(a, b *Node) int {
	result := 0
	for _, at := range a.Utilization {
		x, _ := p.freeNamed(a, at.Name)
		y, _ := p.freeNamed(b, at.Name)
		result -= cmp.Compare(x, y)
	}
	for _, at := range b.Utilization {
		if _, ok := p.freeNamed(a, at.Name); ok {
			continue
		}
		y, _ := p.freeNamed(b, at.Name)
		result -= cmp.Compare(0, y)
	}
	return result
}

func (p *planner) fits(n *Node, needs Values) bool {
	for _, need := range needs {
		if have, _ := p.freeNamed(n, need.Name); number(need.Value) > have {
			return false
		}
	}
	return true
}

// limitUtilization bans nodes that are too small: for all that must be
// together, or, where no node can hold that, for the resource alone. Then the
// node with most free capacity is returned as the one to prefer.
func (p *planner) limitUtilization(r *Resource) *Node {
	if p.Config.Placement == "default" {
		return nil
	}
	all := p.together(r, r, nil)
	if len(all) == 0 {
		return nil
	}
	if !slices.Contains(all, r) {
		all = append(all, r)
	}
	var sum Values
	for _, o := range all {
		p.addNeeds(&sum, o, all)
	}
	var most *Node
	capable := false
	for _, n := range p.walked() {
		if c := r.allowed[n.Index]; !c.in || c.score < 0 || !n.available() {
			continue
		}
		capable = capable || p.fits(n, sum)
		if most == nil || p.compareCapacity(n, most) < 0 {
			most = n
		}
	}
	if capable {
		most = nil
	} else {
		sum = r.utilization
	}
	for _, n := range p.Nodes {
		if c := r.allowed[n.Index]; c.in && c.score >= 0 && n.available() && !p.fits(n, sum) {
			p.banFrom(r, n)
		}
	}
	return most
}

// walked are the nodes in the order in which tables of them are walked.
func (p *planner) walked() []*Node {
	if p.tableOrder == nil {
		p.tableOrder = tableOrder(p.Nodes)
	}
	return p.tableOrder
}

// addNeeds adds what a resource without a node needs on one; of what has parts
// those that are to be on one node and not counted in all for themselves.
func (p *planner) addNeeds(sum *Values, r *Resource, all []*Resource) {
	if !r.provisional {
		return
	}
	switch r.Kind {
	case Primitive:
		for _, a := range r.utilization {
			sum.set(a.Name, strconv.Itoa(number(sum.Get(a.Name))+number(a.Value)))
		}
	case Group:
		members := r.Children
		if !r.movesAsOne() {
			members = members[:min(1, len(members))]
		}
		for _, m := range members {
			if !slices.Contains(all, m) {
				p.addNeeds(sum, m, all)
			}
		}
	case Clone:
		if len(r.Children) > 0 && !anyInstanceIn(r, all) {
			p.addNeeds(sum, r.Children[0], all)
		}
	case Bundle:
		if reps := r.Replicas(); len(reps) > 0 {
			p.addNeeds(sum, reps[0].Container, all) // all are alike
		}
	}
}

// movesAsOne tells whether a group's members are on one node.
func (r *Resource) movesAsOne() bool {
	return r.colocated() || r.Parent != nil && r.Parent.Kind == Clone
}

// anyInstanceIn tells whether an instance of a clone, or a member of one, is in a list.
func anyInstanceIn(r *Resource, list []*Resource) bool {
	for _, k := range r.Children {
		if slices.Contains(list, k) || slices.ContainsFunc(k.Children, func(m *Resource) bool { return slices.Contains(list, m) }) {
			return true
		}
	}
	return false
}

// together collects what has to be on one node with r.
func (p *planner) together(r, orig *Resource, list []*Resource) []*Resource {
	if slices.Contains(list, r) {
		return list
	}
	list = append(list, r)
	if r.Kind == Group && r.movesAsOne() {
		// The first and last members have the group's colocations.
		for _, m := range r.Children {
			list = p.together(m, orig, list)
		}
		return list
	}
	for _, c := range p.thisWith(r) {
		if c.primary != orig && c.score >= Infinity && c.attr == "" && p.affects(r, c.primary, c, true) == affectsLocation {
			list = p.together(c.primary, orig, list)
		}
	}
	for _, c := range p.withThis(r) {
		if c.dependent != orig && c.score >= Infinity && c.attr == "" && !(r.Kind == Clone && c.dependent.Kind != Clone) &&
			p.affects(c.dependent, r, c, true) == affectsLocation {
			list = p.together(c.dependent, orig, list)
		}
	}
	return list
}

// sortedForAssignment orders resources by what is lost if they get no place:
// priority, then the score where they are, then by the nodes they like best.
func (p *planner) sortedForAssignment() []*Resource {
	list := append([]*Resource(nil), p.Resources...)
	nodes := append([]*Node(nil), p.Nodes...)
	base := newTable(len(p.Nodes))
	for _, n := range p.Nodes {
		base.put(n.Index, n.baseScore)
	}
	sort.SliceStable(nodes, func(i, j int) bool { return p.nodeBefore(base, nodes[i], nodes[j], nil) })
	tables := map[*Resource]table{}
	for _, r := range list {
		tables[r] = p.tableWithPrimaries(r)
	}
	sort.SliceStable(list, func(i, j int) bool { return p.assignedEarlier(list[i], list[j], tables, nodes) })
	return list
}

// tableWithPrimaries is a resource's node table with the wishes of all that it
// is to be with; a group's last member depends on all the others.
func (p *planner) tableWithPrimaries(r *Resource) table {
	m := r
	if r.Kind == Group && len(r.Children) > 0 {
		r.mergingOnto = true
		defer func() { r.mergingOnto = false }()
		m = r.Children[len(r.Children)-1]
	}
	t := m.allowed.clone()
	if p.anyUsable(t) {
		m.mergingOnto = true
		p.mergeFurther(m, m, t, 1, mergeThisWith)
		m.mergingOnto = false
	}
	return t
}

func (p *planner) assignedEarlier(a, b *Resource, tables map[*Resource]table, nodes []*Node) bool {
	if a.Priority != b.Priority {
		return a.Priority > b.Priority
	}
	score := func(r *Resource, n *Node) int {
		if n == nil || !tables[r][n.Index].in {
			return -Infinity
		}
		return tables[r][n.Index].score
	}
	if x, y := score(a, a.current()), score(b, b.current()); x != y {
		return x > y
	}
	for _, n := range nodes {
		if x, y := score(a, n), score(b, n); x != y {
			return x > y
		}
	}
	return false
}

// showCapacity notes what nodes have to give, or have left.
func (p *planner) showCapacity(title string) {
	if !p.opts.ShowUtilization {
		return
	}
	for _, n := range p.Nodes {
		if n.closed {
			continue // a container has what its host gives it
		}
		free := make(Values, len(n.Utilization))
		for i, a := range n.Utilization {
			free[i] = graph.Attr{Name: a.Name, Value: strconv.Itoa(p.freeOf(n)[i])}
		}
		p.reckon(Reckoning{Kind: Capacity, Stage: title, Node: n.Name, Amounts: free})
	}
}

// showUse notes what a resource takes of the node that it is placed on.
func (p *planner) showUse(r *Resource, n *Node) {
	if p.opts.ShowUtilization {
		p.reckon(Reckoning{Kind: Use, Stage: "pcmk__assign_resource", Resource: r.ID, Node: n.Name, Amounts: r.utilization})
	}
}
