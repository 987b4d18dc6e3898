package sched

import (
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// baseName strips the instance number of a clone: "db:1" is "db".
func baseName(id string) string {
	i := strings.LastIndexByte(id, ':')
	if i <= 0 || i == len(id)-1 {
		return id
	}
	for _, ch := range []byte(id[i+1:]) {
		if !isDigit(ch) {
			return id
		}
	}
	return id[:i]
}

// findForHistory finds the resource that a history of that name on n is
// about. Instances of anonymous clones have no identity of their own: the
// history goes to whichever fits.
func (c *Cluster) findForHistory(n *Node, id string) *Resource {
	r := c.rscByID[id]
	if r != nil && r.Kind != Primitive {
		return nil // it was a primitive when it ran
	}
	if r == nil {
		// Old histories number anonymous clones, new ones do not.
		base := c.rscByID[baseName(id)+":0"]
		if base == nil || base.Unique {
			if base == nil {
				return nil
			}
			return c.rscByID[id]
		}
		r = base
	}
	if r.Number < 0 || r.Unique {
		return r
	}
	clone := r.Parent
	for clone != nil && clone.Kind != Clone {
		clone = clone.Parent
	}
	if clone == nil {
		return r
	}
	if b := clone.enclosing(); b != nil {
		r = b.instanceInside(n)
		if r != nil && id != r.ID {
			r.HistoryName = id
		}
		return r
	}
	found := c.findInstance(clone, n, baseName(r.ID))
	if found != nil && id != found.ID {
		found.HistoryName = id
	}
	return found
}

// instanceInside is the instance of a bundle's inner resource on a bundle node.
func (r *Resource) instanceInside(n *Node) *Resource {
	for _, rep := range r.Replicas() {
		if rep.Node == n {
			return rep.Inner
		}
	}
	return nil
}

// findInstance finds the instance of an anonymous clone that the history of a
// member on n belongs to: one already active there, else the first that is
// nowhere, else a new one that has to go.
func (c *Cluster) findInstance(clone *Resource, n *Node, member string) *Resource {
	var inactive *Resource
	skipInactive := false
	for _, inst := range clone.Children {
		if locs := inst.currentNodes(); len(locs) > 0 {
			if locs[0] != n {
				continue
			}
			child := inst.member(member)
			if child == nil {
				continue
			}
			if len(child.RunningOn) > 0 {
				// A second history on one node dates from when instances were told apart.
				skipInactive = true
				continue
			}
			return child
		}
		child := inst.member(member)
		if child == nil || skipInactive || inactive != nil {
			continue
		}
		if child.PendingNode == nil || child.PendingNode == n {
			if inst.shutdownLockedElsewhere(n) {
				continue
			}
			inactive = child
		}
	}
	if skipInactive || inactive != nil && c.mayNotCount(inactive, clone, n) {
		inactive = nil
	}
	if inactive == nil {
		if inst := c.addInstance(clone, len(clone.Children)); inst != nil {
			markRemoved(inst)
			inactive = inst.member(member)
		}
	}
	return inactive
}

// mayNotCount tells of an instance on a lost node that could be started
// elsewhere without fencing: it must not use up one of the clone's numbers.
func (c *Cluster) mayNotCount(r, clone *Resource, n *Node) bool {
	return r.requires < requiresFencing && (!n.Online || n.Unclean) && n.Kind != GuestNode && clone.CloneMax != len(c.Nodes)
}

func markRemoved(r *Resource) {
	r.Removed = true
	for _, k := range r.Children {
		markRemoved(k)
	}
}

func (r *Resource) shutdownLockedElsewhere(n *Node) bool {
	return r.LockNode != nil && r.LockNode != n
}

// currentNodes are the nodes where r, or anything in it, is active.
func (r *Resource) currentNodes() []*Node {
	if r.Kind == Primitive {
		return r.RunningOn
	}
	var out []*Node
	for _, k := range r.Children {
		for _, n := range k.currentNodes() {
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// member finds what has that name without number: the instance or a member of it.
func (r *Resource) member(base string) *Resource {
	if baseName(r.ID) == base {
		return r
	}
	for _, k := range r.Children {
		if m := k.member(base); m != nil {
			return m
		}
	}
	return nil
}

// removedResource makes a resource that only the history knows. It is
// stopped, or left unmanaged where the cluster shall not touch such.
func (c *Cluster) removedResource(e *cib.Element) *Resource {
	id := e.SelectAttrValue("id", "")
	def := cib.NewElement("primitive", "id", id)
	for _, a := range []string{"class", "provider", "type"} {
		if v := e.SelectAttrValue(a, ""); v != "" {
			def.CreateAttr(a, v)
		}
	}
	r := c.newResource(def, nil, -1)
	r.Removed = true
	c.hasDevice = c.hasDevice || r.isFenceDevice
	c.Resources = append(c.Resources, r)
	if r.isRemoteConn {
		c.removedRemote(r)
	}
	if !c.Config.StopRemoved {
		r.Managed = false
	} else {
		c.banFrom(r, nil)
	}
	return r
}

// removedRemote makes the node of a remote connection that was removed from
// the configuration: there is something on it, but nothing may come to it.
func (c *Cluster) removedRemote(r *Resource) {
	n := c.nodeByID[r.ID]
	if n == nil {
		n = c.insertNode(r.ID)
	}
	n.Connection, n.ShuttingDown = r, true
}

// insertNode adds a remote node that only the status tells of, in node order.
// It is in no one's node table that was filled before.
func (c *Cluster) insertNode(id string) *Node {
	n := c.addNode(id, id, RemoteNode, nil)
	c.sortNodes()
	at := n.Index
	for _, r := range c.All {
		r.allowed = slices.Insert(r.allowed, at, cell{})
		r.knownOn = slices.Insert(r.knownOn, at, false)
		clear(r.params) // they are kept by the node's number
	}
	return n
}

// linkRemovedFillers ties removed resources to what launched them, once the
// whole history of a node is read.
func (c *Cluster) linkRemovedFillers(list *cib.Element) {
	for _, e := range list.SelectElements("lrm_resource") {
		r, by := c.rscByID[e.SelectAttrValue("id", "")], c.rscByID[e.SelectAttrValue("container", "")]
		if r == nil || by == nil || !r.Removed || r.ContainedBy != nil {
			continue
		}
		r.ContainedBy = by
		by.fillers = append(by.fillers, r)
		if n := c.nodeByID[r.ID]; n != nil && n.Connection == r {
			n.Kind = GuestNode
		}
	}
}

// readShutdownLock keeps a resource on a node that was shut down cleanly, for
// as long as shutdown-lock-limit allows.
func (c *Cluster) readShutdownLock(r *Resource, n *Node, e *cib.Element) {
	at, ok := value.Int(e.SelectAttrValue("shutdown-lock", ""))
	if !ok || at <= 0 {
		return
	}
	if limit := c.Config.ShutdownLockLimit; limit > 0 && c.Now > at+limit {
		c.early = append(c.early, earlyAction{rsc: r, node: n, task: taskDeleteHistory})
		return
	}
	r.LockNode, r.LockTime = n, at
}
