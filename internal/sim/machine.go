package sim

import (
	"time"

	"gpcs/internal/engine/history"
)

// machine is what the agents did on a host. It outlives the daemon.
type machine struct {
	h      *host
	active map[string]bool
	busy   map[string]time.Duration // agents that run on without a daemon, until then
	mishap map[string]mishap
	hangs  time.Duration // until then an agent hangs
	doubt  time.Duration // until then it may hold what it should not, because it stood still
}

// mishap is what goes wrong with a resource the next time.
type mishap int

const (
	startFails mishap = iota + 1
	startHangs
	stopFails
	monitorHangs
)

func newMachine(h *host) *machine {
	return &machine{h: h, active: map[string]bool{}, busy: map[string]time.Duration{}, mishap: map[string]mishap{}}
}

func (m *machine) off() {
	clear(m.active)
	clear(m.busy)
	clear(m.mishap)
	m.doubt = 0
}

// moment is the longest stall that the guard time covers: with it the judge,
// which waits a little more than an interval when it was late, is in time.
const moment = beat

// resumed notes the end of a stall.
func (m *machine) resumed() {
	if m.h.stood > moment {
		m.doubt = m.h.w.now + token/2
	}
}

// turn makes a resource active or inactive.
func (m *machine) turn(rsc string, on bool) {
	if on && !m.active[rsc] {
		m.active[rsc] = true
		m.h.w.logf("%s: %s is active", m.h.name, rsc)
		m.h.w.holders(m.h, rsc)
		m.h.w.recovered(m.h, rsc)
	}
	if !on && m.active[rsc] {
		delete(m.active, rsc)
		m.h.w.logf("%s: %s is not active any more", m.h.name, rsc)
	}
}

// doubtful tells whether what this machine holds says nothing about the rules:
// it stands still or did so just now, or its daemon, which alone could let
// go of it, is dead or has only just started.
func (h *host) doubtful() (why string) {
	switch w := h.w; {
	case h.stalled && h.stood > moment, w.now < h.machine.doubt:
		return "stall"
	case h.d == nil || w.now-h.d.began < grace:
		return "dead daemon"
	}
	return ""
}

// holders checks that an address which comes up on a machine is on no other.
// Without fencing nothing can make a machine let go that stands still, or
// whose daemon does not come back: those are counted.
func (w *world) holders(on *host, rsc string) {
	if !w.plan.address[rsc] {
		return
	}
	for _, h := range w.hosts {
		if h == on || !h.power || !h.machine.active[rsc] {
			continue
		}
		switch h.doubtful() + on.doubtful() {
		case "":
			w.fail("%s is active on %s and %s", rsc, h.name, on.name)
		case "dead daemon":
			w.stats.DeadHolds++
		default:
			w.stats.StallHolds++
		}
	}
}

// run carries one action out and says what came of it.
func (m *machine) run(op history.Op) (out history.Outcome, after time.Duration, then func()) {
	w, rsc := m.h.w, op.Rsc.ID
	after = w.between(3*time.Millisecond, 50*time.Millisecond)
	if w.plan.address[rsc] {
		after = w.between(time.Millisecond, 2*time.Millisecond)
	}
	hang := func() (history.Outcome, time.Duration, func()) {
		after := time.Duration(op.TimeoutMS) * time.Millisecond
		if after == 0 {
			after = 20 * time.Second
		}
		m.hangs = max(m.hangs, w.now+after)
		return history.Outcome{RC: history.RCError, Status: history.TimedOut, Reason: "it hangs"}, after, nil
	}
	failed := history.Outcome{RC: history.RCError, Reason: "it fails"}
	trouble := m.mishap[rsc]
	switch op.Operation {
	case history.Start:
		w.stats.Starts++
		switch trouble {
		case startFails:
			delete(m.mishap, rsc)
			return failed, after, nil
		case startHangs:
			delete(m.mishap, rsc)
			return hang()
		}
		return history.Outcome{}, after, func() { m.turn(rsc, true) }
	case history.Stop:
		w.stats.Stops++
		if trouble == stopFails && m.active[rsc] {
			delete(m.mishap, rsc)
			return failed, after, nil
		}
		return history.Outcome{}, after, func() { m.turn(rsc, false); w.fences.known(m.h, rsc) }
	case history.Monitor:
		if trouble == monitorHangs && op.IntervalMS > 0 {
			delete(m.mishap, rsc)
			return hang()
		}
		if !m.active[rsc] {
			out.RC = history.RCNotRunning
			w.fences.known(m.h, rsc)
		}
	}
	return out, after / 4, nil
}
