package explain

import (
	"fmt"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

// first is a resource that another one starts after.
type first struct {
	constraint string
	resource   string
	promoted   bool // only once it is promoted
}

// readFirsts lists the mandatory orderings of the configuration by the
// resource that comes second.
func readFirsts(doc *cib.Document) map[string][]first {
	out := map[string][]first{}
	section := doc.Find("constraints")
	if section == nil {
		return out
	}
	for _, e := range section.SelectElements("rsc_order") {
		get := func(name string) string { return e.SelectAttrValue(name, "") }
		if kind := get("kind"); kind != "" && kind != "Mandatory" || kind == "" && get("score") == "0" {
			continue
		}
		if action := get("first-action"); action != "" && action != "start" && action != "promote" {
			continue
		}
		promoted := get("first-action") == "promote"
		if then := get("then"); then != "" {
			out[then] = append(out[then], first{get("id"), get("first"), promoted})
			continue
		}
		readFirstSets(e, out)
	}
	return out
}

// readFirstSets goes through the sets of an ordering: members of a sequential
// set follow one another, a set follows the one before.
func readFirstSets(e *cib.Element, out map[string][]first) {
	var before []string
	for _, set := range e.SelectElements("resource_set") {
		var members []string
		for i, ref := range set.SelectElements("resource_ref") {
			id := ref.SelectAttrValue("id", "")
			after := before
			if i > 0 && set.SelectAttrValue("sequential", "true") != "false" {
				after = members[i-1:]
			}
			for _, b := range after {
				out[id] = append(out[id], first{constraint: e.SelectAttrValue("id", ""), resource: b})
			}
			members = append(members, id)
		}
		before = members
	}
}

// firstsOf lists what a resource, or what contains it, starts after.
func (e *explainer) firstsOf(r *sched.Resource) []first {
	var out []first
	for k := r; k != nil; k = k.Parent {
		out = append(out, e.firsts[k.Defined()]...)
	}
	return out
}

// waitsFor says whether a resource waits for one that does not start.
func (e *explainer) waitsFor(r *sched.Resource, f first) *Cause {
	list := e.primitives(f.resource)
	for _, k := range list {
		if k.Role >= sched.RolePromoted || !f.promoted && len(k.RunningOn) > 0 {
			return nil
		}
	}
	if len(list) == 0 || list[0].Top() == r.Top() {
		return nil
	}
	state := "stopped"
	if f.promoted {
		state = "not promoted"
	}
	return &Cause{Text: fmt.Sprintf("constraint '%s' starts it only after %s, which is %s", f.constraint, f.resource, state), From: e.chainOf(f.resource)}
}

// apart says whether another resource keeps one from a node: a partner that is
// elsewhere, one that must not be near, or the member before it in its group.
func (e *explainer) apart(r *sched.Resource, n *sched.Node) *Cause {
	for _, p := range r.Partners() {
		there := onNode(p.Resource, n)
		switch {
		case p.Score >= sched.Infinity && !there:
			return &Cause{Text: fmt.Sprintf("constraint '%s' lets it run only beside %s, which is not there", p.Constraint, p.Resource.ID)}
		case p.Score <= -sched.Infinity && there:
			return &Cause{Text: fmt.Sprintf("constraint '%s' keeps it apart from %s, which is there", p.Constraint, p.Resource.ID)}
		}
	}
	if prev := e.memberBefore(r); prev != nil && !onNode(prev, n) {
		cause := &Cause{Text: fmt.Sprintf("%s comes before it in group %s and does not run there", prev.ID, r.Parent.ID)}
		if !active(prev) {
			cause.From = e.chainOf(prev.ID)
		}
		return cause
	}
	return nil
}

func (e *explainer) memberBefore(r *sched.Resource) *sched.Resource {
	if r.Parent == nil || r.Parent.Kind != sched.Group {
		return nil
	}
	for i, k := range r.Parent.Children {
		if k == r && i > 0 {
			return r.Parent.Children[i-1]
		}
	}
	return nil
}

// Short is the chain in one sentence about a resource that would be stopped.
func (c *Chain) Short() string {
	if len(c.Causes) == 0 {
		return c.Resource + " would stay stopped."
	}
	var parts []string
	for _, cause := range c.Causes {
		text := cause.Text
		if cause.Where != "" {
			text = "on " + cause.Where + ", " + text
		}
		parts = append(parts, text)
	}
	return fmt.Sprintf("%s would stay stopped: %s.", c.Resource, strings.Join(parts, "; "))
}

// Lines is the chain as text, causes of causes indented below them.
func (c *Chain) Lines() []string {
	out := []string{c.Resource + " " + c.State}
	for _, p := range c.Plans {
		out = append(out, "  next: "+p)
	}
	for _, cause := range c.Causes {
		text := cause.Text
		if cause.Where != "" {
			text = "on " + cause.Where + ": " + text
		}
		out = append(out, "  * "+text)
		if cause.Undo != "" {
			out = append(out, "    to change that: "+cause.Undo)
		}
		for _, from := range cause.From {
			for _, line := range from.Lines() {
				out = append(out, "    "+line)
			}
		}
	}
	return out
}
