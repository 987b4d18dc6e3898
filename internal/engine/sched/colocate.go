package sched

import "math"

// nodeValue is the value by which a colocation compares nodes for a resource.
// What is colocated with something inside a bundle has to be where the
// container is.
func (p *planner) nodeValue(r *Resource, n *Node, attr string) string {
	if n.inBundle && r != nil && r.inBundleNode() {
		if n = n.host(); n == nil {
			return ""
		}
	}
	if attr == "" || attr == "#uname" {
		return n.Name
	}
	v, _ := p.nodeAttribute(n, attr)
	return v
}

type influence int

const (
	affectsNothing influence = iota
	affectsLocation
	affectsRole
)

// roleHolder is the resource whose role counts for a member of a cloned group,
// or for a container.
func roleHolder(r *Resource) *Resource {
	if r.Parent != nil && r.Parent.Kind == Group && r.Parent.Number >= 0 {
		return r.Parent
	}
	if in := r.inside(); in != nil {
		return in
	}
	return r
}

// affects finds what a colocation means for the dependent in the present
// stage; with preview, what it would mean once the primary is assigned.
func (p *planner) affects(dep, prim *Resource, c *colocation, preview bool) influence {
	holder, primHolder := roleHolder(dep), roleHolder(prim)
	switch {
	case !preview && prim.provisional:
		return affectsNothing
	case c.depRole >= RoleUnpromoted && holder.Parent != nil && holder.Parent.Promotable && !holder.provisional:
		return affectsRole
	case !preview && !dep.provisional:
		return affectsNothing
	case c.depRole != RoleUnknown && c.depRole != holder.NextRole:
		return affectsNothing
	case c.primRole != RoleUnknown && c.primRole != primHolder.NextRole:
		return affectsNothing
	}
	return affectsLocation
}

// applyColocation changes the dependent's scores, or promotion priority, by
// where the primary is. Complex resources stand for what is in them. What it
// added to the priority is returned: a group is promoted as its members are.
func (p *planner) applyColocation(dep, prim *Resource, c *colocation, forDependent bool) int {
	if forDependent {
		switch dep.Kind {
		case Group:
			return p.applyToGroup(dep, prim, c)
		case Clone, Bundle:
			return 0 // its instances inherit the colocation
		}
	}
	switch prim.Kind {
	case Group:
		return p.applyFromGroup(dep, prim, c)
	case Clone:
		return p.applyFromClone(dep, prim, c)
	case Bundle:
		return p.applyFromBundle(dep, prim, c)
	}
	switch p.affects(dep, prim, c, false) {
	case affectsLocation:
		p.applyToScores(dep, prim, c)
	case affectsRole:
		return p.applyToPriority(dep, prim, c)
	}
	return 0
}

func (p *planner) applyToGroup(dep, prim *Resource, c *colocation) int {
	if len(dep.Children) == 0 {
		return 0
	}
	delta := 0
	switch {
	case dep.colocated():
		delta = p.applyColocation(dep.Children[0], prim, c, true)
	case c.score >= Infinity:
		return 0 // members that may be apart cannot all be bound to one place
	default:
		for _, m := range dep.Children {
			delta = addScores(delta, p.applyColocation(m, prim, c, true))
		}
	}
	dep.Priority = addScores(delta, dep.Priority)
	return delta
}

func (p *planner) applyFromGroup(dep, prim *Resource, c *colocation) int {
	switch {
	case prim.provisional || len(prim.Children) == 0:
	case !prim.colocated() && c.score >= Infinity:
	case !prim.colocated():
		return p.applyFromEach(dep, prim.Children, c)
	case c.score >= Infinity:
		return p.applyColocation(dep, prim.Children[len(prim.Children)-1], c, false)
	default:
		return p.applyColocation(dep, prim.Children[0], c, false)
	}
	return 0
}

func (p *planner) applyFromEach(dep *Resource, prims []*Resource, c *colocation) int {
	delta := 0
	for _, k := range prims {
		delta = addScores(delta, p.applyColocation(dep, k, c, false))
	}
	return delta
}

