package executor

import (
	"time"

	"gpcs/internal/engine/history"
)

// recurring is an operation that is run again and again. All of it needs
// Executor.mu.
type recurring struct {
	job       *job // the next run; its op and call id stay the same
	timer     *time.Timer
	cancelled bool
	reported  bool // the first result was reported
	last      history.Outcome
	rcChange  int64 // epoch second of the first run with the last return code
}

func (t *recurring) is(operation string, intervalMS int64) bool {
	return t.job.op.Operation == operation && t.job.op.IntervalMS == intervalMS
}

// expectsActive is false for monitors that watch over a resource being stopped.
func (t *recurring) expectsActive() bool {
	return history.TargetRC(t.job.op.TransitionKey) != history.RCNotRunning
}

// addRecurring starts a recurring operation in the place of one of the same
// name and interval, and runs it for the first time.
func (e *Executor) addRecurring(r *resource, j *job) {
	e.cancelRecurring(r, func(t *recurring) bool { return t.is(j.op.Operation, j.op.IntervalMS) })
	t := &recurring{job: j}
	j.every = t
	r.recurring = append(r.recurring, t)
	t.arm(e, r, time.Duration(j.op.StartDelayMS)*time.Millisecond)
}

// arm queues the next run after the delay; needs e.mu.
func (t *recurring) arm(e *Executor, r *resource, delay time.Duration) {
	if delay <= 0 {
		e.enqueue(r, t.job)
		return
	}
	t.timer = time.AfterFunc(delay, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if t.cancelled {
			return
		}
		t.job = &job{op: t.job.op, callID: t.job.callID, due: e.opts.Now(), every: t}
		e.enqueue(r, t.job)
	})
}

// finish takes the result of a run, arms the next one and tells whether the
// cluster must know: the first result and each change, unless the result is to
// be kept quiet.
func (t *recurring) finish(e *Executor, r *resource, res *history.Result, quiet bool) bool {
	if t.cancelled || res.Status == history.Cancelled {
		return false
	}
	changed := !quiet && (!t.reported || t.last.RC != res.RC || t.last.Status != res.Status)
	if changed {
		t.rcChange = res.RunAt
		t.reported, t.last = true, res.Outcome
	}
	res.RCChange = t.rcChange
	if !e.closed {
		t.arm(e, r, time.Duration(t.job.op.IntervalMS)*time.Millisecond)
	}
	return changed
}

// cancelRecurring ends the recurring operations that match (all for nil): the
// timer, the queued run, the running agent. It returns their number; needs e.mu.
func (e *Executor) cancelRecurring(r *resource, match func(*recurring) bool) int {
	var kept []*recurring
	for _, t := range r.recurring {
		if match != nil && !match(t) {
			kept = append(kept, t)
			continue
		}
		t.cancelled = true
		if t.timer != nil {
			t.timer.Stop()
		}
		if r.running != nil && r.running.every == t {
			close(r.running.abort)
			r.running = nil
		}
	}
	n := len(r.recurring) - len(kept)
	r.recurring = kept
	return n
}
