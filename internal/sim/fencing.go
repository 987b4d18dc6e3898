package sim

import (
	"maps"
	"slices"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/view"
	"gpcs/internal/engine/controller"
	"gpcs/internal/fence"
)

// Rules of fencing that are switched off here.
const (
	unproven    view.Mutant = "recover what a node ran before it is proved to be off"
	unrecorded  view.Mutant = "recover what a node ran without a record of the proof"
	believeWord view.Mutant = "take a device's word without reading the status"
	staleOrders view.Mutant = "carry out orders of a DC that is the DC no more"
	noDelays    view.Mutant = "fence without the delays that are configured"
	oneOfLevel  view.Mutant = "count a fencing level as done with its first device"
	aloneAtBoot view.Mutant = "let one of two nodes act alone after a boot"
)

// fencing is one plan that a DC carries out.
type fencing struct {
	e    *engine
	seq  int // of the controller
	plan *fence.Plan
	req  fence.Request
	last order // that was given
}

// order is a device's work on its way from the DC to a member, answer what
// became of it.
type order struct {
	plan int // seq of the DC's controller
	goal string
	run  fence.Run
	// quorate, member: see fence.Request.
	quorate, member bool
}

// orderID names an order at the node that carries it out.
type orderID struct {
	dc        uint32
	plan, run int
}

type answer struct {
	order
	reply fence.Reply
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
	doc := f.Doc
	switch e.d.h.w.opt.Mutant {
	case oneOfLevel:
		doc = firstOfLevels(doc)
	case unproven:
		e.step(e.ctl.Proven(e.d.h.w.wall(), f.Seq, fence.Proven{Proof: "none"}))
	}
	p := &fencing{e: e, seq: f.Seq, plan: fence.NewPlan(doc, req), req: req}
	e.plans[f.Seq] = p
	p.do(p.plan.Begin(e.d.h.w.wall()))
}

// firstOfLevels leaves only the first device in each level of the topology.
func firstOfLevels(doc *cib.Document) *cib.Document {
	doc = doc.Copy()
	for _, l := range doc.Section("fencing-topology").SelectElements("fencing-level") {
		first, _, _ := strings.Cut(l.SelectAttrValue("devices", ""), ",")
		l.CreateAttr("devices", first)
	}
	return doc
}

// withoutRecords takes out of a change what the ledger would know by.
func withoutRecords(r cib.Request) cib.Request {
	r.Ops = slices.DeleteFunc(slices.Clone(r.Ops), func(o cib.Op) bool { return strings.Contains(o.XML, "<fence_event") })
	return r
}

// stop ends a plan, all of them with seq 0. Devices that run do not stop.
func (e *engine) stop(seq int) {
	for _, p := range e.inOrder() {
		if seq == 0 || p.seq == seq {
			p.over()
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
			p.over()
			w.logf("%s: plan %d ended: %v %q", d.h.name, p.seq, f.OK, f.Failures)
			if !f.OK && !f.Spared {
				w.fences.helpless(p.req.Target)
			}
			d.in(0, timer, func() { p.e.step(p.e.ctl.Ended(w.wall(), p.seq, f)) })
		}
	}
}

// over ends a plan: what waits at another node is forgone.
func (p *fencing) over() {
	delete(p.e.plans, p.seq)
	if p.last.run.Seq > 0 && p.last.run.Node.ID != p.e.d.self.ID {
		p.e.d.sendCommand(p.last.run.Node.ID, command{from: p.e.d.self.ID, forgo: &p.last})
	}
}

// order has a member run the device.
func (p *fencing) order(r fence.Run) {
	d, w := p.e.d, p.e.d.h.w
	w.logf("%s: %s of %s by %s with %s after %d ms", d.h.name, r.Action, r.Target, r.Node.Name, r.Device.ID, r.DelayMS)
	w.fences.ordered(d, w.hosts[r.Node.ID-1])
	o := order{plan: p.seq, goal: p.req.Action, run: r, quorate: p.req.Quorate, member: p.req.Member}
	p.last = o
	switch {
	case r.Node.ID == d.self.ID:
		d.obey(d.self.ID, o, p.running)
	case !d.sendCommand(r.Node.ID, command{from: d.self.ID, order: &o}):
		d.in(0, timer, func() { p.answered(answer{o, fence.Reply{Reason: "the node cannot be reached"}}) })
	}
}

func (p *fencing) answered(a answer) {
	if p.running() {
		p.do(p.plan.Answered(p.e.d.h.w.wall(), a.run.Seq, a.reply))
	}
}

