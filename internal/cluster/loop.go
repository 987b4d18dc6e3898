package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gpcs/internal/cluster/link"
	"gpcs/internal/cluster/member"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/replica"
	"gpcs/internal/cluster/view"
)

// loop steps the core: it is the only one that touches it.
func (c *Cluster) loop(ctx context.Context) error {
	steps := 1 // of the core's time until the timer
	tick := time.NewTimer(c.mesh.UntilBeat(c.config.tick()))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			for n := steps; n > 0; n-- {
				c.do(c.core.Tick(c.mesh.Beats(c.config.tick())-n+1, now()))
			}
			steps = 1
			if c.core.Resting() {
				steps = 2 // then the beat wakes this node up anyway
			}
			tick.Reset(c.mesh.UntilBeat(time.Duration(steps) * c.config.tick()))
		case <-c.inbox.Ready():
			for _, item := range c.inbox.Take() {
				c.handle(item)
			}
		}
	}
}

func (c *Cluster) handle(item any) {
	switch e := item.(type) {
	case func():
		e()
	case link.Up:
		c.up[e.Peer.ID] = e.Peer
		c.roster.Wake()
		c.do(c.core.StepView(view.Reach{Peer: e.Peer, Up: true}, now()))
	case link.Connected:
		if c.up[e.Peer.ID] == e.Peer {
			c.do(c.core.StepView(view.Reach{Peer: e.Peer, Up: true}, now()))
		}
	case link.Down:
		delete(c.up, e.Peer.ID)
		if l := c.lost[e.Peer.ID]; !l.Left {
			c.opt.Log.Warn("a node cannot be reached any more", "node", c.name(e.Peer.ID))
			c.lost[e.Peer.ID] = Lost{ID: e.Peer.ID, LastHeard: c.mesh.LastHeard(e.Peer.ID)}
		}
		c.do(c.core.StepView(view.Reach{Peer: e.Peer}, now()))
	case link.Stalled:
		c.do(c.core.StepView(view.Stalled{}, now()))
	case link.Frame:
		c.receive(e)
	}
}

func (c *Cluster) receive(f link.Frame) {
	var m member.Message
	if err := json.Unmarshal(f.Payload, &m); err != nil {
		c.opt.Log.Warn("a message of a node cannot be read", "node", c.name(f.From.ID), "err", err)
		return
	}
	if m.View != nil && m.View.Kind == view.Bye {
		c.lost[f.From.ID] = Lost{ID: f.From.ID, LastHeard: time.Now(), Left: true}
	}
	c.do(c.core.Receive(f.From, m, now()))
}

// do carries the core's effects out, in order.
func (c *Cluster) do(effects []member.Effect) {
	c.reserveBallots() // before anybody hears of one
	for _, e := range effects {
		switch e := e.(type) {
		case member.Send:
			c.mesh.Send(e.To, c.encoder.encode(e.Message))
		case view.Entered:
			c.entered(e.View)
		case view.Opened:
			c.opt.Log.Info("this node is the DC", "view", e.View.String())
			c.publish()
		case view.Closed:
			c.publish()
		case view.Isolated:
			if e.Now {
				c.opt.Log.Warn("this node is isolated: it reaches no quorum")
			}
			c.publish()
		case view.Refuses:
			c.publish()
		case view.Differs:
			if len(c.differing()) > 0 {
				c.opt.Differs()
			}
			c.publish()
		case replica.Changed:
			c.doc.set(e.Doc)
		case replica.Store, replica.Lost:
			c.saves.Put(e)
		case replica.Reply:
			c.reply(e)
		}
	}
}

func (c *Cluster) entered(v *view.View) {
	c.opt.Log.Info("view installed", "view", v.String())
	for _, id := range c.goneSince(v) {
		if _, known := c.lost[id]; !known {
			c.lost[id] = Lost{ID: id, LastHeard: c.mesh.LastHeard(id)}
		}
	}
	for _, id := range v.IDs() {
		delete(c.lost, id)
	}
	for _, n := range c.config.Nodes {
		if !v.Has(n.ID) {
			c.mesh.Forget(n.ID)
		}
	}
	c.previous = v
	m := c.core.Memory()
	c.remember(&m)
	c.publish()
}

// goneSince returns the members of the view before that are not in v.
func (c *Cluster) goneSince(v *view.View) []uint32 {
	if c.previous == nil {
		return nil
	}
	return slices.DeleteFunc(c.previous.IDs(), v.Has)
}