func (p *planner) applyToScores(dep, prim *Resource, c *colocation) {
	value := ""
	if prim.assignedTo != nil {
		value = p.nodeValue(prim, prim.assignedTo, c.attr)
	} else if c.score < 0 {
		return
	}
	before := p.keep(dep.allowed)
	defer p.drop(before)
	for _, n := range p.Nodes {
		cell := &dep.allowed[n.Index]
		if !cell.in {
			continue
		}
		switch {
		case prim.assignedTo == nil:
			cell.score = addScores(-c.score, cell.score)
		case p.nodeValue(dep, n, c.attr) == value:
			// Where it has to be it has to be: no score makes that more so.
			if c.score < Infinity {
				cell.score = addScores(c.score, cell.score)
			}
		case c.score >= Infinity:
			cell.score = -Infinity
		}
	}
	if !c.mandatory() && !p.anyUsable(dep.allowed) {
		copy(dep.allowed, before)
	}
}

// applyToPriority changes the promotion priority of a dependent that has its
// node already. A primary without a node is nowhere the dependent could be.
func (p *planner) applyToPriority(dep, prim *Resource, c *colocation) int {
	if dep.assignedTo == nil {
		return 0
	}
	value := ""
	if prim.assignedTo != nil {
		if c.primRole != RoleUnknown && c.primRole != roleHolder(prim).NextRole {
			return 0
		}
		value = p.nodeValue(prim, prim.assignedTo, c.attr)
	}
	delta := c.score
	if p.nodeValue(dep, dep.assignedTo, c.attr) != value {
		if c.score < Infinity || c.depRole != RolePromoted {
			return 0
		}
		delta = -Infinity
	} else if c.depRole == RoleUnpromoted {
		delta = -delta
	}
	dep.Priority = addScores(delta, dep.Priority)
	return delta
}

// mergeFlags say how dependents' wishes are merged.
type mergeFlags int

const (
	mergeNonNegative mergeFlags = 1 << iota // no wish may make a node unusable
	mergeActive                             // drop the whole if no node is left
	mergeThisWith                           // follow primaries, not dependents
)

// undecided marks a node that a merge would have made unusable.
const undecided = -100 * Infinity

// addDependentScores merges the wishes of a colocation's dependent into the
// node table of the primary.
func (p *planner) addDependentScores(c *colocation, target *Resource) {
	if !c.hasInfluence(nil) {
		return
	}
	flags := mergeActive
	if target.Kind == Clone {
		flags |= mergeNonNegative
	}
	p.mergeInto(target, c, flags)
}

// mergeInto merges the wishes of a colocation's dependent into the table of
// target, which stays as it is until all are known: they may go by it.
func (p *planner) mergeInto(target *Resource, c *colocation, flags mergeFlags) {
	work := p.keep(target.allowed)
	defer p.drop(work)
	p.beginMerge()
	p.mergeScores(c.dependent, target, work, c, factorOf(c), flags)
	copy(target.allowed, work)
}

// beginMerge starts the count of what one merge follows.
func (p *planner) beginMerge() { p.merge, p.merges = p.merge+1, 0 }

func factorOf(c *colocation) float32 { return float32(c.score) / float32(Infinity) }

// mergeScores adds, to each node of a table, factor times the best score that
// source has on nodes alike, then what source's own dependents wish.
func (p *planner) mergeScores(source, target *Resource, nodes table, c *colocation, factor float32, flags mergeFlags) {
	if source.mergingOnto {
		return
	}
	source.mergingOnto = true
	defer func() { source.mergingOnto = false }()
	if source.Kind == Group {
		if len(source.Children) == 0 {
			return
		}
		p.mergeScores(source.Children[0], target, nodes, c, factor, flags)
		return
	}
	before := p.keep(nodes)
	defer p.drop(before)
	if flags&mergeThisWith == 0 || c != nil {
		p.addMatching(nodes, source, target, c, factor, flags&mergeNonNegative != 0)
	}
	if p.anyUsable(nodes) {
		p.mergeFurther(source, target, nodes, factor, flags)
	} else if flags&mergeActive != 0 {
		copy(nodes, before)
		return
	}
	if flags&mergeNonNegative != 0 {
		for i := range nodes {
			if nodes[i].in && nodes[i].score == undecided {
				nodes[i].score = 1
			}
		}
	}
}