// obey carries an order of the DC out and answers it; wanted tells, where the
// DC is this node, whether it still wants it.
func (d *daemon) obey(from uint32, o order, wanted func() bool) {
	w := d.h.w
	id := orderID{from, o.plan, o.run.Seq}
	d.engine.holds[id] = true
	since := d.since()
	still := func() bool {
		if w.opt.Mutant == staleOrders {
			return true
		}
		v := d.core.View()
		return v != nil && d.core.Open() && v.DC == from && (from == d.self.ID || d.since() == since) && fence.Holds(o.quorate, o.member, d.acts(), d.counts(o.run.Target)) && d.engine.holds[id] && wanted()
	}
	struck := uint64(0)
	reply := func(r fence.Reply) {
		r.Struck = struck
		a := answer{o, r}
		d.engine.attests(a, from)
		switch {
		case from == d.self.ID:
			d.in(0, timer, func() { d.engine.answer(a) })
		case !w.fences.mute:
			d.sendCommand(from, command{from: d.self.ID, answer: &a})
		}
	}
	if w.opt.Mutant == noDelays {
		o.run.DelayMS = 0
	}
	stale := fence.Reply{Stale: true, Reason: "the order came from a node that is not the DC"}
	if from != d.self.ID && !still() {
		reply(stale)
		return
	}
	d.in(time.Duration(o.run.DelayMS)*time.Millisecond, timer, func() {
		if !still() {
			reply(stale)
			return
		}
		// A member of its own side a cluster may fence without a quorum: one that
		// cannot stop a resource, say. What the others run that does not touch.
		if r := o.run; !d.acts() && r.Action != fence.On && !w.fences.asked[r.Target] && !d.counts(r.Target) {
			w.fail("%s fences %s without a quorum", d.h.name, r.Target)
		}
		w.fences.use(d, o.run, func() bool {
			struck = 0
			for _, m := range d.members() {
				if hostName(m.ID) == o.run.Target {
					struck = m.Incarnation
				}
			}
			return still()
		}, reply)
	})
}

// acts tells whether the daemon has a quorum, as far as it knows.
func (d *daemon) acts() bool {
	v := d.core.View()
	return v != nil && v.Quorum.Quorate && !d.core.Isolated()
}

// since names the daemon's membership without a gap.
func (d *daemon) since() uint64 {
	if v := d.core.View(); v != nil {
		return v.Since[d.self.ID]
	}
	return 0
}

// counts tells whether a node is a member of the daemon's view.
func (d *daemon) counts(name string) bool {
	return slices.ContainsFunc(d.members(), func(m view.Peer) bool { return hostName(m.ID) == name })
}

// members are those of the daemon's view, if it has one.
func (d *daemon) members() []view.Peer {
	if v := d.core.View(); v != nil {
		return v.Members
	}
	return nil
}

// answer brings what became of an order to its plan; what a device did for a
// plan that is over counts all the same.
func (e *engine) answer(a answer) {
	if p := e.plans[a.plan]; p != nil {
		p.answered(a)
		return
	}
	if w, ok := a.witness(); ok {
		e.step(e.ctl.Witnessed(e.d.h.w.wall(), w))
	}
}

func (a answer) witness() (controller.Witness, bool) {
	p, ok := a.run.Claim.Attested(a.reply)
	return controller.Witness{Target: a.run.Target, Action: a.goal, Proven: p}, ok
}

// attested is what this node did for a DC, in case that it is lost.
type attested struct {
	controller.Witness
	told  uint32
	until time.Duration
}

func (e *engine) attests(a answer, told uint32) {
	if w, ok := a.witness(); ok {
		e.attested = append(e.attested, &attested{w, told, e.d.h.w.now + time.Minute})
	}
}

// attest tells the DC what it may not know.
func (e *engine) attest() {
	for _, a := range e.attested {
		v := e.d.core.View()
		target := e.d.h.w.hostNamed(a.Target)
		if a.until < e.d.h.w.now || !e.d.core.Open() || v.DC == a.told ||
			controller.WasFenced(e.d.core.Document(), target.idText(), a.Proven.Struck) {
			continue
		}
		if a.told = v.DC; a.told == e.d.self.ID {
			e.step(e.ctl.Witnessed(e.d.h.w.wall(), a.Witness))
		} else if !e.d.sendCommand(a.told, command{from: e.d.self.ID, witness: &a.Witness}) {
			a.told = 0
		}
	}
}

// wasFenced has a daemon that the document counts as fenced start anew.
func (e *engine) wasFenced(doc *cib.Document) bool {
	h := e.d.h
	if !controller.WasFenced(doc, h.idText(), e.d.self.Incarnation) {
		return false
	}
	h.w.logf("%s: was fenced and is alive: starts anew", h.name)
	for _, rsc := range h.w.plan.addresses {
		h.machine.turn(rsc, false)
	}
	h.w.restart(h, 10*time.Millisecond)
	return true
}
