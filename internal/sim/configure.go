package sim

import (
	"maps"
	"slices"
	"time"

	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/view"
)

// configuration is what corosync.conf says. It is never changed in place.
type configuration struct {
	version int
	nodes   []uint32
	votes   quorum.Config
	token   time.Duration
}

// tick is one step of the cores' time, interval that between two heartbeats:
// both as package cluster has them.
func (c *configuration) tick() time.Duration     { return c.token / ticks }
func (c *configuration) interval() time.Duration { return max(50*time.Millisecond, c.token/10) }
func (c *configuration) grace() time.Duration    { return grace / token * c.token }

func (c *configuration) has(id uint32) bool { return c != nil && slices.Contains(c.nodes, id) }

func (c *configuration) id() uint64 { return uint64(c.version) + 1 }

// live tells whether a seed changes nodes and votes while the cluster runs: two
// in eleven of those without agents, none of which had found anything before.
func live(opt Options) bool {
	return !opt.Engine && (opt.Seed%11 == 2 || opt.Seed%11 == 5)
}

// configure makes up the configuration of n nodes.
func (w *world) configure(n int) {
	c := w.conf
	c.token = token
	c.votes.Votes = map[uint32]int{}
	for id := uint32(1); id <= uint32(n); id++ {
		c.nodes = append(c.nodes, id)
		c.votes.Votes[id] = 1
	}
	if w.chance(6) && !c.votes.TwoNode && !w.opt.Fencing {
		c.votes.Votes[1+w.rnd.Uint32N(uint32(n))] = w.rnd.IntN(4)
	}
	if (w.opt.Seed%8 == 5 || w.opt.Seed%8 == 7) && !c.votes.TwoNode {
		c.votes.TieBreaker = &quorum.TieBreaker{}
	}
	c.votes.LastManStanding = w.opt.Seed%8 >= 6 && !w.opt.Fencing
	if w.chance(6) {
		yes := true
		c.votes.WaitForAll = &yes
	}
	if w.opt.Mutant == aloneAtBoot {
		no := false
		c.votes.WaitForAll = &no
	}
}

// members are the hosts that are nodes of the cluster now.
func (w *world) members() []*host {
	if !w.live {
		return w.hosts
	}
	var list []*host
	for _, h := range w.hosts {
		if w.conf.has(h.id) {
			list = append(list, h)
		}
	}
	return list
}

// first is the node whose state stands for all where all are the same.
func (w *world) first() *host { return w.hosts[w.conf.nodes[0]-1] }

// reconfigure adds a node, removes one, gives one a vote more or less, or sets
// another token, as an administrator may while all nodes can be reached: one
// thing at a time, for then every quorum shares a member with every one of
// before. All get the file; one of them takes it into use and tells the others.
func (w *world) reconfigure(*host) {
	by := w.members()[w.rnd.IntN(len(w.conf.nodes))]
	for _, h := range w.members() {
		d := h.d
		if d == nil || h.stalled || !d.core.Open() || len(d.core.View().Members) != len(w.conf.nodes) || h.full || (h != by && !w.bothWays(h, by)) {
			return
		}
	}
	next := &configuration{version: w.conf.version + 1, nodes: slices.Clone(w.conf.nodes), votes: w.conf.votes, token: w.conf.token}
	next.votes.Votes = maps.Clone(next.votes.Votes)
	h := w.hosts[w.rnd.IntN(len(w.hosts))]
	switch {
	case !w.conf.has(h.id):
		w.logf("FAULT %s is added", h.name)
		next.nodes = append(next.nodes, h.id)
		slices.Sort(next.nodes)
		next.votes.Votes[h.id] = 1
		w.in(w.between(0, 2*token), h.boot)
	case h != by && len(w.conf.nodes) > 3 && w.chance(2):
		w.logf("FAULT %s is removed", h.name)
		next.nodes = slices.DeleteFunc(next.nodes, func(id uint32) bool { return id == h.id })
		delete(next.votes.Votes, h.id)
		w.remove(h)
	case w.chance(3):
		next.token = []time.Duration{token / 2, token, mostToken}[w.rnd.IntN(3)]
		w.logf("FAULT the token is %v", next.token)
	default:
		votes := next.votes.Votes
		if votes[h.id]++; votes[h.id] > 2 {
			votes[h.id] = 1
		}
		w.logf("FAULT %s has %d votes", h.name, votes[h.id])
	}
	w.conf = next
	for _, h := range w.members() {
		h.conf = next
	}
	w.in(w.between(0, 20*time.Millisecond), func() {
		if d := by.d; d != nil {
			d.now(arrival, d.reloadAll)
		}
	})
}

// mostToken is the longest token that an administrator sets.
const mostToken = 2 * token

// longest is the longest token that a node may use.
func (w *world) longest() time.Duration {
	if w.live {
		return mostToken
	}
	return token
}

// remove ends the cluster on a node: it leaves, and its files are deleted.
func (w *world) remove(h *host) {
	h.conf = nil
	if h.d != nil {
		h.d.leave()
		h.kill()
	}
	h.loseDisk()
	h.stays = true
}

// reloadAll tells the other members to do the same, and takes the file that is
// on the disk into use.
func (d *daemon) reloadAll() {
	if v := d.core.View(); v != nil {
		for _, id := range v.IDs() {
			if id != d.self.ID {
				d.sendCommand(id, command{reload: true})
			}
		}
	}
	d.reload()
}

func (d *daemon) reload() {
	c := d.h.conf
	if c == d.conf {
		return
	}
	d.h.w.logf("%s: takes configuration %d into use", d.h.name, c.version)
	if c.token != d.conf.token {
		d.judge.Retime(c.token, c.interval(), c.grace(), d.h.w.now, max(c.token, d.conf.token))
	}
	d.conf = c
	for _, h := range d.h.w.hosts {
		switch known := d.peers[h.index] != nil; {
		case h == d.h || known == c.has(h.id):
		case known:
			d.news(d.judge.Remove(h.id))
			if conn := d.peers[h.index].conn; conn != nil {
				conn.close(d)
			}
			d.peers[h.index] = nil
			delete(d.lost, h.id)
		default:
			d.judge.Add(h.id)
			d.meet(h)
		}
	}
	d.do(d.core.Configure(c.nodes, c.votes, standing, c.id(), d.h.w.clock()))
}

// meet makes a host a peer.
func (d *daemon) meet(h *host) { d.peers[h.index] = &peer{host: h, pause: shortest} }

// opened is a view with a quorum and the votes by which it has one.
type opened struct {
	*view.View
	votes quorum.Config
}
