package view

import (
	"math"
	"slices"
)

// candidates returns who should be in the next view as far as this node knows,
// itself among them: reachable peers that talk to us, reduced until all of
// them reach each other pairwise. The list is good until the next call.
func (c *Core) candidates() []Peer {
	set := append(c.wanted[:0], c.cfg.Self)
	for p := range c.living() {
		if c.talks(p) && reaches(p.hello, c.cfg.Self) && c.cfg.Features.fits(p.hello.Features) {
			set = append(set, p.Peer)
		}
	}
	c.wanted = set
	strange := func(p Peer) bool { return c.followsStranger(p, set) }
	if slices.ContainsFunc(set, strange) {
		all := slices.Clone(set)
		set = slices.DeleteFunc(set, func(p Peer) bool { return c.followsStranger(p, all) })
	}
	for !c.allReach(set) {
		worst := c.leastConnected(set)
		if worst < 0 {
			break
		}
		set = slices.Delete(set, worst, worst+1)
	}
	sortPeers(set)
	return set
}

// allReach tells whether set, which is this node and then peers by id, is one in
// which all reach each other. That is the usual case and is asked at each step:
// it is found out by reading each peer's list, which is by id too, along with
// set. False may also mean that the lists are not in that order.
func (c *Core) allReach(set []Peer) bool {
	highest, oldest := c.cfg.Features.Level, c.cfg.Features.Oldest
	for _, p := range set[1:] {
		h := c.peers[p.ID].hello
		highest, oldest = min(highest, h.Features.Level), max(oldest, h.Features.Oldest)
		next := 0
		for _, q := range set[1:] {
			if q == p {
				continue
			}
			for next < len(h.Reach) && h.Reach[next].ID < q.ID {
				next++
			}
			if next == len(h.Reach) || h.Reach[next] != q {
				return false
			}
		}
	}
	return highest >= oldest
}

// talks tells whether a peer takes part in the protocol.
func (c *Core) talks(p *peer) bool {
	return p.hello != nil && p.skip <= c.now && c.now-p.heard <= c.patience(p)
}

// patience is for how long a peer may say nothing. A member gets more time than
// a newcomer: its daemon may be starting again.
func (c *Core) patience(p *peer) int {
	if c.view.Has(p.ID) {
		return 20 * c.cfg.Hello
	}
	return 4 * c.cfg.Hello
}

// steady is the tick at which time itself may next change who is a candidate: a
// peer says nothing for too long, or is asked again.
func (c *Core) steady() int {
	until := math.MaxInt
	for p := range c.living() {
		if p.hello == nil {
			continue
		}
		if until = min(until, p.heard+c.patience(p)+1); p.skip > c.now {
			until = min(until, p.skip)
		}
	}
	return until
}

// away is for how many ticks the installed view has not been what it should be.
func (c *Core) away() int {
	if c.awayFrom < 0 {
		return 0
	}
	return c.now - c.awayFrom
}

// followsStranger tells whether p is in the view of a DC that is not in set:
// it will not answer us while that DC is there. A fellow member that has not
// yet seen that our DC is gone is given time.
func (c *Core) followsStranger(p Peer, set []Peer) bool {
	if p == c.cfg.Self {
		return false
	}
	if slices.Contains(c.members(), p) && c.away() <= 2*c.cfg.Start {
		return false
	}
	h := c.peers[p.ID].hello
	return h.DC != 0 && h.DC != p.ID && !slices.ContainsFunc(set, func(q Peer) bool { return q.ID == h.DC })
}

// leastConnected returns the index of the peer to drop so that the rest may
// become a set in which all reach each other, -1 if it is one already.
// Members of the present view stay before newcomers, lower ids before higher.
func (c *Core) leastConnected(set []Peer) int {
	worst, worstLinks := -1, len(set)
	for i, p := range set {
		if p == c.cfg.Self {
			continue
		}
		links := 1
		for _, q := range set {
			if q != p && c.adjacent(p, q) {
				links++
			}
		}
		if links == len(set) {
			continue
		}
		if links < worstLinks || (links == worstLinks && (c.view.Has(set[worst].ID) || !c.view.Has(p.ID))) {
			worst, worstLinks = i, links
		}
	}
	return worst
}

// adjacent tells whether two peers reach each other, by their own words.
func (c *Core) adjacent(p, q Peer) bool {
	if p == c.cfg.Self || q == c.cfg.Self {
		return true // candidates are reached by us and reach us
	}
	return reaches(c.peers[p.ID].hello, q) && reaches(c.peers[q.ID].hello, p) && c.fitting(p, q)
}

func reaches(h *Message, p Peer) bool { return h != nil && slices.Contains(h.Reach, p) }

// rank orders who should propose: a DC before who is none, quorate before not,
// the larger view first, then who was in a view before who has just started.
// Equal ranks are decided by the lower id.
type rank struct {
	dc, quorate bool
	size        int
	seasoned    bool
}

func (r rank) above(o rank) bool {
	switch {
	case r.dc != o.dc:
		return r.dc
	case r.quorate != o.quorate:
		return r.quorate
	case r.size != o.size:
		return r.size > o.size
	}
	return r.seasoned && !o.seasoned
}

func (c *Core) rankOf(p Peer) rank {
	var h *Message
	if p != c.cfg.Self {
		h = c.peers[p.ID].hello
	} else {
		own := c.standing()
		h = &own
	}
	if h.DC != p.ID {
		return rank{seasoned: h.Seasoned}
	}
	return rank{true, h.Quorate, h.Size, true}
}

// best is the one of set, which is in the order of ids, that should propose.
func (c *Core) best(set []Peer) uint32 {
	best := set[0]
	for _, p := range set[1:] {
		if c.rankOf(p).above(c.rankOf(best)) {
			best = p
		}
	}
	return best.ID
}

// fits tells whether the installed view is what it should be: a DC that could
// not open its view, because a member promised to another meanwhile, makes it anew.
func (c *Core) fits(want []Peer) bool {
	same := slices.Equal(c.members(), want) || (c.cfg.Mutant == IgnoreIncarnation && slices.Equal(ids(c.members()), ids(want)))
	opened := c.open || c.view == nil || c.view.DC != c.cfg.Self.ID
	return !c.closed && opened && !c.astray && c.promised == c.view.Ballot && same && !c.recounts()
}

// waits tells whether the others deserve more time before this node proposes:
// after its start until all are heard, and where nobody is lost until those
// that are back or new have said hello, so that they come in one step.
func (c *Core) waits(want []Peer) bool {
	if c.now < c.quiet {
		return true
	}
	if c.view == nil {
		return len(want) < len(c.cfg.Nodes) && c.now < c.cfg.Start
	}
	for _, m := range c.members() {
		if m != c.cfg.Self && !c.reached(m.ID) {
			return false
		}
	}
	expected := 1
	for p := range c.living() {
		if p.skip <= c.now {
			expected++
		}
	}
	return len(want) < expected && c.away() < c.cfg.Answer
}

// members of the view installed last.
func (c *Core) members() []Peer {
	if c.view == nil {
		return nil
	}
	return c.view.Members
}