// publish gives the present state to who watches.
func (c *Cluster) publish() { c.state.set(c.snapshot()) }

func (c *Cluster) snapshot() State {
	s := State{Self: c.self, View: c.core.View(), Open: c.core.Open(), Isolated: c.core.Isolated(),
		Addresses: c.mesh.Addresses(), Links: c.mesh.Status(), ActiveLinks: c.config.ActiveLinks}
	if s.View == nil {
		s.Quorum = c.config.quorum().Evaluate([]uint32{c.self.ID}, c.core.Memory(), false, quorum.Order{})
		s.Quorum.Quorate = false
	} else {
		s.Quorum = s.View.Quorum
	}
	if s.Open {
		s.DC = s.View.DC
	}
	seen := c.roster.Seen()
	for _, n := range c.config.Nodes {
		m := Member{ID: n.ID, Name: n.Name, Votes: n.Votes, Online: s.View.Has(n.ID), Seen: seen[n.ID]}
		if i := slices.IndexFunc(n.Addresses, func(a string) bool { return a != "" }); i >= 0 {
			m.Address = n.Addresses[i]
		}
		if m.Online {
			i := slices.IndexFunc(s.View.Members, func(p view.Peer) bool { return p.ID == n.ID })
			m.Incarnation = s.View.Members[i].Incarnation
			m.Since, m.FeatureSet = s.View.Since[n.ID], s.View.Sets[n.ID]
		}
		s.Members = append(s.Members, m)
		if l, ok := c.lost[n.ID]; ok && !m.Online {
			s.Lost = append(s.Lost, l)
		}
	}
	for _, text := range c.troubles {
		s.Troubles = append(s.Troubles, text)
	}
	for _, r := range c.core.Refused() {
		s.Troubles = append(s.Troubles, refusal(c.opt.Features, r, c.name(r.Peer)))
	}
	for _, id := range c.differing() {
		s.Troubles = append(s.Troubles, fmt.Sprintf("Node %s uses another corosync.conf than this node. Resources run on, but a node that is "+
			"not in all of them is kept out: run 'pcs cluster sync' on a node that has the right one", c.name(id)))
	}
	slices.Sort(s.Troubles)
	return s
}

// differing are the nodes whose configuration should be this node's and is not.
func (c *Cluster) differing() []uint32 {
	if c.opt.Differs == nil {
		return nil
	}
	return c.core.Differing()
}

// refusal says why a node is kept apart, and what to do about it.
func refusal(own view.Features, r view.Refusal, name string) string {
	if r.Features.Level < own.Oldest {
		return fmt.Sprintf("Node %s is not taken into the cluster: its gpcs is too old (feature level %d, this node needs at least %d). "+
			"Nothing else is affected; upgrade gpcs on %s and start the cluster there again", name, r.Features.Level, own.Oldest, name)
	}
	return fmt.Sprintf("Node %s does not take this node into the cluster: gpcs here is too old (feature level %d, %s needs at least %d); "+
		"upgrade gpcs on this node and start the cluster here again", name, own.Level, name, r.Features.Oldest)
}

// trouble notes, or with "" clears, a condition for the administrator.
func (c *Cluster) trouble(key, text string) {
	if text == "" {
		delete(c.troubles, key)
	} else {
		c.troubles[key] = text
	}
}

// reserveBallots keeps the reserved ballots ahead of those in use.
func (c *Cluster) reserveBallots() {
	if used := c.core.Counter(); used+reserve/2 > c.memory.Ballots {
		c.memory.Ballots = used + reserve
		if err := c.memory.save(); err != nil {
			c.trouble("memory", "What this node must remember of itself could not be kept: "+err.Error())
		}
	}
}

// encoder prints messages; JSON without the escapes that XML would suffer from.
type encoder struct{ buf bytes.Buffer }

func (e *encoder) encode(m member.Message) []byte {
	e.buf.Reset()
	enc := json.NewEncoder(&e.buf)
	enc.SetEscapeHTML(false)
	// Structs of strings and numbers never fail to be written.
	_ = enc.Encode(m)
	return bytes.Clone(e.buf.Bytes())
}

// hand gives the other nodes' messages to their receiver.
func (c *Cluster) hand(ctx context.Context) error {
	for {
		list := c.apps.Wait(ctx)
		if list == nil {
			return nil
		}
		for _, app := range list {
			if c.opt.Receive != nil {
				c.opt.Receive(app.From.ID, app.Kind, app.Payload)
			}
		}
	}
}
