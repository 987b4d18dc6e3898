package status

import (
	"fmt"
	"slices"
)

// clone prints a clone: instances that need a line of their own, then the
// nodes of all others by role.
func (p *printer) clone(r *Resource) {
	var first []string
	if r.Promotable {
		first = append(first, "promotable")
	}
	if r.Unique {
		first = append(first, "unique")
	}
	child := ""
	if len(r.Children) > 0 {
		child = r.Children[0].Defined
	}
	p.begin("Clone Set: %s [%s]%s:", r.ID, child, p.notes(r, first...))
	lists := p.cloneLists(r)
	show := func(title string, nodes []*Node) {
		var shown []string
		for _, n := range p.view.Nodes {
			if slices.Contains(nodes, n) && p.onlyNode(n) {
				shown = append(shown, n.Name)
			}
		}
		if len(shown) > 0 {
			p.item("%s: %s", title, names(shown))
		}
	}
	show("Promoted", lists.promoted)
	started := "Started"
	if r.Promotable {
		started = "Unpromoted"
		if r.targetUnpromoted() {
			started = "Unpromoted (target-role)"
		}
	}
	show(started, lists.started)
	if p.Inactive && !p.Detail && len(lists.promoted)+len(lists.started) < r.Max {
		p.stopped(r, lists, show)
	}
	p.end()
}

// cloneNodes holds the nodes of the instances that have no line of their own.
type cloneNodes struct{ promoted, started []*Node }

func (p *printer) cloneLists(r *Resource) cloneNodes {
	var lists cloneNodes
	for _, c := range r.Children {
		if p.elsewhere(c) || !p.onlyResource(c) {
			continue
		}
		switch full, on := p.ownLine(r, c); {
		case full && c.Kind == Group:
			p.group(c, p.Inactive)
		case full:
			p.item("%s", p.primitive(c))
		case on == nil:
		case c.role() == "Promoted":
			lists.promoted = append(lists.promoted, on)
		default:
			lists.started = append(lists.started, on)
		}
	}
	return lists
}

// ownLine tells whether an instance needs a line of its own; if not, on is
// the node where it is active, nil if nowhere.
func (p *printer) ownLine(clone, c *Resource) (full bool, on *Node) {
	pending := func(r *Resource) bool { return r.Pending != "" && (r.Pending != "Monitoring" || r.active(false)) }
	special := func(r *Resource) bool { return r.Orphan || !r.Managed || r.Failed }
	any, all := c.active(false), c.active(true)
	switch {
	case p.Detail || clone.Unique:
		return true, nil
	case c.anyInside(pending):
		return true, nil
	case !any:
		return false, nil
	case c.anyInside(special), !all:
		return true, nil
	}
	nodes := c.location()
	if len(nodes) != 1 || (!nodes[0].Online && nodes[0].Unclean) {
		return true, nil
	}
	return false, nodes[0]
}

// stopped lists the nodes where no instance is active though one might be.
func (p *printer) stopped(r *Resource, lists cloneNodes, show func(string, []*Node)) {
	if r.Unique {
		return
	}
	active := r.location()
	plain := "Stopped"
	if r.targetStopped() || r.TargetRole == "" && len(r.Children) > 0 && r.Children[0].targetStopped() {
		plain = "Stopped (disabled)"
	}
	titles := []string{plain}
	by := map[string][]*Node{}
	for _, n := range r.Allowed {
		if slices.Contains(active, n) || slices.Contains(lists.promoted, n) || slices.Contains(lists.started, n) {
			continue
		}
		title := plain
		if f := r.failedProbeOn(n); f != nil {
			title = fmt.Sprintf("Stopped (%s)", p.exitText(f.RC))
		}
		titles = appendNew(titles, title)
		by[title] = append(by[title], n)
	}
	for _, title := range titles {
		show(title, by[title])
	}
}

func (r *Resource) failedProbeOn(n *Node) *FailedProbe {
	for _, m := range r.primitives() {
		for i, f := range m.Probes {
			if f.Node == n {
				return &m.Probes[i]
			}
		}
	}
	return nil
}

// bundle prints a bundle with a line for each replica, or with all that
// belongs to them.
func (p *printer) bundle(r *Resource) {
	set := ""
	if len(r.Replicas) > 1 {
		set = " set"
	}
	var first []string
	if r.Unique {
		first = append(first, "unique")
	}
	p.begin("Container bundle%s: %s [%s]%s:", set, r.ID, r.Image, p.notes(r, first...))
	for _, rep := range r.Replicas {
		if p.OnlyNode != nil && p.elsewhere(rep.Container) {
			continue
		}
		if p.Detail || p.chosen(r) {
			p.replica(rep, len(r.Replicas))
			continue
		}
		what := rep.Inner
		if what == nil {
			what = rep.Container
		}
		name := rep.Container.ID
		if rep.Remote != nil {
			name = rep.Remote.ID
		}
		if rep.Address != "" {
			name += " (" + rep.Address + ")"
		}
		var node *Node
		if len(rep.Container.Active) > 0 {
			node = rep.Container.Active[0]
		}
		p.item("%s", p.line(name, what, node, false))
	}
	p.end()
}

// replica prints what belongs to one replica, under a title of its own where
// there are several.
func (p *printer) replica(rep Replica, of int) {
	shown := p.members(rep)
	if len(shown) == 0 {
		return
	}
	if of > 1 || !p.Release3 {
		p.begin("Replica[%d]", rep.Number)
	} else {
		p.depth++
	}
	for _, r := range shown {
		p.item("%s", p.primitive(r))
	}
	p.end()
}

// chosen tells whether the user asked for something inside a bundle, and not
// for the bundle as a whole.
func (p *printer) chosen(bundle *Resource) bool {
	return p.OnlyResource != nil && !p.named(bundle) && p.inside(bundle)
}

// members are the resources of a replica that the user wants to see.
func (p *printer) members(rep Replica) []*Resource {
	var list []*Resource
	for _, r := range []*Resource{rep.IP, rep.Inner, rep.Container, rep.Remote} {
		if r != nil && p.onlyResource(r) {
			list = append(list, r)
		}
	}
	return list
}
