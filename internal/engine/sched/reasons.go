package sched

// Read access to what led to a decision, for those that explain it. All of it
// is complete once Schedule has returned.

// Preference is what one location constraint, or a rule of one, says of a
// resource on a node.
type Preference struct {
	Constraint string // id of the constraint or of its rule
	Node       *Node
	Score      int
}

// Preferences lists the location constraints that stand for r or for what
// contains it. Those for the promoted role only are left out.
func (r *Resource) Preferences() []Preference {
	var out []Preference
	for k := r; k != nil; k = k.Parent {
		for _, l := range k.locations {
			if l.role == RolePromoted {
				continue
			}
			for _, ns := range l.nodes {
				out = append(out, Preference{l.id, ns.node, ns.score})
			}
		}
	}
	return out
}

// Partner is a resource that another one wants to be with, or, with a
// negative score, apart from.
type Partner struct {
	Constraint string
	Resource   *Resource
	Score      int
	Role       Role // that the partner has to have, RoleUnknown for any
}

// Partners lists the colocations in which r, or what contains it, depends on
// another resource. The members of one group are not among them.
func (r *Resource) Partners() []Partner {
	var out []Partner
	for k := r; k != nil; k = k.Parent {
		for _, c := range k.colocThis {
			if c.primary.Top() != r.Top() {
				out = append(out, Partner{c.id, c.primary, c.score, c.primRole})
			}
		}
	}
	return out
}

// Score returns the placement score that r ended up with on a node. ok is
// false where the node was not considered.
func (r *Resource) Score(n *Node) (score int, ok bool) {
	if n.Index >= len(r.allowed) || !r.allowed[n.Index].in {
		return 0, false
	}
	return r.allowed[n.Index].score, true
}

// KnownOn tells whether a node's history says in which state r is there.
func (r *Resource) KnownOn(n *Node) bool { return n.Index < len(r.knownOn) && r.knownOn[n.Index] }

// Assigned is the node that r is to be on, nil for none.
func (r *Resource) Assigned() *Node { return r.assignedTo }

// MigrationThreshold is the number of failures from which on r is kept from a
// node, 0 for no such limit.
func (r *Resource) MigrationThreshold() int { return r.migrationThreshold }

// Fits tells whether what a node has to give would do for what r alone needs,
// were the node empty.
func (r *Resource) Fits(n *Node) bool {
	for _, need := range r.utilization {
		if have := n.Utilization.Get(need.Name); number(need.Value) > number(have) {
			return false
		}
	}
	return true
}

// LacksDevice tells whether nothing is started because fencing is on and no
// device or watchdog could carry it out.
func (c *Cluster) LacksDevice() bool { return c.Config.Fencing && !c.hasDevice }

// Defined is the id in the configuration: that of the primitive for all
// instances of a clone.
func (r *Resource) Defined() string { return r.XML.SelectAttrValue("id", r.ID) }
