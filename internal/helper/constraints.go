package helper

import (
	"fmt"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

// Constraints lists the location and colocation constraints of a resource and
// of those next to it: crm_resource --constraints. With all the colocations
// are followed to their end, which is --stack.
type Constraints struct {
	Ties     *sched.Ties
	Resource *sched.Resource
	All      bool
}

// side is one direction in which colocations are followed.
type side struct {
	title  string // %s is the resource at hand
	needs  string // how the role of the primary is worded
	follow func(*sched.Resource) []sched.ColocationTie
	other  func(sched.ColocationTie) *sched.Resource
}

func (c Constraints) sides() []side {
	return []side{
		{"Resources colocated with %s:", "needs", c.Ties.Followers, func(t sched.ColocationTie) *sched.Resource { return t.Dependent }},
		{"Resources %s is colocated with:", "with", c.Ties.With, func(t sched.ColocationTie) *sched.Resource { return t.Primary }},
	}
}

// Text prints the list; nothing where there is no constraint.
func (c Constraints) Text() string {
	var o outline
	c.locationText(&o, c.Resource)
	for _, s := range c.sides() {
		c.colocationText(&o, s, c.Resource, map[*sched.Resource]bool{})
	}
	return o.b.String()
}

func (c Constraints) locationText(o *outline, r *sched.Resource) {
	list := c.Ties.Locations(r)
	if len(list) == 0 {
		return
	}
	o.title("Locations:")
	for _, l := range list {
		o.item("Node %s (score=%s, id=%s, rsc=%s)", l.Node.Name, sched.ScoreText(l.Score), l.ID, r.ID)
	}
	o.depth--
}

func (c Constraints) colocationText(o *outline, s side, r *sched.Resource, seen map[*sched.Resource]bool) {
	list := s.follow(r)
	if seen[r] || len(list) == 0 {
		return
	}
	seen[r] = true
	o.title(s.title, r.ID)
	for _, t := range list {
		other := s.other(t)
		if seen[other] {
			o.item("%s (id=%s - loop)", other.ID, t.ID)
			continue
		}
		role := ""
		if t.PrimaryRole > sched.RoleStarted {
			role = fmt.Sprintf("%s role=%s, ", s.needs, t.PrimaryRole)
		}
		o.item("%s (score=%s, %sid=%s)", other.ID, sched.ScoreText(t.Score), role, t.ID)
		o.depth++
		c.locationText(o, other)
		if c.All {
			c.colocationText(o, s, other, seen)
		}
		o.depth--
	}
	o.depth--
}

// XML prints the list as one element.
func (c Constraints) XML() *cib.Element {
	root := cib.NewElement("constraints")
	c.locationXML(root, c.Resource)
	for _, s := range c.sides() {
		c.colocationXML(root, s, c.Resource, map[*sched.Resource]bool{})
	}
	return root
}

func (c Constraints) locationXML(root *cib.Element, r *sched.Resource) {
	for _, l := range c.Ties.Locations(r) {
		root.AddChild(cib.NewElement("rsc_location", "node", l.Node.Name, "rsc", r.ID, "id", l.ID, "score", sched.ScoreText(l.Score)))
	}
}

func (c Constraints) colocationXML(root *cib.Element, s side, r *sched.Resource, seen map[*sched.Resource]bool) {
	if seen[r] {
		return
	}
	seen[r] = true
	for _, t := range s.follow(r) {
		e := cib.NewElement("rsc_colocation", "id", t.ID, "rsc", t.Dependent.ID, "with-rsc", t.Primary.ID,
			"score", sched.ScoreText(t.Score), "node-attribute", t.Attribute)
		if t.DependentRole != sched.RoleUnknown {
			e.CreateAttr("rsc-role", t.DependentRole.String())
		}
		if t.PrimaryRole != sched.RoleUnknown {
			e.CreateAttr("with-rsc-role", t.PrimaryRole.String())
		}
		root.AddChild(e)
		other := s.other(t)
		if seen[other] {
			continue
		}
		c.locationXML(root, other)
		if c.All {
			c.colocationXML(root, s, other, seen)
		}
	}
}
