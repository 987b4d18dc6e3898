package view

import "slices"

// judgeIsolation compares the votes in reach with the quorum, once this node
// had a quorum to lose. A node that lost its DC alone, and is in no view of
// others soon, may be counted lost by them although it reaches some.
func (c *Core) judgeIsolation() {
	in := append(c.inReach[:0], c.cfg.Self.ID)
	for p := range c.living() {
		in = append(in, p.ID)
	}
	c.inReach = in
	had := c.isolated || c.fell || (c.view != nil && c.view.Quorum.Quorate)
	slices.Sort(in)
	few := !c.cfg.Quorum.Enough(in, c.memory, c.votes(c.living()))
	now := c.stalled || (had && (few || c.fell || c.deserted() || c.excluded()))
	if now != c.isolated {
		c.isolated = now
		c.emit(Isolated{Now: now})
	}
}

// excluded tells whether a peer is in a later view with a quorum that was made
// without this node, which would otherwise have promised to it. Its DC may
// start what runs here as soon as it has not heard this node for long enough.
// That this node proposes views of its own, under higher ballots, is of no help.
func (c *Core) excluded() bool {
	if c.view == nil {
		return false
	}
	for p := range c.living() {
		if h := p.hello; h != nil && h.Quorate && h.Ballot.Compare(c.view.Ballot) > 0 && h.Ballot != c.granted {
			return true
		}
	}
	return false
}

// deserted tells whether this node's DC has been out of reach for too long.
func (c *Core) deserted() bool {
	if c.view == nil || c.view.DC == c.cfg.Self.ID || c.away() < c.cfg.Alone {
		return false
	}
	return c.view.Quorum.Quorate && !c.reached(c.view.DC)
}
