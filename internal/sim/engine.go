package sim

import (
	"fmt"
	"reflect"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/replica"
	"gpcs/internal/engine/controller"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
	"gpcs/internal/engine/sched"
)

// engine joins controller, executor and cluster, as package daemon does. A nil
// engine does nothing.
type engine struct {
	d        *daemon
	ctl      *controller.Controller
	executor *executor
	uuid     string

	wake        int // of the last wake: an earlier one is void
	stateDue    bool
	documentDue bool
	seen        *cib.Document
	view        controller.View
	isolated    bool
	taken       map[string]bool
	results     []history.Result
	recording   bool
	sent        int
	leaving     bool
	asking      bool             // its wish to leave, or to stay, is on its way
	plans       map[int]*fencing // on the DC: nodes that are being fenced
	holds       map[orderID]bool // orders that are carried out here
	attested    []*attested
}

// command is an action on its way from the DC to a node.
type command struct {
	view   uint64
	key    string
	act    *graph.Action // nil: the answer of a node that does not act
	from   uint32
	reload bool // take corosync.conf into use
	// Instead of an action, of fencing.
	order  *order
	answer *answer
	forgo  *order
	// The proof that a node is off, to a DC that did not ask for it.
	witness *controller.Witness
}

func newEngine(d *daemon, doc *cib.Document) *engine {
	e := &engine{d: d, uuid: fmt.Sprintf("%s-%d", d.h.name, d.self.Incarnation), taken: map[string]bool{}, holds: map[orderID]bool{}, plans: map[int]*fencing{}}
	e.ctl = controller.New(controller.Config{UUID: e.uuid, Version: version, FeatureSet: history.FeatureSet,
		ClusterName: clusterName, Token: token, Guard: guardTime(d.h.w), Schedule: sched.Decide})
	e.executor = &executor{d: d, resources: map[string]*queue{}, results: e.result,
		lastCall: history.LastCallID(doc, fmt.Sprint(d.h.id))}
	return e
}

// step runs the controller once and carries out what it asks for.
func (e *engine) step(effects []controller.Effect) {
	w := e.d.h.w
	for _, f := range effects {
		switch f := f.(type) {
		case controller.Note:
			w.logf("%s: controller: %s (transition %d)", e.d.h.name, f.Text, f.Transition)
		case controller.Wake:
			e.wake++
			wake := e.wake
			e.d.in(f.At.Sub(w.wall()), timer, func() {
				if e.wake == wake {
					e.step(e.ctl.Tick(w.wall()))
				}
			})
		case controller.Submit:
			e.submit(f.Request, func(err error) {
				if e.look() { // first, as in package daemon: the next decision must know of this change
					e.step(e.ctl.Submitted(w.wall(), f.Seq, err))
				}
			})
		case controller.Execute:
			e.send(f)
		case controller.Fence:
			e.begin(f)
		case controller.Spare:
			if p := e.plans[f.Seq]; p != nil {
				p.do(p.plan.Spare(w.wall()))
			}
		case controller.Lost:
			for _, id := range f.Nodes {
				if p := e.plans[f.Seq]; p != nil {
					p.do(p.plan.Lost(w.wall(), id))
				}
			}
		case controller.StopFencing:
			e.stop(f.Seq)
		}
	}
}

func (e *engine) send(f controller.Execute) {
	d := e.d
	c := command{view: f.View, key: f.Key, act: f.Act}
	c.from = d.self.ID
	if f.Node == d.self.ID {
		d.command(c)
		return
	}
	if !d.sendCommand(f.Node, c) {
		d.in(0, timer, func() {
			e.step(e.ctl.Failed(d.h.w.wall(), f.Key, fmt.Errorf("node %d cannot be reached", f.Node)))
		})
	}
}

// submit changes the document; done is told the outcome.
func (e *engine) submit(r cib.Request, done func(error)) {
	d := e.d
	r.Origin = d.h.name
	if d.h.w.opt.Mutant == unrecorded {
		r = withoutRecords(r)
	}
	d.in(d.h.w.between(0, 200*time.Microsecond), timer, func() {
		d.calls[r.ID] = &call{id: r.ID, done: func(reply replica.Reply) {
			d.in(0, timer, func() { done(reply.Err) })
		}}
		d.do(d.core.StepReplica(replica.Submit{Request: r}, d.h.w.clock()))
	})
}

