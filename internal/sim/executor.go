package sim

import (
	"time"

	"gpcs/internal/engine/history"
)

// executor queues and runs the actions of one daemon, as engine/executor does:
// one at a time for each resource, monitors again and again.
type executor struct {
	d         *daemon
	lastCall  int
	epoch     int // counts withdrawals
	resources map[string]*queue
	results   func(history.Result)
}

// queue is one resource's.
type queue struct {
	waiting   []*job
	running   *job
	recurring []*recurring
}

// job is one run of one operation.
type job struct {
	op     history.Op
	callID int
	epoch  int
	every  *recurring
	gone   bool // the monitor was cancelled while it ran
}

type recurring struct {
	op        history.Op
	callID    int
	cancelled bool
	reported  bool
	last      history.Outcome
	since     int64
}

func (e *executor) of(rsc string) *queue {
	q := e.resources[rsc]
	if q == nil {
		q = &queue{}
		e.resources[rsc] = q
	}
	return q
}

// do takes an operation and returns its call id.
func (e *executor) do(op history.Op) int {
	e.lastCall++
	q, j := e.of(op.Rsc.ID), &job{op: op, callID: e.lastCall, epoch: e.epoch}
	if op.IntervalMS > 0 {
		e.cancel(op.Rsc.ID, op.Operation, op.IntervalMS)
		j.every = &recurring{op: op, callID: j.callID}
		q.recurring = append(q.recurring, j.every)
	}
	if op.Operation != history.Monitor && op.Operation != history.Notify {
		e.cancelAll(q)
	}
	q.waiting = append(q.waiting, j)
	e.work(q)
	return j.callID
}

func (e *executor) cancel(rsc, operation string, intervalMS int64) {
	q := e.of(rsc)
	kept := q.recurring[:0:0]
	for _, t := range q.recurring {
		if t.op.Operation == operation && t.op.IntervalMS == intervalMS {
			e.drop(q, t)
			continue
		}
		kept = append(kept, t)
	}
	q.recurring = kept
}

func (e *executor) cancelAll(q *queue) {
	for _, t := range q.recurring {
		e.drop(q, t)
	}
	q.recurring = nil
}

func (e *executor) drop(q *queue, t *recurring) {
	t.cancelled = true
	if q.running != nil && q.running.every == t {
		q.running.gone, q.running = true, nil
		e.d.in(0, timer, func() { e.work(q) })
	}
}

// work runs the next job of a resource.
func (e *executor) work(q *queue) {
	for q.running == nil && len(q.waiting) > 0 {
		j := q.waiting[0]
		q.waiting = q.waiting[1:]
		switch {
		case j.every != nil && j.every.cancelled:
		case j.op.Operation == history.Delete:
			e.cancelAll(q)
		default:
			q.running = j
			e.run(q, j)
		}
	}
}

// run has the machine carry a job out, after an agent that an earlier daemon
// left behind.
func (e *executor) run(q *queue, j *job) {
	m, w, rsc := e.d.h.machine, e.d.h.w, j.op.Rsc.ID
	if wait := m.busy[rsc] - w.now; wait > 0 {
		e.d.in(wait, timer, func() {
			if !j.gone {
				e.run(q, j)
			}
		})
		return
	}
	began := w.now
	refused := func() bool { return w.plan.address[rsc] && j.op.Operation == history.Start && j.epoch < e.epoch }
	if refused() {
		e.d.in(0, timer, func() {
			e.ended(q, j, history.NotBegun("isolated"), began)
		})
		return
	}
	out, after, then := m.run(j.op)
	m.busy[rsc] = w.now + after
	power := e.d.h.boots
	end := func(alive bool) {
		if e.d.h.boots != power {
			return // the machine went down with it
		}
		if then != nil && (!alive || !refused()) {
			then()
		}
		if !alive || j.gone {
			return
		}
		if refused() {
			out = history.NotBegun("isolated")
		}
		e.ended(q, j, out, began)
	}
	w.in(after, func() {
		if e.d.h.d == e.d {
			e.d.now(timer, func() { end(true) })
		} else {
			end(false) // the agent runs to its end without the daemon
		}
	})
}

// ended reports what a job gave, where the cluster must know it.
func (e *executor) ended(q *queue, j *job, out history.Outcome, began time.Duration) {
	w := e.d.h.w
	q.running = nil
	at := e.d.h.timeOfDay() - int64((w.now - began).Seconds())
	res := history.Result{Op: j.op, Outcome: out, CallID: j.callID, ExecMS: (w.now - began).Milliseconds(), RunAt: at, RCChange: at}
	if res.Failed() && !j.op.Probe() {
		w.stats.Failures++
	}
	if j.op.IntervalMS == 0 || out.RC != 0 {
		w.logf("%s: %s gave %d status %d", e.d.h.name, j.op.Key(), out.RC, out.Status)
	}
	report := true
	if t := j.every; t != nil {
		report = e.again(q, t, &res)
	} else if j.op.Probe() && out.RC == history.RCNotRunning {
		e.cancelAll(q)
	}
	if report {
		e.results(res)
	}
	e.work(q)
}

// again plans a monitor's next run and tells whether this one is news.
func (e *executor) again(q *queue, t *recurring, res *history.Result) bool {
	if t.cancelled || res.Status == history.Cancelled {
		return false
	}
	changed := !t.reported || t.last.RC != res.RC || t.last.Status != res.Status
	if changed {
		t.since = res.RunAt
	}
	res.RCChange, t.reported, t.last = t.since, true, res.Outcome
	e.d.in(time.Duration(t.op.IntervalMS)*time.Millisecond, timer, func() {
		if !t.cancelled {
			q.waiting = append(q.waiting, &job{op: t.op, callID: t.callID, every: t})
			e.work(q)
		}
	})
	return changed
}

// withdraw takes all addresses away at once.
func (e *executor) withdraw() {
	e.epoch++
	w, m := e.d.h.w, e.d.h.machine
	e.d.in(w.between(500*time.Microsecond, 2*time.Millisecond), timer, func() {
		for _, rsc := range w.plan.addresses {
			m.turn(rsc, false)
		}
	})
}

// recheck runs the monitors of addresses now.
func (e *executor) recheck() {
	for _, rsc := range e.d.h.w.plan.addresses {
		q := e.of(rsc)
		for _, t := range q.recurring {
			if q.running == nil || q.running.every != t {
				q.waiting = append(q.waiting, &job{op: t.op, callID: t.callID, every: t})
			}
		}
		e.work(q)
	}
}
