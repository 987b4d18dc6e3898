package view

import (
	"slices"

	"gpcs/internal/cib"
)

// proposal is a view in the making, on its proposer.
type proposal struct {
	ballot   Ballot
	members  []Peer             // by id, the proposer among them
	promises map[uint32]Message // by member
	view     *View              // nil until all have promised
	waiting  map[uint32]bool    // for a promise, then for installed
	started  int                // tick at which this half began
	asked    int                // tick of the last question
	best     Stamp              // of the document that the view begins with
}

// evaluate compares the installed view with what is reachable and proposes
// where that is this node's part.
func (c *Core) evaluate() {
	if pr := c.proposal; pr != nil {
		if !c.stillThere(pr) {
			c.proposal = nil
		} else {
			return
		}
	}
	want := c.candidates()
	if c.fits(want) {
		if c.awayFrom < 0 {
			c.calm = c.steady()
		}
		c.awayFrom = -1
		return
	}
	if c.awayFrom < 0 {
		c.awayFrom = c.now
	}
	if c.waits(want) || c.best(want) != c.cfg.Self.ID || c.behind() {
		return
	}
	c.propose(slices.Clone(want))
}

// behind tells whether a proposer that we promised to deserves more time: it
// is reachable and its INSTALL may be on the way.
func (c *Core) behind() bool {
	if !c.closed || c.promised.Node == c.cfg.Self.ID || c.promised.Node == 0 {
		return false
	}
	p := c.peers[c.promised.Node]
	return p != nil && p.up && c.away() <= 2*c.cfg.Answer
}

// stillThere tells whether all members of a proposal can still be reached.
func (c *Core) stillThere(pr *proposal) bool {
	for _, m := range pr.members {
		if m == c.cfg.Self {
			continue
		}
		if p := c.peers[m.ID]; p == nil || !p.up || p.Peer != m {
			return false
		}
	}
	return true
}

func (c *Core) propose(want []Peer) {
	highest := max(c.promised.Counter, c.cfg.Floor)
	for p := range c.living() {
		if p.hello != nil {
			highest = max(highest, p.hello.Promised.Counter)
		}
	}
	pr := &proposal{
		ballot:   Ballot{highest + 1, c.cfg.Self.ID},
		members:  want,
		promises: map[uint32]Message{},
		waiting:  map[uint32]bool{},
		started:  c.now,
		best:     c.cfg.Stamp(),
	}
	for _, m := range want {
		pr.waiting[m.ID] = m != c.cfg.Self
	}
	delete(pr.waiting, c.cfg.Self.ID)
	if c.cfg.Mutant == WithoutPromises {
		clear(pr.waiting)
	}
	c.promised, c.proposal = pr.ballot, pr
	if !c.closed && !c.open && c.view.DC == c.cfg.Self.ID {
		c.helloAll() // members in a view that did not open have not heard yet that this is its DC
	}
	c.shut()
	c.ask(pr)
	c.decide()
}

// ask sends the question of the present half to who has not answered it.
func (c *Core) ask(pr *proposal) {
	pr.asked = c.now
	for _, m := range pr.members {
		if !pr.waiting[m.ID] {
			continue
		}
		if pr.view == nil {
			c.send(m, Message{Kind: Prepare, Ballot: pr.ballot, Stamp: pr.best}, false)
			continue
		}
		has := pr.promises[m.ID].Stamp
		c.send(m, Message{Kind: Install, Ballot: pr.ballot, View: pr.view}, has != pr.best)
	}
}

// chase asks again, and goes on without members that do not answer.
func (c *Core) chase() {
	pr := c.proposal
	if c.now-pr.started < c.cfg.Answer {
		if c.now-pr.asked >= c.cfg.Resend {
			c.ask(pr)
		}
		return
	}
	for id := range pr.waiting {
		p := c.peers[id]
		p.tries++
		p.skip = c.now + c.cfg.Answer<<min(p.tries, 5)
	}
	c.proposal = nil // evaluate makes the next, without them
}

func (c *Core) onPromise(p *peer, m *Message) {
	pr := c.proposal
	if pr == nil || m.Ballot != pr.ballot || pr.view != nil || !pr.waiting[p.ID] {
		return
	}
	p.tries = 0
	pr.promises[p.ID] = *m
	delete(pr.waiting, p.ID)
	c.decide()
}

// onReject makes way for a ballot that somebody promised to already: the next
// proposal is higher.
func (c *Core) onReject(m *Message) {
	pr := c.proposal
	if pr == nil || m.Ballot != pr.ballot || m.Promised.Compare(c.promised) <= 0 {
		return
	}
	c.cfg.Floor = max(c.cfg.Floor, m.Promised.Counter)
	c.proposal = nil
}

// better tells whether a document is to be taken before another.
func (c *Core) better(a, b Stamp) bool {
	switch c.cfg.Mutant {
	case BestByVersion:
		return a.Version.Compare(b.Version) > 0
	case WithoutAgreed:
		a.Lineage.Agreed, b.Lineage.Agreed = cib.Version{}, cib.Version{}
	}
	return a.Compare(b) > 0
}

// decide installs the view when all members have promised.
func (c *Core) decide() {
	pr := c.proposal
	if pr == nil || len(pr.waiting) > 0 {
		return
	}
	if pr.view == nil {
		c.adoptBest(pr)
		pr.view = c.judged(pr)
		pr.started = c.now
		for _, m := range pr.members {
			if m != c.cfg.Self {
				pr.waiting[m.ID] = true
			}
		}
		c.enter(pr.view, nil)
		c.ask(pr)
	}
	if len(pr.waiting) == 0 {
		c.proposal, c.open, c.opened = nil, true, c.now
		c.memory = c.memory.Settled()
		c.emit(Opened{View: c.view})
		c.helloAll()
	}
}

// adoptBest takes the best document of all members: the highest lineage and
// version; of equals the proposer's own.
func (c *Core) adoptBest(pr *proposal) {
	var document []byte
	for _, m := range pr.members {
		promise, ok := pr.promises[m.ID]
		if ok && promise.Document != nil && c.better(promise.Stamp, pr.best) {
			pr.best, document = promise.Stamp, promise.Document
		}
	}
	if document != nil {
		c.emit(Adopt{Document: document})
	}
}

func (c *Core) onInstalled(p *peer, m *Message) {
	pr := c.proposal
	if pr == nil || pr.view == nil || m.Ballot != pr.ballot {
		return
	}
	delete(pr.waiting, p.ID)
	c.decide()
}
