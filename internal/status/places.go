package status

import (
	"fmt"
	"strings"

	"gpcs/internal/cib"
)

// Place is a node where a resource is active.
type Place struct {
	Node     string
	Promoted bool
}

// Places tells where a resource, or any instance of it, is active, in the
// order of the nodes.
func (v *View) Places(id string) []Place {
	r := v.Whole(id)
	if r == nil {
		return nil
	}
	promoted := map[*Node]bool{}
	active := map[*Node]bool{}
	for _, i := range append([]*Resource{r}, r.instances...) {
		for _, p := range i.primitives() {
			for _, n := range p.Active {
				active[n] = true
				promoted[n] = promoted[n] || p.Role == "Promoted"
			}
		}
	}
	var places []Place
	for _, n := range v.Nodes {
		if active[n] {
			places = append(places, Place{n.Name, promoted[n]})
		}
	}
	return places
}

// InstanceIDs lists all primitives, instances by their numbers.
func (v *View) InstanceIDs() []string {
	var ids []string
	for _, top := range v.Top {
		for _, p := range top.primitives() {
			if !p.Orphan {
				ids = append(ids, p.Instance)
			}
		}
	}
	return ids
}

// One prints one resource with what is in it, as crm_resource --query-xml
// does, and adds the same to an element.
func (v *View) One(id string, to *cib.Element) string {
	r := v.Whole(id)
	if r == nil {
		return ""
	}
	p := printer{Show: Show{Inactive: true, Release3: true}, view: v, inNode: true}
	(&xmlDoc{p}).resource(to, r)
	p.depth = 1
	p.resource(r)
	var b strings.Builder
	for _, line := range strings.SplitAfter(p.String(), "\n") {
		b.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, "  "), "* "))
	}
	return b.String()
}

// Line words a resource and its state in short: "web	(ocf:heartbeat:apache):	 Started";
// "" if there is none of that name.
func (v *View) Line(id string) string {
	r := v.Whole(id)
	if r == nil {
		return ""
	}
	return fmt.Sprintf("%s\t(%s):\t %s", id, r.Agent(), r.state())
}

// StateText words the execution status of an operation as Pacemaker 3 does.
func StateText(state int) string { return (&printer{Show: Show{Release3: true}}).stateText(state) }

// DateText writes an epoch second as the field's programs do.
func (v *View) DateText(epoch int64) string { return (&printer{view: v}).date(epoch) }
