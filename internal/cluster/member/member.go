// Package member joins view and replica into what one node is in the cluster:
// one pure step function, with one kind of message between nodes. It decides
// nothing itself; it carries the effects of one core to the other in the order
// that both rely on. The shell around it is package cluster; a simulator runs
// several of these on a virtual clock.
package member

import (
	"gpcs/internal/cib"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/replica"
	"gpcs/internal/cluster/view"
)

// Config is what a core is made with. Times are in ticks.
type Config struct {
	Self   view.Peer
	Nodes  []uint32
	Quorum quorum.Config
	// Memory is what quorum needs to know from before a restart of the daemon.
	Memory quorum.Memory
	// SeenAll says of that memory only that wait_for_all is satisfied.
	SeenAll bool
	// Unshared is what was stored with the document.
	Unshared replica.Unshared
	// Window is last_man_standing_window.
	Window int
	// Floor is a ballot counter that this node has surely not passed before its
	// start, so that no ballot is used twice.
	Floor uint64
	// Recent are the requests stored with the document.
	Recent []replica.Applied
	Token  int // totem.token, at least 10
	Name   func(id uint32) string
	// Features are those of this node's gpcs.
	Features view.Features
	Conf     uint64      // names the configuration, see view.Config
	Mutant   view.Mutant // a rule that is switched off, in tests
}

// Message is what nodes say to each other: one of the two.
type Message struct {
	View    *view.Message    `json:"view,omitempty"`
	Replica *replica.Message `json:"replica,omitempty"`
}

// String prints the message in one line.
func (m Message) String() string {
	if m.View != nil {
		return m.View.String()
	}
	if m.Replica != nil {
		return m.Replica.String()
	}
	return "empty"
}

// Send is the effect of a message to a peer.
type Send struct {
	To      view.Peer
	Message Message
}

// Effect is one of Send, view.Closed, view.Entered (its document was taken),
// view.Opened, view.Isolated, view.Refuses, view.Differs, replica.Store, replica.Lost,
// replica.Changed, replica.Reply.
// They are to be done in order.
type Effect any

// Core is one node.
type Core struct {
	view    *view.Core
	replica *replica.Core
	now     string
	out     []Effect
}

// New returns the core of a node that starts with doc, which must not be
// changed any more, and the lineage stored with it.
func New(cfg Config, doc *cib.Document, lineage view.Lineage) *Core {
	cfg.Memory.SeenAll = cfg.Memory.SeenAll || cfg.SeenAll
	c := &Core{replica: replica.New(replica.Config{
		Self: cfg.Self.ID, Quorum: cfg.Quorum, Retry: cfg.Token, Name: cfg.Name, Recent: cfg.Recent, Unshared: cfg.Unshared,
		Mutant: cfg.Mutant,
	}, doc, lineage)}
	c.view = view.New(view.Config{
		Self: cfg.Self, Nodes: cfg.Nodes, Quorum: cfg.Quorum, Memory: cfg.Memory, Window: cfg.Window, Floor: max(cfg.Floor, lineage.Ballot.Counter),
		Start: cfg.Token, Answer: cfg.Token / 2, Alone: cfg.Token / 5, Resend: max(cfg.Token/20, 1), Hello: max(cfg.Token/2, 1),
		Stamp: c.replica.Stamp, Features: cfg.Features, Conf: cfg.Conf, Mutant: cfg.Mutant,
	})
	return c
}

// View is the view installed last, nil before the first.
func (c *Core) View() *view.View { return c.view.View() }

// Open tells whether that view holds; on the DC, whether all have installed it.
func (c *Core) Open() bool { return c.view.View() != nil && c.view.Open() }

// Resting tells whether the installed view is what it should be, so that time
// may go in larger steps.
func (c *Core) Resting() bool { return c.view.IsResting() }

// Isolated tells whether this node reaches no quorum after it had one.
func (c *Core) Isolated() bool { return c.view.IsIsolated() }

// Refused are the peers that features keep apart from this node.
func (c *Core) Refused() []view.Refusal { return c.view.Refused() }

