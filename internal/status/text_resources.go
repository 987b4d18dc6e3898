package status

import (
	"fmt"
	"strings"
)

// resources prints the list of resources.
func (p *printer) resources() {
	p.gap()
	title, none := "Active Resources:", "No active resources"
	switch {
	case p.ByNode:
		title, none = "Inactive Resources:", "No inactive resources"
	case p.Inactive:
		title, none = "Full List of Resources:", "No resources"
	}
	p.begin("%s", title)
	before := p.b.Len()
	if p.Brief && !p.ByNode {
		p.brief(p.loose(), p.Inactive)
	}
	for _, r := range p.view.Top {
		if (r.Kind != Primitive || !p.Brief || p.ByNode) && p.listed(r) {
			p.resource(r)
		}
	}
	if p.b.Len() == before {
		p.item("%s", none)
	}
	p.end()
}

// loose are the primitives that are counted by agent: a choice of nodes does
// not count for them.
func (p *printer) loose() []*Resource {
	nodes := p.OnlyNode
	p.OnlyNode = nil
	defer func() { p.OnlyNode = nodes }()
	var found []*Resource
	for _, r := range p.view.Top {
		if r.Kind == Primitive && p.listed(r) {
			found = append(found, r)
		}
	}
	return found
}

// ResourceLines prints the resources alone, without a title, as pcs's
// "resource status" does; "" if none is shown.
func (v *View) ResourceLines(show Show, keep func(*Resource) bool) string {
	p := &printer{Show: show, view: v}
	p.depth = 1
	for _, r := range v.Top {
		if keep(r) && p.listed(r) {
			p.resource(r)
		}
	}
	return p.String()
}

// listed tells whether a top-level resource belongs into the list.
func (p *printer) listed(r *Resource) bool {
	all := r.active(true)
	switch {
	case r.Implicit && !p.Detail, r.Orphan && !r.active(false), p.ByNode && all:
		return false
	case !p.Inactive && !r.active(false), p.elsewhere(r):
		return false
	}
	return p.onlyResource(r)
}

func (p *printer) resource(r *Resource) {
	switch r.Kind {
	case Group:
		p.group(r, p.Inactive)
	case Clone:
		p.clone(r)
	case Bundle:
		p.bundle(r)
	default:
		p.item("%s", p.primitive(r))
	}
}

// primitive is a primitive's line with the node where it is.
func (p *printer) primitive(r *Resource) string {
	node := r.PendingOn
	if node == nil {
		node = r.LockedTo
	}
	if len(r.Active) > 0 {
		node = r.Active[0]
	}
	if len(r.Active) > 1 {
		node = nil
	}
	return p.line(r.ID, r, node, true)
}

// primitiveOn is a primitive's line below its node, which is not named again.
func (p *printer) primitiveOn(r *Resource, node *Node) string { return p.line(r.ID, r, node, false) }

func (p *printer) line(name string, r *Resource, node *Node, many bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\t(%s):\t", name, r.Agent())
	if r.Orphan {
		b.WriteString(" ORPHANED")
	}
	b.WriteString(" " + r.state())
	if node != nil && !p.Nodeless {
		b.WriteString(" " + node.Name)
	}
	if probe := r.probe(node); r.shownRole() == "Stopped" && probe != nil {
		fmt.Fprintf(&b, " (%s) ", p.exitText(probe.RC))
	}
	if flags := p.flags(r, node); len(flags) > 0 {
		b.WriteString(" (" + strings.Join(flags, ", ") + ")")
	}
	if r.Description != "" && p.describes() {
		b.WriteString(" (" + r.Description + ")")
	}
	if many && len(r.Active) > 1 {
		var on []string
		for _, n := range r.Active {
			on = append(on, n.Name)
		}
		b.WriteString(" " + names(on))
	}
	return b.String()
}

// describes tells whether the descriptions of resources are shown: they came
// with release 2.1.6.
func (p *printer) describes() bool {
	return p.Release3 && (p.Detail && !p.xml || p.Describe || p.inNode)
}

// state words what the resource does.
func (r *Resource) state() string {
	switch {
	case r.Failed && r.Role == "Promoted":
		return "FAILED Promoted"
	case r.Failed:
		return "FAILED"
	case r.Pending != "" && r.Pending != "Monitoring":
		return r.Pending
	}
	return r.shownRole()
}

// shownRole is the role as shown: what is started in a promotable clone is
// unpromoted.
func (r *Resource) shownRole() string {
	if r.Role == "Started" && r.inPromotable() {
		return "Unpromoted"
	}
	return r.Role
}

// probe returns the failed probe to be shown: on the node, or the first.
func (r *Resource) probe(node *Node) *FailedProbe {
	for i, f := range r.Probes {
		if node == nil || f.Node == node {
			return &r.Probes[i]
		}
	}
	return nil
}

func (p *printer) flags(r *Resource, node *Node) []string {
	var flags []string
	add := func(yes bool, flag string) bool {
		if yes {
			flags = append(flags, flag)
		}
		return yes
	}
	add(node != nil && !node.Online && node.Unclean, "UNCLEAN")
	add(node != nil && node == r.LockedTo, "LOCKED")
	add(r.Pending == "Monitoring", r.Pending)
	if !add(r.targetStopped(), "disabled") {
		add(r.targetUnpromoted() && r.inPromotable(), "target-role:"+r.TargetRole)
	}
	_ = add(r.Blocked, "blocked") ||
		add(p.Release3 && r.Maintenance, "maintenance") ||
		add(!r.Managed, "unmanaged")
	add(r.FailureIgnored, "failure ignored")
	return flags
}

// notes words the conditions of a group, clone or bundle in brackets.
func (p *printer) notes(r *Resource, first ...string) string {
	notes := append([]string{}, first...)
	disabled := r.Disabled() && r.Kind != Bundle
	if disabled && p.Release3 {
		notes = append(notes, "disabled")
	}
	switch {
	case p.Release3 && r.Maintenance:
		notes = append(notes, "maintenance")
	case !r.Managed:
		notes = append(notes, "unmanaged")
	}
	if disabled && !p.Release3 {
		notes = append(notes, "disabled")
	}
	if len(notes) == 0 {
		return ""
	}
	return " (" + strings.Join(notes, ", ") + ")"
}

// group prints a group and its members; without inactive only those that are
// active, and how many are not.
func (p *printer) group(r *Resource, inactive bool) {
	var members []*Resource
	hidden := 0
	for _, m := range r.Children {
		switch {
		case !inactive && !m.active(true):
			hidden++
		case p.onlyResource(m):
			members = append(members, m)
		}
	}
	if p.Release3 && hidden > 0 && hidden == len(r.Children) {
		return
	}
	var first []string
	if hidden > 0 {
		first = []string{fmt.Sprintf("%d member%s inactive", hidden, plural(hidden))}
	}
	p.begin("Resource Group: %s%s:", r.Instance, p.notes(r, first...))
	if p.Brief {
		p.brief(r.Children, true)
	} else {
		for _, m := range members {
			p.item("%s", p.primitive(m))
		}
	}
	p.end()
}

func appendNew(list []string, s string) []string {
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}
