package sched

import (
	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// addBundleNodes adds the nodes inside a bundle's containers. They are hidden
// until their connections are made: resources before that do not know them.
func (c *Cluster) addBundleNodes(e *cib.Element) {
	d, ok := readBundle(e)
	if !ok || d.primitive == nil {
		return
	}
	for i := range d.replicas {
		id := d.connection(i, "", "").SelectAttrValue("id", "")
		known := c.nodeByID[id] != nil
		n := c.addNode(id, id, GuestNode, nil)
		n.Kind, n.Unclean, n.inBundle, n.hidden = GuestNode, false, true, !known
	}
}

// knownNodes is how many nodes there are for resources made now.
func (c *Cluster) knownNodes() int {
	count := 0
	for _, n := range c.Nodes {
		if !n.hidden {
			count++
		}
	}
	return count
}

// allowEverywhere fills a node table; no one but its own resources may run
// inside a container. The connection to a guest may be made from any node,
// also where resources need leave for that: the guest binds it.
func (c *Cluster) allowEverywhere(r *Resource) {
	if !c.Config.Symmetric && !isGuestConnection(r.XML) {
		return
	}
	for _, n := range c.Nodes {
		if !n.hidden && !n.closed && !r.allowed[n.Index].in {
			r.allowed.put(n.Index, n.baseScore)
		}
	}
}

// unpackBundle makes what a bundle consists of (scheduler-spec, sections 6 and 11).
func (c *Cluster) unpackBundle(r *Resource) {
	d, ok := readBundle(r.XML)
	b := &bundle{}
	r.bundle = b
	r.Interleave = value.True(r.Meta.Get("interleave"))
	if !ok {
		b.def = d
		return
	}
	r.CloneMax, r.CloneNodeMax, r.Unique = d.replicas, d.perHost, d.perHost > 1
	if d.primitive != nil {
		b.clone = c.newResource(d.innerClone(), r, -1)
		b.clone.Ordered = true
		r.Children = append(r.Children, b.clone)
	}
	addresses := d.addresses()
	b.def = d
	for i, address := range addresses {
		rep := &Replica{Number: i, Address: address}
		if b.clone != nil && i < len(b.clone.Children) {
			rep.Inner = b.clone.Children[i]
			rep.Inner.exclusiveDiscovery = true
		}
		b.replicas = append(b.replicas, rep)
	}
	for _, rep := range b.replicas {
		c.makeReplica(r, rep)
	}
}

// makeReplica makes the resources of one replica.
func (c *Cluster) makeReplica(r *Resource, rep *Replica) {
	d := &r.bundle.def
	add := func(e *cib.Element) *Resource {
		k := c.newResource(e, r, -1)
		k.Unique = true
		r.Children = append(r.Children, k)
		return k
	}
	rep.Container = add(d.container(rep.Number, rep.Address))
	if rep.Address != "" {
		rep.IP = add(d.ip(rep.Address))
	}
	if rep.Inner == nil {
		return
	}
	if rep.Address != "" {
		rep.Inner.Meta.set("external-ip", rep.Address)
	}
	// What runs inside counts for the host's capacity.
	for _, u := range rep.Inner.utilization {
		rep.Container.utilization.setDefault(u.Name, u.Value)
	}
	rep.Inner.utilization = nil // only the container takes room on a node
	def := d.connection(rep.Number, rep.Address, rep.Container.ID)
	n := c.nodeByID[def.SelectAttrValue("id", "")]
	c.closeNode(n, r)
	rep.Node = n
	rep.Connection = add(def)
	for _, m := range c.Nodes { // connections start from cluster nodes
		if cell := &rep.Connection.allowed[m.Index]; cell.in && m.Kind != Member {
			cell.score = -Infinity
		}
	}
	n.Connection = rep.Connection
	rep.Inner.allowed = newTable(len(c.Nodes))
	rep.Inner.allowed.put(n.Index, bundleNodeScore)
	rep.Inner.allowed[n.Index].probe = probeExclusive
	r.bundle.clone.allowed.put(n.Index, -Infinity)
	r.bundle.clone.allowed[n.Index].probe = probeNever
}

// bundleNodeScore is an inner instance's score for its own node at first.
const bundleNodeScore = 500

// closeNode keeps all resources, those of r included, off a bundle node.
func (c *Cluster) closeNode(n *Node, r *Resource) {
	n.hidden, n.closed, n.baseScore = false, true, -Infinity
	var ban func(r *Resource)
	ban = func(r *Resource) {
		if cell := &r.allowed[n.Index]; cell.in {
			cell.score, cell.probe = -Infinity, probeNever
		}
		for _, k := range r.Children {
			ban(k)
		}
	}
	for _, top := range c.Resources {
		ban(top)
	}
	for _, k := range r.Children {
		ban(k)
	}
}
