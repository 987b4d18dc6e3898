package sched

import "slices"

// Ban is what one location constraint, or one of its rules, forbids a resource.
type Ban struct {
	ID           string // of the constraint or the rule
	Resource     *Resource
	Node         *Node
	Score        int // below 0
	PromotedOnly bool
}

// Bans lists what location constraints forbid, the last constraint first. It is
// for showing a cluster that is not scheduled any more.
func (c *Cluster) Bans() []Ban {
	p := &planner{Cluster: c}
	for _, e := range p.section("constraints") {
		if e.Tag == "rsc_location" {
			p.unpackLocation(e)
		}
	}
	var bans []Ban
	for _, l := range slices.Backward(p.locs) {
		for _, n := range slices.Backward(l.nodes) {
			if n.score < 0 {
				bans = append(bans, Ban{l.id, l.rsc, n.node, n.score, l.role == RolePromoted})
			}
		}
	}
	return bans
}
