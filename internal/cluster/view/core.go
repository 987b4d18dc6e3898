package view

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"gpcs/internal/cluster/quorum"
)

// Core is one node's part in the protocol.
type Core struct {
	cfg      Config
	peers    map[uint32]*peer
	byID     []*peer // the same, by id
	promised Ballot  // highest ballot promised to; nothing lower is answered
	granted  Ballot  // of the last promise to another node
	fell     bool    // the installed view has no quorum, one before it had, and others may go on
	view     *View   // installed last
	closed   bool    // no view is open: promised to another, or stalled
	open     bool    // on the DC: all members have installed the view
	memory   quorum.Memory
	device   bool         // the quorum device votes for this node
	order    quorum.Order // on the DC: asked for, for the next view
	shrink   bool         // on the DC: last_man_standing's window is over
	recount  bool         // votes are configured otherwise than the installed view counted them
	opened   int          // tick at which the view was opened
	isolated bool
	stalled  bool // until the next view is installed
	left     bool
	stale    Ballot // of the promise at the last stall: what came of it is for others
	astray   bool   // on the DC: a member is no longer in the view that it installed
	proposal *proposal
	now      int // ticks since start
	greeted  int // tick of the last hello that nothing had changed before
	quiet    int // tick before which nothing is proposed
	awayFrom int // tick since which the installed view does not fit what is reachable; -1 = it fits
	calm     int // tick before which ticks alone change nothing, see steady
	out      []Effect
	inReach  []uint32 // room for judgeIsolation
	wanted   []Peer   // room for candidates
}

// peer is what this node knows of another.
type peer struct {
	Peer
	up   bool
	gone uint64 // incarnation that said Bye
	conf uint64 // that it said last that it uses

	differs bool     // that is another than this node's
	told    int      // tick of the last Differs because of it
	hello   *Message // last one of this incarnation
	heard   int      // tick of that hello
	skip    int      // not asked again before this tick
	tries   int      // proposals in a row that it did not answer
}

// New returns the core of a node that has just started and is in no view.
func New(cfg Config) *Core {
	c := &Core{cfg: cfg, peers: map[uint32]*peer{}, closed: true, memory: cfg.Memory.AfterLoss(cfg.Stamp().place())}
	c.promised.Counter = cfg.Floor
	switch cfg.Mutant {
	case ForgetBallots:
		c.promised.Counter, c.cfg.Floor = 0, 0
	case ForgetViews:
		c.memory = quorum.Memory{}
	case ForgetWaiting:
		c.memory.SeenAll = true
	}
	c.known(cfg.Nodes)
	return c
}

// View is the view installed last, nil before the first.
func (c *Core) View() *View { return c.view }

// Counter is the highest ballot counter that this node has promised to.
func (c *Core) Counter() uint64 { return c.promised.Counter }

// Open tells whether the installed view still holds on this node and, on its
// DC, whether all members have installed it.
func (c *Core) Open() bool { return !c.closed && (c.open || c.view.DC != c.cfg.Self.ID) }

// IsResting tells whether the installed view holds, and is what it should be.
func (c *Core) IsResting() bool {
	return c.proposal == nil && !c.closed && !c.stalled && c.awayFrom < 0
}

// IsIsolated tells whether this node reaches no quorum after it had one, or
// stalled and is in no view since.
func (c *Core) IsIsolated() bool { return c.isolated }

// Memory is what quorum has to know after a restart of the daemon.
func (c *Core) Memory() quorum.Memory { return c.memory }

// Step takes one event and returns what is to be done about it, in order.
func (c *Core) Step(ev Event) []Effect {
	if c.left {
		return nil
	}
	switch ev := ev.(type) {
	case Reach:
		c.reach(ev)
	case Receive:
		c.receive(ev.From, ev.Message)
	case Tick:
		c.tick(ev)
	case Stalled:
		c.stall()
	case Leave:
		c.leave()
	case Adjust:
		c.adjust(ev.Order)
	case Configure:
		c.configure(ev)
	case Device:
		if c.device != ev.Votes {
			c.device = ev.Votes
			c.helloAll()
		}
	}
	if _, tick := ev.(Tick); !tick {
		c.calm = 0
	}
	if !c.left && (c.now >= c.calm || c.shrink) {
		c.judgeIsolation()
		if !MustCarry(c.out) {
			c.evaluate()
		}
	}
	out := c.out
	c.out = nil
	return out
}

// MustCarry tells whether a Carried has to follow these effects.
func MustCarry(effects []Effect) bool {
	return slices.ContainsFunc(effects, func(e Effect) bool {
		switch e.(type) {
		case Adopt, Entered, Opened:
			return true
		}
		return false
	})
}

