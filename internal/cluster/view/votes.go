package view

import (
	"iter"
	"slices"

	"gpcs/internal/cluster/quorum"
)

// adjust takes an order on the DC, or hands it to the DC.
func (c *Core) adjust(o quorum.Order) {
	switch {
	case c.view == nil:
	case c.view.DC == c.cfg.Self.ID:
		c.order = o
	default:
		if p := c.peers[c.view.DC]; p != nil && p.up {
			c.send(p.Peer, Message{Kind: Reorder, Order: o}, false)
		}
	}
}

// votes tells whether the quorum device votes for this node or one of peers.
func (c *Core) votes(peers iter.Seq[*peer]) bool {
	if c.cfg.Quorum.DeviceVotes == 0 {
		return false
	}
	for p := range peers {
		if p.hello != nil && p.hello.Device {
			return true
		}
	}
	return c.device
}

// recounts tells whether this node is a DC that has to make its view anew,
// with the same members, because other votes count now.
func (c *Core) recounts() bool {
	if c.view.DC != c.cfg.Self.ID {
		return false
	}
	return c.shrink || c.recount || !c.order.IsZero() || c.votes(c.membersOf(c.view.Members)) != c.view.Quorum.Device
}

// membersOf is what is known of the others among members.
func (c *Core) membersOf(members []Peer) iter.Seq[*peer] {
	return func(yield func(*peer) bool) {
		for _, m := range members {
			if p := c.peers[m.ID]; p != nil && !yield(p) {
				return
			}
		}
	}
}

// judged is the view of a proposal that all its members have promised to.
func (c *Core) judged(pr *proposal) *View {
	memories := []quorum.Memory{c.memory}
	for _, m := range pr.members {
		if promise, ok := pr.promises[m.ID]; ok {
			memories = append(memories, promise.Memory)
		}
	}
	order := c.order
	if c.shrink && slices.Equal(pr.members, c.view.Members) {
		order.Expected = c.view.Quorum.Shrinks
	}
	if order.IsZero() && c.onlyLeft(pr) {
		order.Expected = c.cfg.Quorum.Downscaled(ids(pr.members))
	}
	memory := quorum.Merge(memories)
	if c.recount {
		memory.Expected = c.cfg.Quorum.Afresh()
	}
	device := c.votes(c.membersOf(pr.members))
	outcome := c.cfg.Quorum.Evaluate(ids(pr.members), memory, device, order)
	if c.cfg.Mutant == BothHalves && 2*outcome.Total == outcome.Expected {
		outcome.Quorate = true
	}
	if outcome.Quorate {
		outcome.Memory.Began = pr.best.place()
	}
	level, sets := c.negotiate(pr)
	return &View{Ballot: pr.ballot, Level: level, Sets: sets, DC: c.cfg.Self.ID, Members: slices.Clone(pr.members), Quorum: outcome, Order: order,
		Since: c.since(pr)}
}

// onlyLeft tells whether the proposal is a quorate view without some members
// that said that they leave, and without no other.
func (c *Core) onlyLeft(pr *proposal) bool {
	if c.view == nil || !c.view.Quorum.Quorate || len(pr.members) >= len(c.view.Members) {
		return false
	}
	for _, m := range c.view.Members {
		if slices.Contains(pr.members, m) {
			continue
		}
		if p := c.peers[m.ID]; p == nil || p.gone != m.Incarnation {
			return false
		}
	}
	return true
}

// since carries on from which ballot each member has been one, by the last
// view of those who hold the document that this view begins with. A member that
// was in a later view, whose document gives way, did things there of which the
// document that wins does not know: it is new.
func (c *Core) since(pr *proposal) map[uint32]uint64 {
	var before *View
	newer := func(v *View) {
		if v != nil && (before == nil || v.Ballot.Compare(before.Ballot) > 0) {
			before = v
		}
	}
	if c.cfg.Stamp() == pr.best {
		newer(c.view)
	}
	for _, m := range pr.members {
		if promise, ok := pr.promises[m.ID]; ok && promise.Stamp == pr.best {
			newer(promise.View)
		}
	}
	elsewhere := func(m Peer) bool {
		v := c.view
		if m != c.cfg.Self {
			v = pr.promises[m.ID].View
		}
		return v != nil && v.Ballot.Compare(before.Ballot) > 0
	}
	since := map[uint32]uint64{}
	for _, m := range pr.members {
		since[m.ID] = pr.ballot.Counter
		if before != nil && slices.Contains(before.Members, m) && before.Since[m.ID] != 0 && !elsewhere(m) {
			since[m.ID] = before.Since[m.ID]
		}
	}
	return since
}
