package sched

import "strings"

// Bundles: containers made from one image, each with an address, and with a
// resource inside (Pacemaker Explained, "Bundles"). What the configuration
// only implies - containers, addresses, connections, the clone of the inner
// resource - is made in unpack_bundle.go.

// Replica is one container of a bundle with what belongs to it.
type Replica struct {
	Number     int
	Address    string    // "" without ip-range-start
	Container  *Resource // the docker or podman resource
	IP         *Resource // nil without an address
	Connection *Resource // nil without an inner resource
	Inner      *Resource // instance of the inner resource, or nil
	Node       *Node     // guest node inside the container, or nil
}

// bundle holds what makes a resource a bundle.
type bundle struct {
	def      bundleDef
	clone    *Resource // of the inner resource, nil without one
	replicas []*Replica
}

// Replicas returns a bundle's replicas; nil for other resources.
func (r *Resource) Replicas() []*Replica {
	if r.bundle == nil {
		return nil
	}
	return r.bundle.replicas
}

// enclosing returns the bundle that a resource is, or is part of, or nil.
func (r *Resource) enclosing() *Resource {
	for ; r != nil; r = r.Parent {
		if r.Kind == Bundle {
			return r
		}
	}
	return nil
}

func (r *Resource) bundled() bool { return r.enclosing() != nil }

// replica returns the replica that a container, address, connection or inner
// instance belongs to, or nil.
func (r *Resource) replica() *Replica {
	b := r.enclosing()
	if b == nil {
		return nil
	}
	for _, rep := range b.Replicas() {
		if r == rep.Container || r == rep.IP || r == rep.Connection || r == rep.Inner {
			return rep
		}
	}
	return nil
}

// instances are what is distributed over nodes: of a clone its instances, of
// a bundle its containers.
func (r *Resource) instances() []*Resource {
	if r.Kind != Bundle {
		return r.Children
	}
	var list []*Resource
	for _, rep := range r.Replicas() {
		list = append(list, rep.Container)
	}
	return list
}

// inside returns what runs in a bundle's container, or nil.
func (r *Resource) inside() *Resource {
	if rep := r.containerOf(); rep != nil {
		return rep.Inner
	}
	return nil
}

// containerOf returns the replica whose container r is, or nil.
func (r *Resource) containerOf() *Replica {
	if r.Parent == nil || r.Parent.Kind != Bundle {
		return nil
	}
	for _, rep := range r.Parent.Replicas() {
		if rep.Container == r {
			return rep
		}
	}
	return nil
}

// inBundleNode tells whether r is the resource inside a bundle, or an instance of it.
func (r *Resource) inBundleNode() bool {
	b := r.enclosing()
	return b != nil && b.bundle.clone != nil && r.Top() == b.bundle.clone
}

// host is the node that a bundle node's container is, or shall be, on; other
// nodes are their own host.
func (n *Node) host() *Node {
	if n != nil && n.inBundle && n.Connection != nil && n.Connection.ContainedBy != nil {
		return n.Connection.ContainedBy.assignedTo
	}
	return n
}

// attributesFor are the attributes of a node that count for r: with
// container-attribute-target=host those of a guest's host.
func (n *Node) attributesFor(r *Resource) Values {
	if n.Kind != GuestNode || !strings.EqualFold(r.Meta.Get("container-attribute-target"), "host") ||
		n.Connection == nil || n.Connection.ContainedBy == nil {
		return n.Attributes
	}
	by := n.Connection.ContainedBy
	host := by.assignedTo
	if r.provisional {
		host = by.current()
	}
	if host == nil {
		return nil
	}
	return host.Attributes
}
