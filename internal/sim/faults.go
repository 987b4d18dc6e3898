package sim

import (
	"slices"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/view"
)

// fault is one kind of trouble with how often it comes.
type fault struct {
	name   string
	weight int
	do     func(w *world, h *host)
}

// faults are all kinds.
var faults = []fault{
	{"partition", 4, (*world).partition},
	{"one way", 3, (*world).oneWay},
	{"pair", 3, (*world).brokenPair},
	{"reset", 3, (*world).resetStreams},
	{"noise", 2, (*world).noise},
	{"daemon", 4, func(w *world, h *host) { w.restart(h, w.between(0, 2*grace)) }},
	{"bounce", 2, func(w *world, h *host) { w.restart(h, w.between(0, token/4)) }},
	{"power", 3, (*world).powerCycle},
	{"all power", 1, (*world).blackout},
	{"disk lost", 1, (*world).newDisk},
	{"stall", 4, func(w *world, h *host) { h.stall(w.between(token/4, 7*token/2)) }},
	{"slow disk", 2, (*world).slowDisk},
	{"full disk", 2, (*world).fullDisk},
	{"replay", 2, (*world).replay},
	{"leave", 2, (*world).leaves},
	{"agent", 4, (*world).agentFails},
	{"standby", 2, (*world).standby},
	{"filter", 3, (*world).filter},
	{"clock", 2, (*world).setClock},
	{"fence device", 2, (*world).fenceFails},
	{"configure", 12, (*world).reconfigure},
}

// later are the kinds that came later, see world.more.
var later = map[string]bool{"filter": true, "clock": true}

// engineOnly are the kinds that need agents.
var engineOnly = map[string]bool{"agent": true, "standby": true, "fence device": true}

// trouble makes one fault and plans the next.
func (w *world) trouble() {
	if w.calm {
		return
	}
	faults, total, most := faults, 0, 3*token
	if w.opt.Fencing {
		faults, most = fencingFaults, 6*token
	}
	w.in(w.between(token/10, most), w.trouble)
	if !w.more {
		faults = slices.DeleteFunc(slices.Clone(faults), func(f fault) bool { return later[f.name] })
	}
	if !w.live {
		faults = slices.DeleteFunc(slices.Clone(faults), func(f fault) bool { return f.name == "configure" })
	}
	for _, f := range faults {
		total += f.weight
	}
	at := w.rnd.IntN(total)
	h := w.hosts[w.rnd.IntN(len(w.hosts))]
	for _, f := range faults {
		if at -= f.weight; at >= 0 {
			continue
		}
		if engineOnly[f.name] && w.plan == nil {
			return
		}
		w.stats.Faults++
		w.stats.ByKind[f.name]++
		w.fences.mark()
		f.do(w, h)
		return
	}
}

// block cuts a direction for a while.
func (w *world) block(from, to *host, d time.Duration) {
	if from == to {
		return
	}
	c := w.net.cut(from.index, to.index)
	*c++
	w.fences.lasts(d)
	w.in(d, func() {
		if !w.calm {
			*c--
		}
	})
}

// partition puts every node into one of two or three parts.
func (w *world) partition(*host) {
	parts := make([]int, len(w.hosts))
	n := 2
	if w.chance(4) {
		n = 3
	}
	for i := range parts {
		parts[i] = w.rnd.IntN(n)
	}
	d := w.between(token/10, 8*token)
	w.logf("FAULT partition %v for %v", parts, d)
	w.hesitates()
	for _, a := range w.hosts {
		for _, b := range w.hosts {
			if parts[a.index] != parts[b.index] {
				w.block(a, b, d)
			}
		}
	}
}

// hesitates lets a node stand still for a moment, just when it would see that
// others are lost: its judge is late then, and what it should let go of is too.
func (w *world) hesitates() {
	if !w.opt.Engine || w.opt.Fencing || w.opt.Seed%7 < 4 {
		return
	}
	h := w.hosts[w.rnd.IntN(len(w.hosts))]
	w.in(w.between(token-moment-beat, token), func() {
		if !w.calm {
			h.stall(w.between(beat/10, moment))
		}
	})
}

// oneWay makes a node deaf or dumb.
func (w *world) oneWay(h *host) {
	d, deaf := w.between(token/10, 6*token), w.chance(2)
	w.logf("FAULT %s is cut one way for %v, deaf %v", h.name, d, deaf)
	for _, other := range w.hosts {
		if deaf {
			w.block(other, h, d)
		} else {
			w.block(h, other, d)
		}
	}
}

// brokenPair cuts two nodes from each other, both ways or one.
func (w *world) brokenPair(h *host) {
	other := w.hosts[w.rnd.IntN(len(w.hosts))]
	d, both := w.between(token/10, 6*token), w.chance(2)
	w.logf("FAULT %s and %s are cut for %v, both ways %v", h.name, other.name, d, both)
	w.block(h, other, d)
	if both {
		w.block(other, h, d)
	}
}

// filter drops a node's datagrams, or another's to it, and lets streams pass:
// for about as long as it takes until one side only has lost the other.
func (w *world) filter(h *host) {
	other := w.hosts[w.rnd.IntN(len(w.hosts))]
	d := w.between(token-2*beat, token+3*beat)
	w.logf("FAULT datagrams from %s to %s are dropped for %v", h.name, other.name, d)
	c := &w.net.filtered[h.index*w.net.n+other.index]
	*c++
	w.fences.lasts(d)
	w.in(d, func() {
		if !w.calm {
			*c--
		}
	})
}

// setClock sets a node's time of day; back at most to that of the start.
func (w *world) setClock(h *host) {
	h.clock = w.between(-w.now+time.Millisecond, 1000*token)
	w.logf("FAULT the clock of %s is %v fast", h.name, h.clock)
}