// Differing are the peers that use another configuration than this node.
func (c *Core) Differing() []uint32 { return c.view.Differing() }

// SeenAll is wait_for_all's memory.
func (c *Core) SeenAll() bool { return c.view.Memory().SeenAll }

// Memory is what quorum has to know after a restart of the daemon.
func (c *Core) Memory() quorum.Memory { return c.view.Memory() }

// Counter is the highest ballot counter that this node has seen.
func (c *Core) Counter() uint64 { return c.view.Counter() }

// Document is this node's present document.
func (c *Core) Document() *cib.Document { return c.replica.Document() }

// Stamp says which document that is.
func (c *Core) Stamp() view.Stamp { return c.replica.Stamp() }

// Failing says why this node cannot store its document, "" if it can.
func (c *Core) Failing() string { return c.replica.Failing() }

// Tick is one step of time for all of the core; common is as in view.Tick. now
// is the time in the form of ctime(3), here and below.
func (c *Core) Tick(common int, now string) []Effect {
	c.now = now
	c.stepView(view.Tick{Common: common})
	c.stepReplica(replica.Tick{})
	return c.take()
}

// Configure takes another configuration of nodes and votes; the window of
// last_man_standing is in ticks, conf names it, see view.Config.
func (c *Core) Configure(nodes []uint32, votes quorum.Config, window int, conf uint64, now string) []Effect {
	c.now = now
	c.replica.Configure(votes)
	c.stepView(view.Configure{Nodes: nodes, Quorum: votes, Window: window, Conf: conf})
	return c.take()
}

// Receive takes a message from a peer.
func (c *Core) Receive(from view.Peer, m Message, now string) []Effect {
	c.now = now
	if m.View != nil {
		c.stepView(view.Receive{From: from, Message: m.View})
	}
	if m.Replica != nil {
		c.stepReplica(replica.Receive{From: from.ID, Message: *m.Replica})
	}
	return c.take()
}

// StepView takes a view.Reach, view.Stalled, view.Adjust, view.Device or view.Leave.
func (c *Core) StepView(ev view.Event, now string) []Effect {
	c.now = now
	c.stepView(ev)
	return c.take()
}

// StepReplica takes a replica.Submit, replica.Read, replica.Cancel or replica.Stored.
func (c *Core) StepReplica(ev replica.Event, now string) []Effect {
	c.now = now
	c.stepReplica(ev)
	return c.take()
}

func (c *Core) take() []Effect {
	out := c.out
	c.out = nil
	return out
}

func (c *Core) emit(e Effect) { c.out = append(c.out, e) }

func (c *Core) stepView(ev view.Event) {
	effects := c.view.Step(ev)
	for _, e := range effects {
		switch e := e.(type) {
		case view.Send:
			m := e.Message
			if e.Attach {
				with := *m
				with.Document = c.replica.Snapshot()
				m = &with
			}
			c.emit(Send{To: e.To, Message: Message{View: m}})
			continue
		case view.Adopt:
			c.stepReplica(replica.Adopt{Document: e.Document})
			continue
		case view.Closed:
			c.stepReplica(replica.Close{})
		case view.Entered:
			c.stepReplica(replica.Enter{View: e.View, Document: e.Document})
		case view.Opened:
			c.emit(e)
			c.stepReplica(replica.Open{})
			continue
		}
		c.emit(e)
	}
	if view.MustCarry(effects) {
		c.stepView(view.Carried{})
	}
}

func (c *Core) stepReplica(ev replica.Event) {
	for _, e := range c.replica.Step(ev, c.now) {
		if s, ok := e.(replica.Send); ok {
			if to, known := c.member(s.To); known {
				c.emit(Send{To: to, Message: Message{Replica: &s.Message}})
			}
			continue
		}
		c.emit(e)
	}
}

func (c *Core) member(id uint32) (view.Peer, bool) {
	if v := c.view.View(); v != nil {
		for _, m := range v.Members {
			if m.ID == id {
				return m, true
			}
		}
	}
	return view.Peer{}, false
}
