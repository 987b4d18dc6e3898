package status

import "slices"

// HistoryOwners returns the primitives whose history a cleanup of r is about:
// its own and, unless strict, those of the whole group or clone around it.
// Instances that share their history come once.
func (r *Resource) HistoryOwners(strict bool) []*Resource {
	if !strict {
		r = r.top()
	}
	var owners []*Resource
	for _, p := range r.primitives() {
		if !slices.ContainsFunc(owners, func(o *Resource) bool { return o.ID == p.ID }) {
			owners = append(owners, p)
		}
	}
	return owners
}

// NodesKnowing returns the nodes online that have a history of a primitive;
// if none has, all that are online.
func (v *View) NodesKnowing(r *Resource) []*Node {
	var known, online []*Node
	for _, n := range v.Nodes {
		if !n.Online {
			continue
		}
		if n.Kind == Member {
			online = append(online, n)
		}
		for _, h := range v.History {
			if h.Node == n && slices.Contains(h.Known, r.ID) {
				known = append(known, n)
			}
		}
	}
	if len(known) == 0 {
		return online
	}
	return known
}

// HasFailed tells whether an operation of a primitive failed on a node and
// was not cleaned up.
func (v *View) HasFailed(r *Resource, n *Node) bool {
	for _, h := range v.History {
		if h.Node == n && slices.ContainsFunc(h.Resources, func(x ResourceHistory) bool { return x.ID == r.ID && x.FailCount != "" }) {
			return true
		}
	}
	return slices.ContainsFunc(v.Failed, func(o Operation) bool {
		return o.Node == n && (o.Resource == r.ID || o.Resource == r.Instance)
	})
}