func (c *Core) emit(e Effect) { c.out = append(c.out, e) }

func (c *Core) send(to Peer, m Message, attach bool) {
	c.emit(Send{To: to, Message: &m, Attach: attach})
}

func (c *Core) reach(ev Reach) {
	p := c.peers[ev.Peer.ID]
	if p == nil || (ev.Up && ev.Peer.Incarnation == p.gone) {
		return
	}
	if !ev.Up && ev.Peer.Incarnation != p.Incarnation {
		return // news of an earlier incarnation
	}
	c.forgive(p)
	if ev.Peer.Incarnation != p.Incarnation {
		*p = peer{Peer: ev.Peer, gone: p.gone}
	}
	if p.up = ev.Up; !p.up {
		p.hello = nil
	}
	c.helloAll()
}

func (c *Core) stall() {
	c.stalled, c.stale = true, c.promised
	if c.cfg.Mutant == KeepPromise {
		c.stale = Ballot{}
	}
	c.proposal = nil
	c.shut()
	c.quiet = c.now + c.cfg.Hello // until they have said how things are now
	c.helloAll()
}

func (c *Core) leave() {
	for p := range c.living() {
		c.send(p.Peer, Message{Kind: Bye}, false)
	}
	c.shut()
	c.left = true
}

// configure takes another configuration. Nodes that are not in it are gone for
// this node; where votes are counted otherwise the DC makes the view anew, and
// what was expected instead of the configured votes is over.
func (c *Core) configure(ev Configure) {
	c.known(ev.Nodes)
	if !c.cfg.Quorum.Equal(ev.Quorum) {
		c.recount = true
		c.memory.Expected = ev.Quorum.Afresh()
		// Who has a quorum does not begin to wait for all because of nodes that
		// were added: it waits after a boot only, votequorum(5).
		c.memory.SeenAll = c.memory.SeenAll || (c.view != nil && c.view.Quorum.Quorate && !c.stalled)
	}
	c.cfg.Nodes, c.cfg.Quorum, c.cfg.Window, c.cfg.Conf = ev.Nodes, ev.Quorum, ev.Window, ev.Conf
	if c.proposal != nil && !c.stillThere(c.proposal) {
		c.proposal = nil
	}
	c.helloAll()
}

// reached tells whether a peer is configured and up.
func (c *Core) reached(id uint32) bool {
	p := c.peers[id]
	return p != nil && p.up
}

// shut closes the installed view on this node.
func (c *Core) shut() {
	if !c.closed {
		c.closed, c.open = true, false
		c.emit(Closed{})
	}
}

// known takes the nodes of the configuration as peers.
func (c *Core) known(nodes []uint32) {
	for id := range c.peers {
		if !slices.Contains(nodes, id) {
			delete(c.peers, id)
		}
	}
	for _, id := range nodes {
		if id != c.cfg.Self.ID && c.peers[id] == nil {
			c.peers[id] = &peer{Peer: Peer{ID: id}}
		}
	}
	c.byID = slices.SortedFunc(maps.Values(c.peers), func(a, b *peer) int { return cmp.Compare(a.ID, b.ID) })
}

// living are the reachable peers by id.
func (c *Core) living() iter.Seq[*peer] {
	return func(yield func(*peer) bool) {
		for _, p := range c.byID {
			if p.up && !yield(p) {
				return
			}
		}
	}
}

func (c *Core) tick(ev Tick) {
	c.now++
	if c.helloDue(ev.Common) {
		c.greeted = c.now
		c.helloAll()
	}
	if c.proposal != nil {
		c.chase()
	}
	if c.open && c.view.Quorum.Shrinks > 0 && c.now-c.opened >= c.cfg.Window {
		c.shrink = true
	}
}

func (c *Core) receive(from Peer, m *Message) {
	p := c.peers[from.ID]
	if p == nil || !p.up || p.Incarnation != from.Incarnation {
		return
	}
	switch m.Kind {
	case Hello:
		c.onHello(p, m)
	case Prepare:
		c.onPrepare(p, m)
	case Promise:
		c.onPromise(p, m)
	case Reject:
		c.onReject(m)
	case Install:
		c.onInstall(p, m)
	case Installed:
		c.onInstalled(p, m)
	case Reorder:
		if c.view != nil && c.view.DC == c.cfg.Self.ID {
			c.order = m.Order
		}
	case Bye:
		c.forgive(p)
		p.up, p.gone, p.hello = false, p.Incarnation, nil
		c.helloAll()
	}
}

func sortPeers(list []Peer) {
	slices.SortFunc(list, func(a, b Peer) int { return cmp.Compare(a.ID, b.ID) })
}
