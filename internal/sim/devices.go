package sim

import (
	"fmt"
	"slices"
	"time"

	"gpcs/internal/fence"
)

// fences are the fence devices and what is known of their work.
type fences struct {
	w       *world
	devices []*device
	mute    bool // answers to orders are lost
	busy    int  // agents that run
	scenario

	lasting   time.Duration // until when the network is in trouble
	trouble   time.Duration // until when devices may be in trouble, or recover from it
	lastFault time.Duration
	fenced    map[*host]time.Duration // when each was switched off last
	held      map[string]holding
	asked     map[string]bool // nodes that the administrator wanted fenced
}

// device switches machines: by their boards, or by one of their two feeds.
type device struct {
	id      string
	feed    int // the feed that it switches, or board
	refuses bool
	lies    bool // says "ok" and does nothing
	slow    time.Duration
	cutFrom map[*host]bool
}

func (f *fences) device(id string) *device {
	for _, d := range f.devices {
		if d.id == id {
			return d
		}
	}
	panic("no device " + id)
}

// reach tells whether an agent on a node can talk to the device. A board is
// fed by what feeds its machine.
func (d *device) reach(from, target *host) bool {
	return !d.cutFrom[from] && !d.refuses && (d.feed >= 0 || target.fed())
}

func (d *device) isOn(target *host) bool {
	if d.feed >= 0 {
		return target.feeds[d.feed]
	}
	return target.chassis && target.fed()
}

// board is the feed of a device that is a machine's own board.
const board = -1

// set switches a machine, or its feed.
func (f *fences) set(d *device, target *host, on bool) {
	was := target.power
	if d.feed >= 0 {
		target.feeds[d.feed] = on
	} else {
		target.chassis = on
	}
	f.w.logf("%s: %s on=%v", d.id, target.name, on)
	switch {
	case was && !target.wanted():
		f.switchedOff(target)
		target.supply()
	case !was && target.wanted():
		f.w.in(f.w.between(token/2, 3*token), target.supply)
	}
	if !on {
		f.w.in(f.w.between(12*token, 20*token), func() { f.lookAfter(d, target) })
	}
}

// lookAfter has somebody switch a machine on where the cluster does not come to
// that; not as long as it is being fenced.
func (f *fences) lookAfter(d *device, target *host) {
	for _, h := range f.w.hosts {
		if h.d != nil && slices.ContainsFunc(h.d.engine.inOrder(), func(p *fencing) bool { return p.req.Target == target.name }) {
			f.w.in(f.w.between(token, 4*token), func() { f.lookAfter(d, target) })
			return
		}
	}
	if !d.isOn(target) {
		f.set(d, target, true)
	}
}

// process lets a program on a machine go on after a while: it dies with the
// machine and stands still with it, and outlives the daemon.
func (f *fences) process(h *host, after time.Duration, do func()) {
	boots := h.boots
	f.busy++
	var next func()
	next = func() {
		switch {
		case h.stalled:
			h.paused = append(h.paused, next)
		default:
			f.busy--
			if h.boots == boots {
				do()
			}
		}
	}
	f.w.in(after, next)
}

// goOn lets what stood still with the machine go on, or end with it.
func (h *host) goOn() {
	paused := h.paused
	h.paused = nil
	for _, next := range paused {
		h.w.fences.mark() // what is late hits whom it finds
		next()
	}
}

// use is the use of a device for one order, as fence/device does it.
type use struct {
	f      *fences
	by     *daemon
	device *device
	run    fence.Run
	target *host
	end    time.Duration
	still  func() bool
	done   func(fence.Reply)
	tries  int
}

// pause is that between two tries, and two looks at the status.
const pause = 250 * time.Millisecond

func (f *fences) use(by *daemon, r fence.Run, still func() bool, done func(fence.Reply)) {
	u := &use{f: f, by: by, device: f.device(r.Device.ID), run: r, target: f.w.hostNamed(r.Target),
		end: f.w.now + time.Duration(r.TimeoutMS)*time.Millisecond, still: still, done: done}
	u.try()
}

// agent runs an agent; then is told whether it could do its work in time, and
// act does the work.
func (u *use) agent(act func(), then func(ok bool)) {
	f, w := u.f, u.f.w
	took := w.between(20*time.Millisecond, 300*time.Millisecond) + w.between(0, u.device.slow)
	late := w.now+took > u.end
	f.process(u.by.h, took, func() {
		reached := u.device.reach(u.by.h, u.target)
		if reached && (!late || w.chance(2)) {
			if late {
				f.mark() // the board took the order, although nobody waits any more
			}
			act()
		}
		if !late && u.by.h.d == u.by {
			u.by.now(timer, func() { then(reached) })
		}
	})
	if late {
		u.by.in(u.end-w.now, timer, func() { then(false) })
	}
}

func (u *use) try() {
	if !u.still() {
		u.done(fence.Reply{Stale: true, Reason: "the DC that wanted it is the DC no more"})
		return
	}
	u.tries++
	boots, off := u.target.boots, !u.target.power
	on := u.run.Action == fence.On
	act := func() {
		if u.device.lies && !on {
			u.f.w.stats.Lies++
			return
		}
		if u.target.boots != boots || off && u.target.power {
			u.f.mark() // so slow that it hits a machine which came up meanwhile: nobody can tell whom it hit
		}
		u.f.set(u.device, u.target, on)
		if u.run.Action == fence.Reboot {
			u.f.busy++
			u.f.w.in(u.f.w.between(100*time.Millisecond, token), func() { u.f.busy--; u.f.set(u.device, u.target, true) })
		}
	}
	if u.run.Action == fence.Off { // many a board needs a moment more
		now := act
		act = func() {
			u.f.busy++
			u.f.w.in(u.f.w.between(0, 500*time.Millisecond), func() { u.f.busy--; now() })
		}
	}
	u.agent(act, func(ok bool) {
		switch {
		case ok && (u.run.Action != fence.Off || u.f.w.opt.Mutant == believeWord):
			u.done(fence.Reply{OK: true})
		case ok:
			u.verify()
		case u.tries < u.run.Retries && u.f.w.now+pause < u.end:
			u.by.in(pause, timer, u.try)
		default:
			u.done(fence.Reply{Reason: "the device cannot be reached"})
		}
	})
}

// verify reads the status until it says off.
func (u *use) verify() {
	off := false
	u.agent(func() { off = !u.device.isOn(u.target) }, func(ok bool) {
		switch {
		case ok && off:
			u.done(fence.Reply{OK: true, Verified: true})
		case u.f.w.now+pause < u.end:
			u.by.in(pause, timer, u.verify)
		default:
			u.done(fence.Reply{Reason: "the device says that the machine is still on"})
		}
	})
}

// Power of a machine: the mains, either of two feeds, and its own switch.

func (h *host) fed() bool { return h.mains && (h.feeds[0] || h.feeds[1]) }

func (h *host) wanted() bool { return h.fed() && h.chassis }

// supply brings a machine to the state that its power has.
func (h *host) supply() {
	switch {
	case h.wanted():
		h.powerOn()
	case h.power:
		h.powerOff()
	}
}

// plugged sets the mains, the faults' part of it.
func (h *host) plugged(in bool) {
	h.mains = in
	h.supply()
}

// repaired brings all of a machine's power back.
func (h *host) repaired() {
	h.mains, h.chassis, h.feeds = true, true, [2]bool{true, true}
}

// byDevice tells whether a machine is off because a device switched it off.
func (h *host) byDevice() bool { return !h.power && (!h.chassis || !h.feeds[0] && !h.feeds[1]) }

func (h *host) idText() string { return fmt.Sprint(h.id) }
