package view

import (
	"slices"

	"gpcs/internal/cluster/quorum"
)

// onPrepare promises where the sender is the one that should propose as far as
// this node knows. Otherwise it is silent: the sender asks again, and either
// side learns from the other's hello.
func (c *Core) onPrepare(p *peer, m *Message) {
	if m.Ballot.Compare(c.stale) <= 0 {
		return
	}
	if again := c.proposal == nil && c.closed && m.Ballot == c.promised; !again {
		if m.Ballot.Compare(c.promised) <= 0 && c.cfg.Mutant != LowerBallot {
			c.send(p.Peer, Message{Kind: Reject, Ballot: m.Ballot, Promised: c.promised}, false)
			return
		}
		if c.best(c.candidates()) != p.ID {
			return
		}
	}
	c.promised, c.granted = m.Ballot, m.Ballot
	c.proposal = nil
	c.awayFrom = c.now
	c.shut()
	mine := c.cfg.Stamp()
	better := c.better(mine, m.Stamp)
	c.send(p.Peer, Message{Kind: Promise, Ballot: m.Ballot, Stamp: mine, Memory: c.memory, View: c.view,
		Features: c.cfg.Features}, better)
}

// onInstall takes the view that was promised to, but not twice, and not after
// a stall: an INSTALL may be late, and its DC have gone on without this node.
func (c *Core) onInstall(p *peer, m *Message) {
	if c.cfg.Mutant == WithoutPromises && m.Ballot.Compare(c.promised) > 0 {
		c.promised, c.proposal = m.Ballot, nil
		c.shut()
	}
	if m.View == nil || m.View.Ballot != c.promised || p.ID != m.View.DC || !slices.Contains(m.View.Members, c.cfg.Self) {
		return
	}
	if c.closed && (c.promised.Compare(c.stale) <= 0 || (c.view != nil && c.view.Ballot == c.promised && c.cfg.Mutant != KeepPromise)) {
		return
	}
	if c.closed { // otherwise it is the same INSTALL again: only answer it
		c.enter(m.View, m.Document)
	}
	c.send(p.Peer, Message{Kind: Installed, Ballot: m.View.Ballot}, false)
	c.helloAll()
}

// enter installs a view on this node.
func (c *Core) enter(v *View, document []byte) {
	c.fell = !v.Quorum.Quorate && len(v.Members) < len(c.cfg.Nodes) && (c.isolated || (c.view != nil && c.view.Quorum.Quorate))
	c.view, c.closed, c.open, c.stalled, c.astray = v, false, false, false, false
	c.memory, c.order, c.shrink, c.recount = v.Quorum.Memory, quorum.Order{}, false, false
	c.awayFrom = -1
	c.emit(Entered{View: v, Document: document})
}
