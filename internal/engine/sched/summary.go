package sched

import (
	"fmt"
	"strings"
)

// Decision is one line of the "Transition Summary".
type Decision struct {
	Change   string // "Start", "Move", "Fence (reboot)"
	Resource string // instance id; for node actions the node's name
	Details  string // "n1 -> n2"
	Reason   string
	Blocked  bool
	Node     bool   // about a node: Change and Resource are all, Reason may be quoted
	From, To string // names of the nodes where the instance is and will be, "" for none
	// Role is the present role; an instance of a promotable clone that is merely up is unpromoted.
	Role, NextRole Role
}

// summarize lists what changes: node actions newest first, then resources in order.
func (p *planner) summarize() []Decision {
	var out []Decision
	for i := len(p.actions) - 1; i >= 0; i-- {
		a := p.actions[i]
		if a.rsc != nil || a.is(optional) || a.node == nil {
			continue
		}
		switch a.task {
		case taskFence:
			name := a.node.Name
			if a.node.Kind == GuestNode && a.node.Connection != nil && a.node.Connection.ContainedBy != nil {
				name += " (resource: " + a.node.Connection.ContainedBy.ID + ")"
			}
			out = append(out, Decision{Node: true, Change: "Fence (" + a.meta.Get("stonith_action") + ")", Resource: name, Reason: a.reason})
		}
	}
	for _, r := range p.Resources {
		p.summarizeResource(r, &out)
	}
	return out
}

func (p *planner) summarizeResource(r *Resource, out *[]Decision) {
	if r.Kind == Bundle {
		for _, rep := range r.Replicas() {
			for _, k := range []*Resource{rep.IP, rep.Container, rep.Connection, rep.Inner} {
				if k != nil {
					p.summarizeResource(k, out)
				}
			}
		}
		return
	}
	for _, k := range r.Children {
		p.summarizeResource(k, out)
	}
	if r.Kind != Primitive {
		return
	}
	now := r.current()
	if r.dangling != nil && now == nil {
		now = r.dangling[0]
	}
	if now == nil && r.assignedTo == nil || r.Removed && r.Role <= RoleStopped && len(r.RunningOn) == 0 {
		return
	}
	if !r.Managed {
		return
	}
	s := &changeLine{p: p, r: r, now: now, next: r.assignedTo}
	s.gather()
	*out = append(*out, s.lines()...)
}

// changeLine finds how to say what becomes of one resource (FORMAT: the decisions).
type changeLine struct {
	p                                  *planner
	r                                  *Resource
	now, next                          *Node
	start, stop, promote, demote, from *action
	moving                             bool
	startOptional                      bool
}

func (s *changeLine) gather() {
	r := s.r
	key := func(task string) string { return opKey(r.ID, task, 0) }
	s.moving = s.now != nil && s.next != nil && s.now != s.next
	s.start = r.find(key(taskStart), "", s.next)
	s.promote = r.find(key(taskPromote), "", s.next)
	s.from = r.find(key(taskMigrateFrom), "", s.next)
	if s.next == nil {
		s.start, s.promote, s.from = r.find(key(taskStart), "", nil), r.find(key(taskPromote), "", nil), nil
	}
	s.stop = r.find(key(taskStop), "", s.now)
	if r.stopUnexpected {
		s.stop = r.find(key(taskStop), "", nil)
	}
	s.demote = r.find(key(taskDemote), "", s.now)
	if s.start == nil || !s.start.is(runnable) {
		// An unrunnable start on the way explains a stop.
		for _, a := range r.findAll(key(taskStart), nil) {
			if s.start == nil {
				s.start = a
			}
		}
	}
	s.startOptional = s.start == nil || s.start.is(optional)
}

func (s *changeLine) lines() []Decision {
	r := s.r
	if r.Role == r.NextRole {
		return s.sameRole()
	}
	return s.newRole()
}

func (s *changeLine) sameRole() []Decision {
	r := s.r
	switch {
	case r.Role <= RoleStopped:
		return nil
	case s.from != nil && s.from.is(runnable) && s.moving:
		return s.say("Migrate", s.from, nil)
	case r.reload:
		return s.say("Reload", s.start, nil)
	case s.start == nil || s.start.is(optional):
		if s.demote != nil && s.promote != nil && !s.demote.is(optional) && !s.promote.is(optional) {
			return s.say("Re-promote", s.promote, s.demote)
		}
		return nil
	case !s.start.is(runnable):
		return s.stops()
	case s.moving && r.Failed:
		return s.say("Recover", s.stop, nil)
	case s.moving:
		return s.say("Move", s.stop, nil)
	case r.Failed:
		return s.say("Recover", s.stop, nil)
	}
	return s.say("Restart", s.start, nil)
}