// entering is the worst moment for a node to fail: it has just entered a view.
func (w *world) entering(h *host) {
	if !w.more || w.opt.Fencing || w.calm || !w.chance(40) {
		return
	}
	w.stats.Faults++
	w.stats.ByKind["entering"]++
	w.fences.mark()
	power := w.chance(2)
	w.in(w.between(0, 6*time.Millisecond), func() {
		switch {
		case w.calm || h.d == nil:
		case power:
			w.powerCycle(h)
		default:
			w.restart(h, w.between(0, grace))
		}
	})
}

// resetStreams breaks a node's connections; what was on its way is lost in part.
func (w *world) resetStreams(h *host) {
	if h.d == nil {
		return
	}
	w.logf("FAULT connections of %s break", h.name)
	d := h.d
	for _, p := range d.peers {
		if p == nil || p.conn == nil || w.chance(2) {
			continue
		}
		c := p.conn
		for e := range c.wires {
			if wr := &c.wires[e]; len(wr.waiting) > 0 {
				wr.waiting = wr.waiting[:w.rnd.IntN(len(wr.waiting)+1)]
			}
			c.push(e, frame{kind: frameEnd})
		}
	}
}

// noise loses and delays packets everywhere.
func (w *world) noise(*host) {
	loss, jitter := w.rnd.IntN(40), w.between(0, 300*time.Millisecond)
	d := w.between(token, 5*token)
	w.logf("FAULT %d %% of packets lost, up to %v late, for %v", loss, jitter, d)
	w.net.loss, w.net.jitter = loss, jitter
	w.fences.lasts(d)
	w.in(d, func() { w.net.loss, w.net.jitter = 0, 0 })
}

// restart ends the daemon; what the machine runs stays.
func (w *world) restart(h *host, after time.Duration) {
	w.logf("FAULT the daemon of %s dies, for %v", h.name, after)
	h.kill()
	w.in(after, h.boot)
}

func (w *world) powerCycle(h *host) {
	h.plugged(false)
	w.in(w.between(token/2, 8*token), func() { h.plugged(true) })
}

func (h *host) powerOn() {
	if !h.power {
		h.power = true
		h.boot()
	}
}

// blackout takes all nodes down at once.
func (w *world) blackout(*host) {
	w.logf("FAULT no power anywhere")
	for _, h := range w.hosts {
		w.powerCycle(h)
	}
}

// newDisk takes a node down and gives it an empty disk, where the others keep
// all that was acknowledged: they are a quorum, and all of it is on their disks.
func (w *world) newDisk(h *host) {
	newest := h
	for _, other := range w.members() {
		if other.holds().Compare(newest.holds()) > 0 {
			newest = other
		}
	}
	if !w.conf.has(h.id) {
		return
	}
	var others []uint32
	for _, other := range w.members() {
		if other == h {
			continue
		}
		others = append(others, other.id)
		if other.holds() != newest.holds() || other.stalled || other.d == nil || other.d.saving || other.full || other.d.core.View() == nil || !other.d.core.Open() ||
			!other.d.core.View().Quorum.Quorate || len(other.d.core.View().Members) < len(w.conf.nodes)-1 {
			return
		}
	}
	if !w.conf.votes.TwoNode && !w.conf.votes.Enough(others, quorum.Memory{}, false) {
		return // it alone may have a quorum, and nothing tells it that there was a cluster before
	}
	h.plugged(false)
	h.loseDisk()
	w.in(w.between(token/2, 8*token), func() { h.plugged(true) })
}

// holds says which configuration is on a disk.
func (h *host) holds() view.Stamp {
	return view.Stamp{Lineage: view.Lineage{Ballot: h.lineage.Ballot}, Version: cib.Version{Epoch: h.doc.Version().Epoch}}
}

func (w *world) slowDisk(h *host) {
	h.slow = w.between(0, 2*token)
	w.logf("FAULT the disk of %s takes up to %v", h.name, h.slow)
	w.in(w.between(token, 10*token), func() { h.slow = 0 })
}

func (w *world) fullDisk(h *host) {
	w.logf("FAULT the disk of %s is full", h.name)
	h.full = true
	w.in(w.between(token/10, 6*token), func() { h.full = false })
}

// leaves has a node leave on purpose and come back later.
func (w *world) leaves(h *host) {
	if h.d == nil {
		return
	}
	w.logf("FAULT %s is told to leave", h.name)
	d := h.d
	d.now(arrival, func() { d.engine.leave(d) })
	w.in(w.between(2*token, 8*token), func() {
		if h.stays {
			h.boot()
		}
	})
}

// killDC takes the DC of a daemon's view down at the worst moment.
func (w *world) killDC(d *daemon) {
	v := d.core.View()
	if v == nil {
		return
	}
	w.stats.Faults++
	w.stats.ByKind["DC"]++
	w.fences.mark()
	h := w.hosts[v.DC-1]
	w.in(w.between(0, 3*time.Millisecond), func() {
		switch {
		case w.calm:
		case w.chance(2):
			w.powerCycle(h)
		default:
			w.restart(h, w.between(0, grace))
		}
	})
}

// healAll ends every fault.
func (w *world) healAll() {
	clear(w.net.blocked)
	clear(w.net.filtered)
	w.net.loss, w.net.jitter = 0, 0
	for _, h := range w.hosts {
		h.slow, h.full = 0, false
		if h.stalled {
			h.resume()
		}
		if !h.power { // one feed alone may be off because somebody is about to switch off the other
			h.repaired()
		}
		h.supply()
		h.boot()
	}
	w.plan.heal(w)
}
