package view

import "gpcs/internal/cluster/quorum"

// Config is what a core is made with. Times are in ticks of whoever steps it.
type Config struct {
	Self   Peer
	Nodes  []uint32 // all configured nodes, this one too
	Quorum quorum.Config
	// Memory is what quorum needs to know from before a restart of the daemon.
	Memory quorum.Memory
	// Floor is at least the highest ballot counter that this node had reached
	// before its start, so that no ballot is used twice.
	Floor uint64
	// Start is how long a node that has just started waits for the others
	// before it opens a view without them: totem.token.
	Start int
	// Answer is how long a proposer waits for an answer before it goes on
	// without that member: half of totem.token.
	Answer int
	// Alone is how long a member of a quorate view may be without its DC and
	// without a new view before it counts itself isolated: less than the guard
	// time that the others wait, a fifth of totem.token.
	Alone int
	// Resend is the time after which a question is asked again.
	Resend int
	// Window is last_man_standing_window.
	Window int
	// Hello is the time between two hellos.
	Hello int
	// Features are those of this node.
	Features Features
	// Conf names the configuration that all this is from, other than any other
	// one; 0 = it is not compared with that of peers.
	Conf uint64
	// Mutant is a rule that is switched off, in tests.
	Mutant Mutant
	// Stamp tells which document this node holds now. It is called while the
	// core steps and must be pure.
	Stamp func() Stamp
}

// Event is one input of the core.
type Event interface{ event() }

// Reach says that a peer became reachable both ways, or no longer is.
type Reach struct {
	Peer Peer
	Up   bool
}

// Receive is a message from a peer, which must not be changed any more.
type Receive struct {
	From    Peer
	Message *Message
}

// Tick is one step of time.
type Tick struct {
	// Common is the number of this step on a clock that all nodes have, so that
	// their hellos go at one time, for which a node wakes up once. 0 = there is none.
	Common int
}

// Stalled says that this node itself stood still for so long that the others
// must have counted it lost.
type Stalled struct{}

// Adjust asks for a change of what the cluster takes for a quorum. Its DC makes
// a new view of the same members with it, whose Order it then is. It is lost
// with the DC: who asked has to look, and to ask again.
type Adjust struct{ Order quorum.Order }

// Device says whether the quorum device gives this node its votes.
type Device struct{ Votes bool }

// Configure gives the core another configuration: what corosync.conf says now.
type Configure struct {
	Nodes  []uint32
	Quorum quorum.Config
	Window int // in ticks
	Conf   uint64
}

// Carried says that the effects of the step before are carried out. It has to
// follow a step that had Adopt, Entered or Opened among them: what is proposed
// next begins with the document that they lead to.
type Carried struct{}

// Leave says that this node leaves on purpose. The core is done after it.
type Leave struct{}

func (Reach) event()   {}
func (Receive) event() {}
func (Tick) event()    {}
func (Stalled) event() {}
func (Carried) event() {}
func (Leave) event()   {}
func (Adjust) event()  {}
func (Device) event()  {}

func (Configure) event() {}

// Effect is one output of the core; they are to be done in order.
type Effect interface{ effect() }

// Send is a message to a peer. Several may share one, which must not be changed.
// Where Attach is set, the replica's snapshot of this moment goes into the
// Document of a copy.
type Send struct {
	To      Peer
	Message *Message
	Attach  bool
}

// Closed says that no view is open on this node: changes of the installed
// one's DC are no longer taken. The next is Entered.
type Closed struct{}

// Entered says that a view is installed on this node. Document is the
// snapshot that came with it, nil if this node's own is the right one.
type Entered struct {
	View     *View
	Document []byte
}

// Opened says, on the DC, that all members have installed the view.
type Opened struct{ View *View }

// Adopt says, on the proposer, that a member's document is the best.
type Adopt struct{ Document []byte }

// Isolated says that this node does not reach a quorum, or that it does again.
// It comes before any agreement.
type Isolated struct{ Now bool }

// Refuses says that a peer that can be reached is newly kept apart, or no
// longer is: see Core.Refused.
type Refuses struct{}

// Differs says that a peer uses another configuration than this node, which may
// have missed that its own has changed, or that it does not any longer: see
// Core.Differing. While it does it comes again and again.
type Differs struct{ Peer uint32 }

func (Send) effect()     {}
func (Differs) effect()  {}
func (Refuses) effect()  {}
func (Closed) effect()   {}
func (Entered) effect()  {}
func (Opened) effect()   {}
func (Adopt) effect()    {}
func (Isolated) effect() {}
