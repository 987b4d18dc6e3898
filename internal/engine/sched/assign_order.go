package sched

import "cmp"

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
