package view

import "slices"

// helloDue tells whether it is time for a hello although nothing has changed.
// The common clock may be set, or steps of it be missed: that moves a hello by
// half of the time between two.
func (c *Core) helloDue(common int) bool {
	since := c.now - c.greeted
	if common == 0 {
		return since >= c.cfg.Hello
	}
	return (since >= c.cfg.Hello/2 && common%c.cfg.Hello == 0) || since >= c.cfg.Hello*3/2
}

// helloAll tells every reachable peer how things stand here.
func (c *Core) helloAll() {
	m := c.hello()
	for p := range c.living() {
		c.emit(Send{To: p.Peer, Message: &m})
	}
}

// hello says how things stand here, and whom this node reaches.
func (c *Core) hello() Message {
	m := c.standing()
	m.Kind, m.Reach = Hello, make([]Peer, 0, len(c.byID))
	for p := range c.living() {
		m.Reach = append(m.Reach, p.Peer)
	}
	return m
}

// standing is the part of a hello about the view. A DC that is making its next
// view is still the DC; one that promised to another, or stalled, is none.
func (c *Core) standing() Message {
	m := Message{Promised: c.promised, Seasoned: c.view != nil, Device: c.device, Features: c.cfg.Features, Conf: c.cfg.Conf}
	if c.view == nil || c.stalled {
		return m
	}
	if !c.closed || (c.view.DC == c.cfg.Self.ID && c.promised.Node == c.cfg.Self.ID) {
		m.Ballot, m.DC = c.view.Ballot, c.view.DC
		m.Quorate, m.Size, m.Opened = c.view.Quorum.Quorate, len(c.view.Members), c.open
		if m.DC != c.cfg.Self.ID && !c.reached(m.DC) {
			m.DC = 0 // others need not wait for what it proposes
		}
	}
	return m
}

// forgive says that a peer that was kept apart is not any longer: what is known
// of it is about to be forgotten.
func (c *Core) forgive(p *peer) {
	if p.hello != nil && !c.cfg.Features.fits(p.hello.Features) {
		c.emit(Refuses{})
	}
}

// differs tells whether who says a hello uses another configuration.
func (c *Core) differs(m *Message) bool {
	return m.Conf != c.cfg.Conf && m.Conf != 0 && c.cfg.Conf != 0
}

// Differing are the peers that use another configuration than this node, by id.
func (c *Core) Differing() []uint32 {
	var out []uint32
	for p := range c.living() {
		if p.hello != nil && c.differs(p.hello) {
			out = append(out, p.ID)
		}
	}
	return out
}

// onHello also finds members that are no longer in one view with this node.
func (c *Core) onHello(p *peer, m *Message) {
	if !reaches(p.hello, c.cfg.Self) && reaches(m, c.cfg.Self) {
		// It may have missed what was said before it knew that it reaches us,
		// and would not know who is to propose until the next hello.
		c.send(p.Peer, c.hello(), false)
	}
	if before := p.hello; c.cfg.Features.fits(m.Features) != (before == nil || c.cfg.Features.fits(before.Features)) {
		c.emit(Refuses{})
	}
	p.hello, p.heard = m, c.now
	if d := c.differs(m); p.conf != m.Conf && d || p.differs != d || d && c.now-p.told >= 4*c.cfg.Hello {
		p.differs, p.told = d, c.now
		c.emit(Differs{p.ID})
	}
	p.conf = m.Conf
	if m.Opened && c.view != nil && m.Ballot == c.view.Ballot {
		c.memory = c.memory.Settled()
	}
	switch {
	case c.closed || !slices.Contains(c.view.Members, p.Peer):
	case c.open && m.Ballot != c.view.Ballot:
		c.astray = true
	case c.view.DC == p.ID && m.DC == p.ID && m.Ballot.Compare(c.view.Ballot) > 0:
		c.shut() // our DC goes on without us; it will ask again
	}
}
