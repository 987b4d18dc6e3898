package sim

import (
	"fmt"
	"time"

	"gpcs/internal/engine/controller"
	"gpcs/internal/fence"
)

// fencingFaults are the kinds for seeds that are about fencing.
var fencingFaults = []fault{
	{"partition", 6, (*world).partition},
	{"one way", 2, (*world).oneWay},
	{"pair", 2, (*world).brokenPair},
	{"reset", 1, (*world).resetStreams},
	{"noise", 1, (*world).noise},
	{"daemon", 2, func(w *world, h *host) { w.restart(h, w.between(0, 2*grace)) }},
	{"power", 3, (*world).powerCycle},
	{"all power", 1, (*world).blackout},
	{"stall", 3, func(w *world, h *host) { h.stall(w.between(token/4, 7*token/2)) }},
	{"leave", 1, (*world).leaves},
	{"agent", 3, (*world).agentFails},
	{"standby", 1, (*world).standby},
	{"filter", 1, (*world).filter},
	{"fence device", 5, (*world).fenceFails},
	{"fencing asked for", 1, (*world).fencingAsked},
}

// fenceFails is trouble with a device, or with all of them.
func (w *world) fenceFails(h *host) {
	f := w.fences
	if f == nil || (w.conf.votes.TwoNode && w.opt.Fencing && w.opt.Seed%4 < 2) { // so that races are among good devices
		return
	}
	d := w.between(2*token, 12*token)
	f.trouble = max(f.trouble, w.now+d+25*token)
	dev := f.devices[w.rnd.IntN(len(f.devices))]
	restore := func(what string, back func()) {
		w.logf("FAULT %s for %v", what, d)
		w.in(d, back)
	}
	switch w.rnd.IntN(5) {
	case 0:
		dev.refuses = true
		restore(dev.id+" refuses", func() { dev.refuses = false })
	case 1:
		if f.layout != ownReboot { // nothing would contradict it
			dev.lies = true
			restore(dev.id+" lies", func() { dev.lies = false })
		}
	case 2:
		dev.slow = 12 * token
		restore(dev.id+" is slow", func() { dev.slow = 0 })
	case 3:
		f.mute, dev.refuses = true, w.chance(2) // who takes no answer for a good one must be seen
		restore("answers about fencing are lost", func() { f.mute, dev.refuses = false, false })
	default:
		dev.cutFrom[h] = true
		restore(fmt.Sprintf("%s cannot be reached from %s", dev.id, h.name), func() { delete(dev.cutFrom, h) })
	}
}

// well ends all trouble of the devices.
func (f *fences) well() {
	if f == nil {
		return
	}
	f.mute = false
	for _, d := range f.devices {
		d.refuses, d.lies, d.slow = false, false, 0
		clear(d.cutFrom)
	}
	f.mark() // what could not be fenced before may be now
}

// ordered is a bad moment to lose the DC, or the node that is to run a device.
func (f *fences) ordered(dc *daemon, by *host) {
	w := f.w
	if !w.opt.Fencing || w.calm || !w.chance(5) {
		return
	}
	h, how := dc.h, w.rnd.IntN(3)
	if w.chance(3) {
		h = by
	}
	w.stats.Faults++
	w.stats.ByKind["while fencing"]++
	w.in(w.between(0, 1500*time.Millisecond), func() {
		if w.calm || !h.power {
			return
		}
		f.mark()
		f.trouble = max(f.trouble, w.now+25*token) // two of two may well be off then
		w.logf("FAULT %s dies while a node is fenced", h.name)
		switch how {
		case 0:
			w.powerCycle(h)
		case 1:
			w.restart(h, w.between(0, 2*grace))
		default:
			h.stall(w.between(token, 4*token))
		}
	})
}

// fencingAsked is an administrator's wish.
func (w *world) fencingAsked(h *host) {
	if w.fences == nil {
		return
	}
	dc := w.someDC()
	if dc == nil {
		return
	}
	w.asked++
	ask := controller.Ask{ID: fmt.Sprintf("ask-%d", w.asked), Target: h.name, Action: fence.Reboot, Origin: dc.h.name, Client: "stonith_admin"}
	w.logf("FAULT the administrator wants %s fenced, by %s", h.name, dc.h.name)
	w.fences.trouble = max(w.fences.trouble, w.now+25*token)
	w.fences.asked[h.name] = true
	dc.now(arrival, func() { dc.engine.step(dc.engine.ctl.Asked(w.wall(), ask)) })
}

// someDC is a daemon that is the DC of a quorate view.
func (w *world) someDC() *daemon {
	for _, h := range w.hosts {
		if d := h.d; d != nil && d.core.Open() && d.core.View().DC == d.self.ID && d.core.View().Quorum.Quorate {
			return d
		}
	}
	return nil
}

// helpless has an administrator come to a node that could not be fenced: who
// pulls the plug, if that is needed, and says that the node is off.
func (f *fences) helpless(target string) {
	w := f.w
	if !w.opt.Fencing || !w.chance(3) {
		return
	}
	h := w.hostNamed(target)
	w.in(w.between(2*token, 6*token), func() {
		dc := w.someDC()
		if dc == nil || w.calm || dc.core.View().Has(h.id) {
			return
		}
		w.logf("FAULT the administrator confirms that %s is off, to %s", h.name, dc.h.name)
		f.mark()
		f.trouble = max(f.trouble, w.now+25*token)
		if h.power {
			h.plugged(false)
			w.in(w.between(2*token, 8*token), func() { h.plugged(true) })
		}
		w.asked++
		w.stats.Confirmed++
		ask := controller.Ask{ID: fmt.Sprintf("ask-%d", w.asked), Target: h.name, Confirm: true, Origin: dc.h.name, Client: "stonith_admin"}
		dc.now(arrival, func() { dc.engine.step(dc.engine.ctl.Asked(w.wall(), ask)) })
	})
}