// stateChanged has the controller look at the membership soon.
func (e *engine) stateChanged() {
	if e == nil || e.stateDue {
		return
	}
	e.stateDue = true
	e.d.in(e.d.h.w.between(0, 200*time.Microsecond), timer, func() {
		e.stateDue = false
		if now := e.d.core.Isolated(); now != e.isolated {
			e.isolated = now
			e.isolation(now)
		}
		if v := e.viewNow(); e.d.core.Open() && !reflect.DeepEqual(v, e.view) {
			e.view = v
			e.step(e.ctl.View(e.d.h.w.wall(), v))
			e.attest()
		}
	})
}

func (e *engine) isolation(now bool) {
	switch {
	case !now:
		e.executor.recheck()
	case controller.DropsWhenIsolated(e.d.core.Document()) && e.d.h.w.opt.Mutant != keepAddresses:
		e.executor.withdraw()
	}
}

// viewNow is the membership as the controller takes it.
func (e *engine) viewNow() controller.View {
	d, w := e.d, e.d.h.w
	has := d.core.View()
	v := controller.View{Self: d.self.ID}
	if has == nil {
		return v
	}
	v.Number, v.DC = has.Ballot.Counter, d.core.Open() && has.DC == d.self.ID
	v.Quorate = has.Quorum.Quorate && !d.core.Isolated()
	for _, h := range w.hosts {
		n := controller.Node{ID: h.id, Name: h.name, Online: has.Has(h.id)}
		for _, m := range has.Members {
			if m.ID == h.id {
				n.Incarnation, n.Since = m.Incarnation, has.Since[m.ID]
			}
		}
		if l, known := d.lost[h.id]; known && !n.Online {
			n.Left = l.left
			if l.heard != 0 {
				n.Heard = w.wall().Add(l.heard - w.now)
			}
		}
		v.Nodes = append(v.Nodes, n)
	}
	return v
}

// documentChanged has the controller look at the document soon.
func (e *engine) documentChanged() {
	if e == nil || e.documentDue {
		return
	}
	e.documentDue = true
	e.d.in(e.d.h.w.between(0, 200*time.Microsecond), timer, func() {
		e.documentDue = false
		e.look()
	})
}

// look has the controller see the present document; false where this daemon
// finds there that it was fenced, and ends.
func (e *engine) look() bool {
	doc := e.d.core.Document()
	if doc == e.seen {
		return true
	}
	e.seen = doc
	if e.wasFenced(doc) {
		return false
	}
	e.step(e.ctl.Document(e.d.h.w.wall(), doc))
	if e.leaving && !e.asking && !controller.WantsToLeave(doc, fmt.Sprint(e.d.h.id)) {
		e.setShutdown(fmt.Sprint(e.d.h.w.wall().Unix())) // again, as in package daemon
	}
	return true
}

// command carries out what the DC says, unless it was decided in another view
// or came before.
func (d *daemon) command(c command) {
	if c.reload {
		d.reload()
		return
	}
	e, w := d.engine, d.h.w
	switch {
	case c.order != nil:
		d.obey(c.from, *c.order, func() bool { return true })
		return
	case c.answer != nil:
		e.answer(*c.answer)
		return
	case c.forgo != nil:
		delete(e.holds, orderID{c.from, c.forgo.plan, c.forgo.run.Seq})
		return
	case c.witness != nil:
		e.step(e.ctl.Witnessed(w.wall(), *c.witness))
		return
	case c.act == nil:
		e.step(e.ctl.Refused(w.wall(), c.key))
		return
	}
	v := d.core.View()
	if v == nil || (c.view != v.Ballot.Counter && w.opt.Mutant != obeyAnybody) {
		w.logf("%s: command %s of view %d refused", d.h.name, c.act.Key, c.view)
		answer := command{key: c.key}
		if c.from == d.self.ID {
			// Not at once: the news of the view that it waits for takes time too.
			d.in(w.between(20*time.Microsecond, 200*time.Microsecond), timer, func() { d.command(answer) })
		} else {
			d.sendCommand(c.from, answer)
		}
		return
	}
	if e.taken[c.key] {
		return
	}
	e.taken[c.key] = true
	w.logf("%s: command %s %s", d.h.name, c.act.Key, c.key)
	op := history.FromAction(c.act, c.key)
	switch c.act.Operation {
	case "do_shutdown":
		if e.leaving {
			d.leave()
		}
	case "delete", "lrm_delete":
		op.Operation = history.Delete
		e.executor.do(op)
	case "cancel":
		e.executor.cancel(op.Rsc.ID, op.CancelTarget(), op.IntervalMS)
	default:
		w.commanded(d, op, c.view)
		call := e.executor.do(op)
		if op.Operation != history.Monitor && op.Operation != history.Notify {
			e.result(history.PendingOp(op, call, d.h.timeOfDay()))
		}
	}
}

