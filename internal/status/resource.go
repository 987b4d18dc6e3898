package status

import (
	"slices"
	"strings"
)

// Agent is the resource's agent as it is written: "ocf:heartbeat:IPaddr2".
func (r *Resource) Agent() string {
	parts := []string{r.Class}
	if r.Provider != "" {
		parts = append(parts, r.Provider)
	}
	return strings.Join(append(parts, r.Type), ":")
}

// RunsAnywhere tells whether the resource or anything inside it is active.
func (r *Resource) RunsAnywhere() bool { return r.active(false) }

// active tells whether any (or all) of what is inside a resource is active. A
// managed resource on a node that is offline and known to be clean is not:
// the node took it along.
func (r *Resource) active(all bool) bool {
	if r.Kind == Primitive {
		for _, n := range r.Active {
			if n.Unclean || n.Online || !r.Managed {
				return true
			}
		}
		return false
	}
	for _, c := range r.Children {
		if c.active(all) != all {
			return !all
		}
	}
	return all
}

// RoleNow is the role of a primitive, or what is under way to another one:
// "Started", "Starting".
func (r *Resource) RoleNow() string {
	if r.Pending != "" && r.Pending != "Monitoring" {
		return r.Pending
	}
	return r.shownRole()
}

// primitives returns the primitives in a resource, itself if it is one.
func (r *Resource) primitives() []*Resource {
	if r.Kind == Primitive {
		return []*Resource{r}
	}
	var found []*Resource
	for _, c := range r.Children {
		found = append(found, c.primitives()...)
	}
	return found
}

// anyInside tells whether a condition holds for the resource or anything in it.
func (r *Resource) anyInside(is func(*Resource) bool) bool {
	return is(r) || slices.ContainsFunc(r.Children, func(c *Resource) bool { return c.anyInside(is) })
}

// location returns the nodes where the resource is active; of a group or
// clone, those of all that is inside, once each.
func (r *Resource) location() []*Node {
	if r.Kind == Primitive {
		return r.Active
	}
	var on []*Node
	for _, c := range r.Children {
		for _, n := range c.location() {
			if !slices.Contains(on, n) {
				on = append(on, n)
			}
		}
	}
	return on
}

// role returns the highest role that anything inside has.
func (r *Resource) role() string {
	order := []string{"Unknown", "Stopped", "Started", "Unpromoted", "Promoted"}
	best := 0
	for _, p := range r.primitives() {
		best = max(best, slices.Index(order, p.Role))
	}
	return order[best]
}

// top returns the resource that the configuration has at its first level.
func (r *Resource) top() *Resource {
	for r.Parent != nil {
		r = r.Parent
	}
	return r
}

// inPromotable tells whether the resource is an instance of a promotable
// clone, be that inside a bundle or not.
func (r *Resource) inPromotable() bool {
	for r.Parent != nil && r.Parent.Kind != Bundle {
		r = r.Parent
	}
	return r.Kind == Clone && r.Promotable
}

// Disabled tells whether the target role keeps the resource from running, or
// from being promoted where it could be.
func (r *Resource) Disabled() bool {
	return r.targetStopped() || (r.targetUnpromoted() && (r.Promotable || r.inPromotable()))
}

func (r *Resource) targetStopped() bool { return strings.EqualFold(r.TargetRole, "Stopped") }

func (r *Resource) targetUnpromoted() bool {
	return strings.EqualFold(r.TargetRole, "Unpromoted") || strings.EqualFold(r.TargetRole, "Slave")
}

// onlyResource tells whether the user asked for this resource: by its own
// name, by that of a resource around it, or of one inside.
func (p *printer) onlyResource(r *Resource) bool {
	if p.OnlyResource == nil || p.inside(r) {
		return true
	}
	for up := r.Parent; up != nil; up = up.Parent {
		if p.named(up) {
			return true
		}
	}
	return false
}

func (p *printer) named(r *Resource) bool {
	return slices.Contains(p.OnlyResource, r.ID) || slices.Contains(p.OnlyResource, r.Instance)
}

func (p *printer) inside(r *Resource) bool { return r.anyInside(p.named) }

// elsewhere tells whether the resource is active, but only on nodes that the
// user did not ask for.
func (p *printer) elsewhere(r *Resource) bool {
	return p.OnlyNode != nil && r.active(false) && !slices.ContainsFunc(r.location(), p.onlyNode)
}
