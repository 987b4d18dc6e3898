package sched

import "slices"

// activeOnDead fences a node that is gone but where a managed resource runs.
func (c *Cluster) activeOnDead(r *Resource, n *Node) {
	switch {
	case n.Kind == GuestNode:
		r.Failed, r.stopIfFailed = true, true
		c.fenceNode(n, r.ID+" is thought to be active there", false)
	case !c.Config.Fencing:
	case n.Kind == RemoteNode && n.Connection != nil && !n.Connection.Failed:
		n.Unseen = true
		c.fenceNode(n, r.ID+" is active there (fencing will be revoked if remote connection can be re-established elsewhere)", false)
	default:
		c.fenceNode(n, r.ID+" is thought to be active there", false)
	}
}

// setRunning notes that r, and what it belongs to, is active on n.
func (c *Cluster) setRunning(r *Resource, n *Node, failed bool) {
	if slices.Contains(r.RunningOn, n) {
		return
	}
	r.RunningOn = append(r.RunningOn, n)
	if r.Kind == Primitive {
		n.Active = append(n.Active, r)
		c.countPriority(r, n, failed)
		if n.Maintenance {
			r.Managed, r.Maintenance = false, true
		}
	}
	if !r.Managed {
		c.addScore(r, n, Infinity) // it stays where it is
		for p := r.Parent; p != nil && n.Online; p = p.Parent {
			if !slices.Contains(p.RunningOn, n) {
				p.RunningOn = append(p.RunningOn, n)
			}
		}
		return
	}
	if r.Kind == Primitive && len(r.RunningOn) > 1 {
		r.multiplyActive()
	}
	if r.Parent != nil {
		c.setRunning(r.Parent, n, false)
	}
}

// countPriority sums up the priorities of what is active on a node, for
// priority-fencing-delay; a promoted resource counts one more. What is active
// on a guest counts for its host, too.
func (c *Cluster) countPriority(r *Resource, n *Node, failed bool) {
	if r.Priority == 0 || failed {
		return
	}
	priority := r.Priority
	if r.Role == RolePromoted {
		priority++
	}
	n.priority += priority
	if n.Connection != nil && n.Connection.ContainedBy != nil {
		for _, host := range n.Connection.ContainedBy.RunningOn {
			host.priority += priority
		}
	}
}

func (r *Resource) multiplyActive() {
	switch r.multipleActive {
	case stopOnly:
		r.allowed.banAll()
	case blockMultiple:
		r.Managed, r.Blocked = false, true
		if p := r.Parent; p != nil && p.Kind == Group && p.multipleActive == blockMultiple {
			for _, k := range p.Children {
				k.Managed, k.Blocked = false, true
			}
		}
	case stopUnexpected:
		r.stopUnexpected = true
	}
}