// result takes what is to be written into the document.
func (e *engine) result(r history.Result) {
	e.results = append(e.results, r)
	e.d.in(0, timer, e.record)
}

// record submits the results that have come, until the cluster has them.
func (e *engine) record() {
	if e.recording || len(e.results) == 0 {
		return
	}
	e.recording = true
	batch := e.results
	e.results = nil
	e.sent++
	e.recordBatch(fmt.Sprintf("%s-result-%d", e.uuid, e.sent), batch)
}

func (e *engine) recordBatch(id string, batch []history.Result) {
	w := e.d.h.w
	doc, r := e.d.core.Document(), cib.Request{ID: id}
	node := history.Node{ID: fmt.Sprint(e.d.h.id), Name: e.d.h.name}
	for _, res := range batch {
		ops := history.Changes(doc, node, res, history.Agent{}, e.d.h.timeOfDay())
		if changed, err := cib.Apply(doc, cib.Request{Ops: ops}, ""); err == nil {
			doc = changed
		}
		r.Ops = append(r.Ops, ops...)
	}
	if len(r.Ops) == 0 {
		e.recording = false
		e.record()
		return
	}
	e.submit(r, func(err error) {
		if err != nil {
			w.logf("%s: results not recorded: %v", e.d.h.name, err)
			e.d.in(500*time.Millisecond, timer, func() { e.recordBatch(id, batch) })
			return
		}
		e.recording = false
		e.record()
	})
}

// leave has the cluster stop everything here and ends the daemon then.
func (e *engine) leave(d *daemon) {
	if e == nil {
		d.leave()
		return
	}
	e.leaving = true
	e.setShutdown(fmt.Sprint(d.h.w.wall().Unix()))
}

// stay takes that back.
func (e *engine) stay() {
	if e == nil || !e.leaving {
		return
	}
	e.leaving = false
	e.setShutdown("")
}

func (e *engine) setShutdown(value string) {
	id := fmt.Sprint(e.d.h.id)
	op := cib.Op{Kind: cib.Modify, XML: fmt.Sprintf(`<status><node_state id="%s"><transient_attributes id="%s"><instance_attributes id="status-%s">`+
		`<nvpair id="status-%s-shutdown" name="shutdown" value="%s"/></instance_attributes></transient_attributes></node_state></status>`, id, id, id, id, value)}
	if value == "" {
		op = cib.Op{Kind: cib.Delete, Path: "/cib/status/node_state[@id='" + id + "']/transient_attributes/instance_attributes/nvpair[@name='shutdown']"}
	}
	e.sent++
	e.asking = true
	e.submit(cib.Request{ID: fmt.Sprintf("%s-shutdown-%d", e.uuid, e.sent), Ops: []cib.Op{op}}, func(error) { e.asking = false })
}

// unsettled says what this node still has to do.
func (e *engine) unsettled() string {
	switch {
	case e == nil:
		return ""
	case e.leaving:
		return "is about to leave"
	case len(e.plans) > 0 || (e.d.h.w.fences != nil && e.d.h.w.fences.busy > 0):
		return "a node is being fenced"
	case e.recording || len(e.results) > 0:
		return "has results to record"
	case e.d.core.View().DC == e.d.self.ID && !e.ctl.Idle():
		return "the controller is not idle"
	}
	return ""
}
