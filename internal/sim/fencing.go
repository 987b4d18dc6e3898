package sim

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/view"
	"gpcs/internal/engine/controller"
	"gpcs/internal/fence"
)

// unproven is a rule of the shell that is switched off here.
const unproven view.Mutant = "recover what a node ran before it is proved to be off"

// bmc is the fence device's end: the power switches of all hosts. Faults make
// it refuse, work slowly, or lose its answers.
type bmc struct {
	refuses, mute bool
	slow          time.Duration
	busy          int           // orders that are being carried out
	done          map[*host]int // how often each was switched off
}

// fenceDevices print the cluster's devices: two, which all nodes may run.
func fenceDevices() []string {
	var list []string
	for i := 1; i <= 2; i++ {
		list = append(list, fmt.Sprintf(`<primitive id="fence%d" class="stonith" type="fence_sim"><instance_attributes id="fence%d-a">`+
			`<nvpair id="fence%d-l" name="pcmk_host_check" value="none"/></instance_attributes></primitive>`, i, i, i))
	}
	return list
}

// fencing is one plan that a DC carries out.
type fencing struct {
	e    *engine
	seq  int // of the controller
	plan *fence.Plan
}

// begin carries out what the controller wants fenced.
func (e *engine) begin(f controller.Fence) {
	req := f.Request
	req.Random = e.d.h.w.rnd.Float64()
	req.Members = []fence.Member{{ID: e.d.h.id, Name: e.d.h.name}}
	for _, id := range e.d.core.View().IDs() {
		if id != e.d.h.id {
			req.Members = append(req.Members, fence.Member{ID: id, Name: hostName(id)})
		}
	}
	p := &fencing{e: e, seq: f.Seq, plan: fence.NewPlan(f.Doc, req)}
	e.plans[f.Seq] = p
	if e.d.h.w.opt.Mutant == unproven {
		e.step(e.ctl.Proven(e.d.h.w.wall(), f.Seq, fence.Proven{Proof: "none"}))
	}
	p.do(p.plan.Begin(e.d.h.w.wall()))
}

// stop ends a plan, all of them with seq 0. Devices that run do not stop.
func (e *engine) stop(seq int) {
	for s := range e.plans {
		if seq == 0 || s == seq {
			delete(e.plans, s)
		}
	}
}

// inOrder are the plans, the same way on every run.
func (e *engine) inOrder() []*fencing {
	return slices.SortedFunc(maps.Values(e.plans), func(a, b *fencing) int { return a.seq - b.seq })
}

func (p *fencing) running() bool { return p.e.plans[p.seq] == p }

func (p *fencing) do(effects []fence.Effect) {
	d, w := p.e.d, p.e.d.h.w
	for _, f := range effects {
		switch f := f.(type) {
		case fence.Run:
			p.order(f)
			d.in(p.plan.Deadline().Sub(w.wall()), timer, func() {
				if p.running() {
					p.do(p.plan.Tick(w.wall()))
				}
			})
		case fence.Proven:
			d.in(0, timer, func() { p.e.step(p.e.ctl.Proven(w.wall(), p.seq, f)) })
		case fence.Ended:
			delete(p.e.plans, p.seq)
			d.in(0, timer, func() { p.e.step(p.e.ctl.Ended(w.wall(), p.seq, f)) })
		}
	}
}

// order has a member run the device: the order and its answer go over the
// network, where either may be lost.
func (p *fencing) order(r fence.Run) {
	dc, w := p.e.d, p.e.d.h.w
	by := w.hosts[r.Node.ID-1]
	w.logf("%s: %s of %s by %s with %s", dc.h.name, r.Action, r.Target, by.name, r.Device.ID)
	answer := func(reply fence.Reply) {
		w.in(w.delay(), func() {
			if by != dc.h && (!w.passes(by, dc.h) || w.bmc.mute) {
				return
			}
			dc.now(arrival, func() {
				if p.running() {
					p.do(p.plan.Answered(w.wall(), r.Seq, reply))
				}
			})
		})
	}
	healthy := w.settledOnce
	w.in(w.delay()+time.Duration(r.DelayMS)*time.Millisecond, func() {
		runner := by.d
		if runner == nil || (by != dc.h && !w.passes(dc.h, by)) {
			return
		}
		runner.now(arrival, func() {
			if v := runner.core.View(); v == nil || !runner.core.Open() || v.DC != dc.self.ID {
				answer(fence.Reply{Stale: true, Reason: "the order came from a node that is not the DC"})
				return
			}
			w.bmc.busy++
			w.in(w.between(50*time.Millisecond, time.Second)+w.between(0, w.bmc.slow), func() {
				w.bmc.busy--
				if healthy {
					w.fail("%s is fenced although nothing is wrong", r.Target)
				}
				answer(w.bmc.switches(w, w.hostNamed(r.Target), r.Action))
			})
		})
	})
}

// switches does what it is told to a host's power.
func (b *bmc) switches(w *world, h *host, action string) fence.Reply {
	if b.refuses {
		return fence.Reply{Reason: "the device refuses"}
	}
	if action != fence.On {
		w.stats.Fenced++
		b.done[h]++
		if h.power {
			w.logf("%s is switched off by its device", h.name)
			h.powerOff()
			// Where the cluster does not come to switch it on, somebody does.
			w.in(w.between(10*token, 15*token), h.powerOn)
		}
	}
	if action != fence.Off {
		w.in(w.between(token/2, 3*token), h.powerOn)
	}
	return fence.Reply{OK: true, Verified: true}
}

// fenceFails is the fault of the device.
func (w *world) fenceFails(*host) {
	if w.bmc == nil {
		return
	}
	d := w.between(2*token, 10*token)
	switch w.rnd.IntN(3) {
	case 0:
		w.logf("FAULT fence devices refuse for %v", d)
		w.bmc.refuses = true
	case 1:
		w.logf("FAULT fence devices are slow for %v", d)
		w.bmc.slow = 8 * token
	default:
		w.logf("FAULT answers about fencing are lost for %v", d)
		w.bmc.mute = true
	}
	w.in(d, w.bmc.well)
}

func (b *bmc) well() {
	if b != nil {
		b.refuses, b.mute, b.slow = false, false, 0
	}
}

// wasFenced has a daemon that the document counts as fenced start anew.
func (e *engine) wasFenced(doc *cib.Document) bool {
	h := e.d.h
	if !controller.WasFenced(doc, fmt.Sprint(h.id), e.d.self.Incarnation) {
		return false
	}
	h.w.logf("%s: was fenced and is alive: starts anew", h.name)
	for _, rsc := range h.w.plan.addresses {
		h.machine.turn(rsc, false)
	}
	h.w.restart(h, 10*time.Millisecond)
	return true
}

// recovered checks, where nodes are fenced, that nothing comes up on a machine
// while it runs on another, whatever state that is in: it has to be off first.
func (w *world) recovered(on *host, rsc string) {
	if w.bmc == nil || !slices.Contains(w.plan.single, rsc) {
		return
	}
	for _, h := range w.hosts {
		if h != on && h.power && h.machine.active[rsc] {
			w.fail("%s comes up on %s, but %s, which runs it, is not off", rsc, on.name, h.name)
		}
	}
}
