package sim

import (
	"slices"
	"time"

	"gpcs/internal/fence"
)

// holding is where a resource was last seen active, and since when: until it is
// known to be stopped there, another node needs a proof to have it.
type holding struct {
	on    *host
	since time.Duration
}

// isSingle tells whether a resource may be active on one node only.
func (p *plan) isSingle(rsc string) bool { return slices.Contains(p.single, rsc) }

// recovered checks, where nodes are fenced, that nothing comes up on a machine
// while it runs on another, whatever state that is in: it has to be off first.
func (w *world) recovered(on *host, rsc string) {
	if w.fences == nil || !w.plan.isSingle(rsc) {
		return
	}
	for _, h := range w.hosts {
		if h != on && h.power && h.machine.active[rsc] {
			w.fail("%s comes up on %s, but %s, which runs it, is not off", rsc, on.name, h.name)
		}
	}
	w.fences.held[rsc] = holding{on, w.now}
}

// known notes that a node found a resource stopped, or stopped it.
func (f *fences) known(h *host, rsc string) {
	if f != nil && f.held[rsc].on == h {
		delete(f.held, rsc)
	}
}

// proved checks that a resource which a node is told to start was stopped where
// it ran, or that the ledger has a proof that this node is off or went.
func (f *fences) proved(d *daemon, rsc string) {
	held := f.held[rsc]
	if held.on == nil || held.on == d.h || !f.w.plan.isSingle(rsc) || d.core.View().Has(held.on.id) {
		return
	}
	for _, r := range fence.Records(d.core.Document()) {
		since := f.w.wall().Add(held.since - f.w.now).UnixMilli()
		if r.Target == held.on.name && r.State == fence.Success && r.Action != fence.On && r.CompletedMS >= since && r.Proof != "" {
			f.w.stats.Proofs++
			return
		}
	}
	f.w.fail("%s starts %s, but there is no proof that %s, which ran it, is off", d.h.name, rsc, held.on.name)
}

// mark notes a fault: one more node may be fenced for it.
func (f *fences) mark() {
	if f != nil {
		f.lastFault = f.w.now
	}
}

// lasts notes that the network's trouble goes on for a while: a node that is
// back meanwhile may be lost by the same fault, and be fenced for that.
func (f *fences) lasts(d time.Duration) {
	if f != nil {
		f.lasting = max(f.lasting, f.w.now+d)
	}
}

// late notes that a node stands still for so long that it is lost. If a cut
// falls into that time there are two faults, and one survivor is promised for
// one (I15): the node's own order comes when the other's delay is over.
func (f *fences) late(d time.Duration) {
	if f != nil && d > token/2 {
		f.trouble = max(f.trouble, f.w.now+d+8*token)
	}
}

// switchedOff judges that a device switches off a machine that is on.
func (f *fences) switchedOff(h *host) {
	w := f.w
	w.stats.Fenced++
	last, before := f.fenced[h]
	f.fenced[h] = w.now
	switch {
	case w.settledOnce:
		w.fail("%s is fenced although nothing is wrong", h.name)
	case before && last >= f.lastFault && last >= f.lasting:
		w.fail("%s is fenced again, after %v, and there was no fault since", h.name, w.now-last)
	}
	if !f.oneSurvives() || w.now < f.trouble {
		return
	}
	for _, other := range w.hosts {
		if other != h && other.byDevice() {
			w.fail("%s is fenced while %s is off for the same reason: nobody survives", h.name, other.name)
		}
	}
	w.stats.Races++
}