func (s *changeLine) newRole() []Decision {
	r := s.r
	switch {
	case s.stop != nil && (r.NextRole == RoleStopped || s.start != nil && !s.start.is(runnable)):
		return s.stops()
	case s.stop != nil && r.stopIfFailed:
		return s.say("Recover", s.stop, s.start)
	case s.moving:
		return s.say("Move", s.stop, nil)
	case r.reload:
		return s.say("Reload", s.start, nil)
	case s.stop != nil && !s.stop.is(optional):
		return s.say("Restart", s.start, nil)
	case r.Role == RolePromoted:
		return s.say("Demote", s.demote, nil)
	case r.NextRole == RolePromoted:
		return s.say("Promote", s.promote, nil)
	case r.Role <= RoleStopped && r.NextRole > RoleStopped:
		if s.now != nil { // counted as there, after a failed migration, though it is down
			return s.say("Restart", s.start, nil)
		}
		return s.say("Start", s.start, nil)
	}
	return nil
}

// stops says that the resource is stopped, once per node where it is.
func (s *changeLine) stops() []Decision {
	r := s.r
	var out []Decision
	for _, n := range r.RunningOn {
		stop := r.find(opKey(r.ID, taskStop, 0), "", n)
		why := s.start
		if stop != nil && stop.reason != "" {
			why = stop
		}
		details := n.Name
		if r.shownRole() > RoleStarted {
			details = r.shownRole().String() + " " + n.Name
		}
		d := Decision{Change: "Stop", Resource: r.ID, Details: details, Blocked: stop != nil && !stop.is(runnable), From: n.Name, Role: r.shownRole(), NextRole: RoleStopped}
		if why != nil {
			d.Reason = why.reason
		}
		out = append(out, d)
	}
	return out
}

// say describes a change; the reason is that of why, or of the action itself.
func (s *changeLine) say(change string, main, why *action) []Decision {
	d := Decision{Change: change, Resource: s.r.ID, Details: s.details(), From: nameOf(s.now), To: nameOf(s.next), Role: s.r.shownRole(), NextRole: s.r.NextRole}
	// A promotion after a start that cannot be is not even made.
	d.Blocked = main == nil || !main.is(runnable)
	if why == nil {
		why = main
	}
	if why != nil {
		d.Reason = why.reason
	}
	return []Decision{d}
}

func (s *changeLine) details() string {
	r := s.r
	now, next := nameOf(s.now), nameOf(s.next)
	roles := r.shownRole() > RoleStarted || r.NextRole > RoleUnpromoted
	switch {
	case r.Role <= RoleStopped:
		if roles {
			return "Stopped -> " + r.NextRole.String() + " " + next
		}
		return next
	case s.moving && roles && r.shownRole() != r.NextRole:
		return fmt.Sprintf("%s %s -> %s %s", r.shownRole(), now, r.NextRole, next)
	case s.moving && roles:
		return fmt.Sprintf("%s -> %s %s", now, next, r.shownRole())
	case s.moving:
		return now + " -> " + next
	case roles && r.shownRole() != r.NextRole:
		return fmt.Sprintf("%s -> %s %s", r.shownRole(), r.NextRole, orElse(next, now))
	case roles:
		return r.shownRole().String() + " " + orElse(next, now)
	}
	return orElse(next, now)
}

// FormatSummary prints decisions as "Transition Summary" lists them, each
// line indented by two blanks.
func FormatSummary(list []Decision) string {
	var b strings.Builder
	nameWidth, detailWidth := 5, 5
	for _, d := range list {
		if d.Node {
			continue
		}
		if len(d.Resource) > nameWidth {
			nameWidth = len(d.Resource) + 2
		}
		detailWidth = max(detailWidth, len(d.Details))
	}
	for _, d := range list {
		if d.Node {
			line := "  * " + d.Change + " " + d.Resource
			if d.Reason != "" {
				line += " '" + d.Reason + "'"
			}
			b.WriteString(line + "\n")
			continue
		}
		fmt.Fprintf(&b, "  * %-8s   %-*s   ( %*s )", d.Change, nameWidth, d.Resource, detailWidth, d.Details)
		if d.Reason != "" {
			b.WriteString("  due to " + d.Reason)
			if d.Blocked {
				b.WriteString(" (blocked)")
			}
		} else if d.Blocked {
			b.WriteString("  blocked")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// shownRole is the present role; an instance of a promotable clone that is
// merely up is unpromoted.
func (r *Resource) shownRole() Role {
	if r.Role == RoleStarted && r.Top().Promotable {
		return RoleUnpromoted
	}
	return r.Role
}
