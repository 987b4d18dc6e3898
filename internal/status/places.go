package status

import (
	"fmt"
	"strings"
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

// OperationLines prints the history one operation a line as crm_resource
// --list-operations does; empty names match all.
func (v *View) OperationLines(rsc, node string) string {
	p := &printer{view: v}
	var b strings.Builder
	for _, h := range v.History {
		if node != "" && node != h.Node.Name {
			continue
		}
		for _, r := range h.Resources {
			if rsc != "" && rsc != r.ID {
				continue
			}
			for _, o := range r.Operations {
				b.WriteString(p.operationLine(r.ID, o))
			}
		}
	}
	return b.String()
}

func (p *printer) operationLine(rsc string, o Operation) string {
	line := rsc + ":"
	if r := p.view.Whole(rsc); r != nil {
		line = fmt.Sprintf("%s\t(%s):\t %s:", rsc, r.Agent(), r.state())
	}
	line += fmt.Sprintf(" %s (node=%s, call=%s, rc=%d", o.Key, o.Node.Name, o.Call, o.RC)
	if o.Changed != 0 {
		line += fmt.Sprintf(", last-rc-change='%s', exec=%sms", p.date(o.Changed), zero(o.ExecMS))
	}
	return line + "): " + p.stateText(o.State) + "\n"
}