// keep copies a node table into one that drop gives back for use by the next.
func (p *planner) keep(t table) table {
	if n := len(p.spare); n > 0 && len(p.spare[n-1]) == len(t) {
		kept := p.spare[n-1]
		p.spare = p.spare[:n-1]
		copy(kept, t)
		return kept
	}
	return t.clone()
}

func (p *planner) drop(t table) { p.spare = append(p.spare, t) }

// mergeFree is how many wishes a merge follows by every way that leads to them.
// In a net of colocations that go in circles the ways are more than any time
// suffices for: after that many each colocation is followed once. A recorded
// cluster of ordinary size takes more than a thousand.
const mergeFree = 10000

func (p *planner) mergeFurther(source, target *Resource, nodes table, factor float32, flags mergeFlags) {
	this := flags&mergeThisWith != 0
	list := p.withThis(source)
	if this {
		list = p.thisWith(source)
	}
	for _, c := range list {
		other := c.dependent
		if this {
			other = c.primary
		} else if !c.hasInfluence(nil) {
			continue
		}
		p.merges++
		if c.followedIn == p.merge && p.merges > mergeFree {
			continue
		}
		c.followedIn = p.merge
		p.mergeScores(other, target, nodes, c, factor*factorOf(c), flags|mergeActive)
	}
}

func (p *planner) addMatching(nodes table, source, target *Resource, c *colocation, factor float32, nonNegative bool) {
	attr := ""
	if c != nil {
		attr = c.attr
	}
	wishes := p.wishes(source, c)
	for _, n := range p.Nodes {
		cell := &nodes[n.Index]
		if !cell.in || cell.score == undecided {
			continue
		}
		best := p.bestScoreLike(source, wishes, target, n, attr)
		if factor < 0 && best < 0 {
			// What a dependent avoids is no reason to go there, except where
			// there is no other place for the dependent.
			if c == nil || !c.hasInfluence(target) || target.Stickiness >= -best || !p.onlyOneNode(source) {
				continue
			}
		}
		f := float64(factor * float32(best))
		delta := int(math.Trunc(f + math.Copysign(0.5, f)))
		if f == 0 {
			delta = 0
		}
		if delta == 0 && best != 0 {
			switch {
			case factor > 0:
				delta = 1
			case factor < 0:
				delta = -1
			}
		}
		sum := addScores(delta, cell.score)
		if nonNegative && sum < 0 {
			if cell.score > 0 {
				cell.score = undecided
			}
			if cell.score == 0 || cell.score == undecided {
				continue
			}
		}
		cell.score = sum
	}
}

// wishes is the node table by which a resource is colocated. A member of a
// group other than the first has no part in the group's location constraints
// of its own; what was colocated with it by name goes by them all the same.
func (p *planner) wishes(r *Resource, c *colocation) table {
	g := r.Parent
	if c == nil || c.dependent != r || !c.explicit || g == nil || g.Kind != Group || g.Children[0] == r {
		return r.allowed
	}
	own := r.allowed
	defer func() { r.allowed = own }()
	r.allowed = own.clone()
	for _, l := range g.locations {
		p.applyScores(r, l, false)
	}
	return r.allowed
}

// bestScoreLike is the best score that wishes has for usable nodes that are to
// source what n is to target.
func (p *planner) bestScoreLike(source *Resource, wishes table, target *Resource, n *Node, attr string) int {
	if p.distinct && (attr == "" || attr == "#uname") {
		// Only the node itself has that name.
		if c := wishes[n.Index]; c.in && n.available() {
			return max(c.score, -Infinity)
		}
		return -Infinity
	}
	return p.bestScore(source, wishes, attr, p.nodeValue(target, n, attr))
}

// bestScore is the best score that a table has for usable nodes with that value.
func (p *planner) bestScore(r *Resource, t table, attr, value string) int {
	best := -Infinity
	for _, n := range p.Nodes {
		if c := t[n.Index]; c.in && c.score > best && n.available() && p.nodeValue(r, n, attr) == value {
			best = c.score
		}
	}
	return best
}

func (p *planner) onlyOneNode(r *Resource) bool {
	count := 0
	for _, c := range r.allowed {
		if c.in && c.score >= 0 {
			count++
		}
	}
	return count == 1
}
