package sched

// Orderings that cannot hold are dropped once all flags have settled.

// dropInvalidOrderings drops orderings between a guest's inside and its
// container that a user made, and wishes of capacity that would close a
// circle: of two resources that change places by migration each would wait for
// the other to leave.
func (p *planner) dropInvalidOrderings() {
	for i := len(p.actions) - 1; i >= 0; i-- {
		a := p.actions[i]
		for j := len(a.before) - 1; j >= 0; j-- {
			if p.isInvalid(a, a.before[j]) {
				a.before[j].flags = 0
			}
		}
	}
}

func (p *planner) isInvalid(a *action, in *relation) bool {
	f := in.action
	if in.flags&guestAllowed == 0 && f.rsc != nil && a.rsc.launches(f.node) {
		return true
	}
	return in.flags == ifOnSameNodeOrTarget && a.rsc != nil && a.task == taskMigrateTo && p.isInput(a, in) && p.waitsFor(f, a)
}

// launches tells whether a node lives inside a resource.
func (r *Resource) launches(n *Node) bool {
	return r != nil && len(r.fillers) > 0 && n != nil && n.Connection != nil && n.Connection.ContainedBy == r
}

// waitsFor tells whether an action comes after target in the graph.
func (p *planner) waitsFor(a, target *action) bool {
	seen := map[*action]bool{}
	var walk func(a *action) bool
	walk = func(a *action) bool {
		if a == target {
			return true
		}
		if seen[a] {
			return false
		}
		seen[a] = true
		for _, in := range a.before {
			if p.isInput(a, in) && walk(in.action) {
				return true
			}
		}
		return false
	}
	return walk(a)
}
