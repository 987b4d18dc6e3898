package sched

import (
	"strings"

	"gpcs/internal/cib"
)

// ticketConstraint makes a resource depend on a ticket of a multi-site cluster.
type ticketConstraint struct {
	ticket *Ticket
	rsc    *Resource
	role   Role
	policy lossPolicy
}

type lossPolicy int

const (
	lossStop lossPolicy = iota
	lossDemote
	lossFreeze
	lossFence
)

// unpackTicketConstraint reads an rsc_ticket.
func (p *planner) unpackTicketConstraint(e *cib.Element) {
	get := func(name string) string { return e.SelectAttrValue(name, "") }
	id := get("ticket")
	if id == "" {
		return
	}
	t := p.ticket(id)
	if sets := e.SelectElements("resource_set"); len(sets) > 0 {
		for _, set := range p.readSets(sets) {
			list, all := set.upToUnknown()
			for _, r := range list {
				p.addTicket(t, r, set.role, get("loss-policy"))
			}
			if !all {
				return
			}
		}
		return
	}
	set, _ := p.asSet(get("rsc"))
	list, _ := set.upToUnknown()
	for _, r := range list {
		p.addTicket(t, r, get("rsc-role"), get("loss-policy"))
	}
}

func (p *planner) addTicket(t *Ticket, r *Resource, role, policy string) {
	tc := &ticketConstraint{ticket: t, rsc: r, role: parseRole(role)}
	if tc.role == RoleStarted {
		tc.role = RoleUnknown
	}
	switch strings.ToLower(policy) {
	case "fence":
		if p.Config.Fencing {
			tc.policy = lossFence
		}
	case "freeze":
		tc.policy = lossFreeze
	case "demote":
		tc.policy = lossDemote
	case "stop":
	default:
		if tc.role == RolePromoted {
			tc.policy = lossDemote
		}
	}
	p.tickets = append(p.tickets, tc)
	if !t.Granted || t.Standby {
		p.applyTicket(r, tc)
	}
}

// applyTicket does what the lack of a ticket calls for.
func (p *planner) applyTicket(r *Resource, tc *ticketConstraint) {
	if len(r.Children) > 0 {
		for _, k := range r.Children {
			p.applyTicket(k, tc)
		}
		return
	}
	switch {
	case tc.ticket.Granted:
		// Standby: nothing may start, but promotion alone is held back where
		// only that needs the ticket.
		if tc.role != RolePromoted || tc.policy == lossStop {
			p.banFrom(r, nil)
		}
	case tc.policy == lossStop, tc.policy == lossDemote && tc.role != RolePromoted:
		p.banFrom(r, nil)
	case tc.policy == lossFence && tc.matches(r):
		p.banFrom(r, nil)
		for _, n := range r.RunningOn {
			p.markFence(n, "deadman ticket was lost", false)
		}
	case tc.policy == lossFreeze && tc.matches(r):
		if len(r.RunningOn) == 0 {
			p.banFrom(r, nil) // frozen as it is
			return
		}
		r.Managed, r.Blocked = false, true
	}
}

func (tc *ticketConstraint) matches(r *Resource) bool {
	return tc.role == RoleUnknown || tc.role == r.Role
}

// ticketsForbidPromotion tells whether a ticket that promotion needs is missing.
func (p *planner) ticketsForbidPromotion(clone *Resource) bool {
	for _, tc := range p.tickets {
		if tc.rsc == clone && tc.role == RolePromoted && (!tc.ticket.Granted || tc.ticket.Standby) {
			return true
		}
	}
	return false
}
