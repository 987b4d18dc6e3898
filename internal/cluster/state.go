package cluster

import (
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cluster/link"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/view"
)

// State is what this node knows of the cluster. It is a value: nothing in it
// changes after it was given out.
type State struct {
	Self view.Peer
	// View is the one installed last, nil before the first. Where Open is
	// false the next one is being made.
	View *view.View
	Open bool
	// DC is the view's DC, 0 while no view is open.
	DC     uint32
	Quorum quorum.Outcome
	// Isolated is true from the moment at which this node does not reach a
	// quorum that it had, before any view is agreed on, and after it stalled.
	Isolated bool
	Members  []Member // all configured nodes, by id
	// Lost are the nodes that were in a view and no longer are, by id.
	Lost  []Lost
	Links []link.Status
	// ActiveLinks is totem.link_mode active, as it is in use now; Addresses are
	// this node's by link, "" = no such link.
	ActiveLinks bool
	Addresses   []string
	Troubles    []string // for an administrator, as whole sentences
}

// Member is one configured node.
type Member struct {
	ID          uint32
	Name        string
	Online      bool // in the view
	Votes       int
	FeatureSet  string // crm_feature_set of its engine, in the view
	Address     string // of its first link
	Incarnation uint64 // in the view
	// Since is the counter of the ballot from which on it was a member without
	// a gap, as this node saw it. Another one says that it was away, whatever
	// was missed of the states between: what is known of it is to be checked.
	Since uint64
	// Seen is true where this node, or another one, reaches the node's daemon
	// by the roster's probes. It may be seconds old.
	Seen bool
}

// Lost is a node that is no longer in the view.
type Lost struct {
	ID        uint32
	LastHeard time.Time // of its last heartbeat here
	Left      bool      // it said so: nothing of it runs any more
}

// Quorate tells whether this node may act by the view's quorum.
func (s State) Quorate() bool {
	return s.View != nil && s.View.Quorum.Quorate && !s.Isolated
}

// HeardByAll is the time until which all members of the present view have
// heard this node. It is false where this node is in no view with a quorum.
func (c *Cluster) HeardByAll() (time.Time, bool) {
	s := c.state.get()
	if !s.Quorate() {
		return time.Time{}, false
	}
	at := time.Now()
	for _, m := range s.Members {
		if !m.Online || m.ID == s.Self.ID {
			continue
		}
		if heard := c.mesh.HeardBy(m.ID); heard.Before(at) {
			at = heard
		}
	}
	return at, !at.IsZero()
}

// UntilBeat is the time until this node's daemon wakes up next anyway, about a
// period from now.
func (c *Cluster) UntilBeat(period time.Duration) time.Duration { return c.mesh.UntilBeat(period) }

// IsDC tells whether this node is the DC of an open view.
func (s State) IsDC() bool { return s.Open && s.DC == s.Self.ID }

// Name returns the name of a node.
func (s State) Name(id uint32) string {
	for _, m := range s.Members {
		if m.ID == id {
			return m.Name
		}
	}
	return ""
}

// Fill writes the state into its form on the wire.
func (s State) Fill(out *api.State) {
	out.NodeID = s.Self.ID
	out.Node = s.Name(s.Self.ID)
	if s.View != nil {
		out.View = api.View{Counter: s.View.Ballot.Counter, Leader: s.View.Ballot.Node, DC: s.DC, Quorate: s.Quorate(), Level: s.View.Level}
	}
	for _, m := range s.Members {
		out.View.Members = append(out.View.Members, api.Member{ID: m.ID, Name: m.Name, Online: m.Online, Votes: m.Votes, Address: m.Address, Seen: m.Seen})
	}
	q := s.Quorum
	out.Quorum = api.Quorum{Expected: q.Expected, HighestExpected: q.Highest, Total: q.Total, Needed: q.Needed, Flags: q.Flags, Waits: q.Waits}
	out.Addresses, out.LinkMode = s.Addresses, "passive"
	if s.ActiveLinks {
		out.LinkMode = "active"
	}
	for _, l := range s.Links {
		out.Links = append(out.Links, api.Link{Number: l.Link, Peer: l.Peer, Up: l.Up, Used: l.Used, Address: l.Address, RTTus: l.RTT.Microseconds()})
	}
	out.Troubles = append(out.Troubles, s.Troubles...)
}
