package executor

import (
	"strings"
	"time"

	"gpcs/internal/engine/agent"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
)

// resource is one resource instance with its queue. All of it needs Executor.mu.
type resource struct {
	rsc       graph.Resource // as the last operation named it
	queue     []*job
	busy      bool // a worker goroutine is at work
	running   *job
	recurring []*recurring
	// params are those with which the resource was last seen active: it is
	// stopped with them, whatever the configuration says by then.
	params []graph.Attr
}

// job is one run of one operation.
type job struct {
	op     history.Op
	callID int
	due    time.Time
	epoch  int64
	every  *recurring // set for runs of a recurring operation
	abort  chan struct{}
}

// resource returns the state of a resource, made if missing; needs e.mu.
func (e *Executor) resource(id string) *resource {
	r := e.resources[id]
	if r == nil {
		r = &resource{rsc: graph.Resource{ID: id}}
		e.resources[id] = r
	}
	return r
}

// later queues a job after a delay; needs e.mu.
func (e *Executor) later(delay time.Duration, r *resource, j *job) {
	if delay <= 0 {
		e.enqueue(r, j)
		return
	}
	time.AfterFunc(delay, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		j.due = e.opts.Now()
		e.enqueue(r, j)
	})
}

// enqueue needs e.mu.
func (e *Executor) enqueue(r *resource, j *job) {
	if e.closed {
		return
	}
	r.queue = append(r.queue, j)
	if !r.busy {
		r.busy = true
		e.wg.Go(func() { e.work(r) })
	}
}

// work runs the queue of a resource until it is empty.
func (e *Executor) work(r *resource) {
	for {
		e.mu.Lock()
		if len(r.queue) == 0 {
			r.busy = false
			e.mu.Unlock()
			return
		}
		j := r.queue[0]
		r.queue = r.queue[1:]
		if j.every != nil && j.every.cancelled {
			e.mu.Unlock()
			continue
		}
		j.abort = make(chan struct{})
		r.running = j
		if j.op.Operation == history.Stop {
			j.op.Attrs = stopAttrs(j.op.Attrs, r.params)
		}
		if j.op.Operation == history.Delete {
			queue := r.queue
			e.forget(r)
			r.queue = queue // what was ordered after the delete
		}
		e.mu.Unlock()
		e.runJob(r, j)
	}
}

// runJob runs one job and reports its result where the cluster must know it.
func (e *Executor) runJob(r *resource, j *job) {
	begin, epoch := e.opts.Now(), e.opts.Runner.Epoch()
	var out history.Outcome
	if j.op.Operation != history.Delete {
		out = e.opts.Runner.Run(e.ctx, agent.Request{Rsc: j.op.Rsc, Action: j.op.Operation,
			IntervalMS: j.op.IntervalMS, Timeout: time.Duration(j.op.TimeoutMS) * time.Millisecond,
			Attrs: j.op.Attrs, Epoch: j.epoch, Abort: j.abort})
	}
	end := e.opts.Now()
	res := history.Result{Op: j.op, Outcome: out, CallID: j.callID,
		ExecMS: end.Sub(begin).Milliseconds(), QueueMS: max(0, begin.Sub(j.due).Milliseconds()),
		RunAt: begin.Unix(), RCChange: begin.Unix()}
	e.mu.Lock()
	r.running = nil
	r.note(res)
	if j.op.Probe() && out.Status == history.Done && out.RC == history.RCNotRunning {
		// The history was forgotten and the resource is not there: monitors
		// from before would report it as a failure.
		e.cancelRecurring(r, (*recurring).expectsActive)
	}
	report := e.ctx.Err() == nil
	if j.every != nil {
		report = j.every.finish(e, r, &res, e.ownDoing(r, out, epoch)) && report
	}
	e.mu.Unlock()
	e.logResult(res)
	if report {
		e.opts.Results(res)
	}
}

// note keeps the parameters with which the resource runs, as the result shows.
func (r *resource) note(res history.Result) {
	if res.Status != history.Done {
		return
	}
	switch res.Op.Operation {
	case history.Start, history.Monitor, history.Promote, history.Demote, history.MigrateFrom, history.Reload, history.ReloadAgent:
		switch res.RC {
		case history.RCOK, history.RCPromoted, history.RCDegraded, history.RCDegradedProm:
			r.params = res.Op.Attrs
		}
	case history.Stop:
		if res.RC == history.RCOK {
			r.params = nil
		}
	}
}

// stopAttrs is what a stop is run with: the parameters of the last start and
// the meta attributes of the stop itself.
func stopAttrs(given, last []graph.Attr) []graph.Attr {
	if last == nil {
		return given
	}
	var attrs []graph.Attr
	for _, a := range given {
		if meta(a.Name) {
			attrs = append(attrs, a)
		}
	}
	return append(attrs, withoutMeta(last)...)
}

func meta(name string) bool {
	return strings.HasPrefix(name, "CRM_meta_") || name == "crm_feature_set"
}

func (e *Executor) logResult(res history.Result) {
	attrs := []any{"rsc", res.Op.Rsc.ID, "op", res.Op.Operation, "interval", res.Op.IntervalMS,
		"rc", res.RC, "status", res.Status.String(), "exec_ms", res.ExecMS, "call", res.CallID}
	// A probe that finds another state than the DC thought has found something
	// out, nothing has failed.
	if res.Failed() && (!res.Op.Probe() || res.Status != history.Done) {
		e.log.Warn("operation failed", append(attrs, "reason", res.Reason, "stderr", res.Stderr)...)
		return
	}
	if res.Op.IntervalMS == 0 {
		e.log.Info("operation done", attrs...)
	}
}
