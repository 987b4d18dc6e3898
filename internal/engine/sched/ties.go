package sched

import (
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/cib"
)

// Ties are the constraints of a configuration by the resources that they are
// about: what crm_resource --constraints shows.
type Ties struct{ Cluster *Cluster }

// LocationTie is the score that one location constraint, or a rule of it,
// gives a resource on one node.
type LocationTie struct {
	ID    string // of the constraint or the rule
	Node  *Node
	Score int
}

// ColocationTie is a colocation of two resources. Roles are RoleUnknown where
// the constraint is about any.
type ColocationTie struct {
	ID                         string // of the constraint or the set
	Dependent, Primary         *Resource
	DependentRole, PrimaryRole Role
	Score                      int
	Attribute                  string // the node attribute that has to be equal
}

// Constraints reads the constraints of a document. Nothing is placed.
func Constraints(doc *cib.Document, opts Options) (*Ties, error) {
	c, err := Unpack(doc, opts)
	if err != nil {
		return nil, err
	}
	p := &planner{Cluster: c, opts: opts, single: map[string]*action{}, distinct: c.distinctNodes()}
	p.unpackConstraints()
	return &Ties{Cluster: c}, nil
}

// Locations are the location scores of a resource, the last constraint first.
func (t *Ties) Locations(r *Resource) []LocationTie {
	var list []LocationTie
	for _, l := range slices.Backward(r.locations) {
		for _, n := range slices.Backward(l.nodes) {
			list = append(list, LocationTie{ID: l.id, Node: n.node, Score: n.score})
		}
	}
	return list
}

// With are the colocations in which r follows another resource.
func (t *Ties) With(r *Resource) []ColocationTie { return colocationTies(r.colocThis) }

// Followers are the colocations in which another resource follows r.
func (t *Ties) Followers(r *Resource) []ColocationTie { return colocationTies(r.colocWith) }

func colocationTies(list []*colocation) []ColocationTie {
	var ties []ColocationTie
	for _, c := range list {
		attr := c.attr
		if attr == "" {
			attr = "#uname"
		}
		ties = append(ties, ColocationTie{ID: c.id, Dependent: c.dependent, Primary: c.primary,
			DependentRole: c.depRole, PrimaryRole: c.primRole, Score: c.score, Attribute: attr})
	}
	return ties
}

// Unhealthy tells whether the health of a node keeps a resource from it.
func (c *Cluster) Unhealthy(r *Resource, n *Node) bool {
	c.readHealth(n) // the status says nothing of a node that was never seen
	return c.Config.HealthStrategy != "none" && !r.allowUnhealthy && addScores(c.Config.healthBase(), n.Health) < 0
}

// Find returns a resource by an instance id, a name of the history, or the id
// that the configuration has; nil if there is none.
func (c *Cluster) Find(id string) *Resource {
	if r := c.Named(id); r != nil {
		return r
	}
	for _, r := range c.All {
		if r.Number >= 0 && strings.TrimSuffix(r.ID, ":"+strconv.Itoa(r.Number)) == id {
			return r
		}
	}
	return nil
}

// Params are the instance attributes of a resource on a node; with nil those
// that no rule ties to a node.
func (c *Cluster) Params(r *Resource, n *Node) Values { return c.params(r, n) }
