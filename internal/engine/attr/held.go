// Package attr holds changes of node attributes back until no further change
// has come for a while: dampening, attrd_updater(8). Where all nodes find out
// the same one after the other (ping's hosts are gone), the scheduler then sees
// all new values at once, and moves nothing to a node that is about to lose its
// own. It stands for the part of pacemaker-attrd that waits; what is held is in
// the DC's memory, values are in the CIB.
package attr

import (
	"slices"
	"strings"
	"time"

	"gpcs/internal/cib"
)

// Held are the changes that wait. The zero value is ready for use.
type Held struct {
	waiting map[string]*group // by attribute
}

// group is one attribute on some nodes: their changes go together.
type group struct {
	due     time.Time
	changes map[string]cib.Request // by node id
}

// Add takes a change that has Dampen set; present is the document's value, nil
// if there is none. A change to what is so already, or is waited for already,
// does not prolong the wait.
func (h *Held) Add(now time.Time, r cib.Request, present *string) {
	d := r.Dampen
	g := h.waiting[d.Attribute]
	if g != nil {
		if held, ok := g.changes[d.Node]; ok {
			if same(held.Dampen.Value, d.Value) {
				return
			}
			present = held.Dampen.Value
		}
	}
	if same(present, d.Value) {
		return
	}
	if g == nil {
		g = &group{changes: map[string]cib.Request{}}
		if h.waiting == nil {
			h.waiting = map[string]*group{}
		}
		h.waiting[d.Attribute] = g
	}
	g.changes[d.Node] = r
	g.due = now.Add(time.Duration(d.Milliseconds) * time.Millisecond)
}

func same(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// Due takes out what has waited long enough: one request for each attribute,
// or several where access control binds who asked. Changes of nodes that are
// no members any more (their ids) are dropped.
func (h *Held) Due(now time.Time, member func(node string) bool) []cib.Request {
	var due []cib.Request
	for name, g := range h.waiting {
		if g.due.After(now) {
			continue
		}
		delete(h.waiting, name)
		due = append(due, g.requests(member)...)
	}
	slices.SortFunc(due, func(a, b cib.Request) int { return strings.Compare(a.ID, b.ID) })
	return due
}

func (g *group) requests(member func(string) bool) []cib.Request {
	var together *cib.Request
	var all []cib.Request
	for node, r := range g.changes {
		if !member(node) {
			continue
		}
		r.Dampen = nil
		switch {
		case r.As != nil:
			all = append(all, r)
		case together == nil:
			together = &r
		default:
			together.Ops = append(slices.Clip(together.Ops), r.Ops...)
		}
	}
	if together != nil {
		all = append(all, *together)
	}
	return all
}

// Next is when something will be due; ok is false while nothing waits.
func (h *Held) Next() (at time.Time, ok bool) {
	for _, g := range h.waiting {
		if !ok || g.due.Before(at) {
			at, ok = g.due, true
		}
	}
	return at, ok
}
