package executor

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"gpcs/internal/engine/agent"
	"gpcs/internal/engine/history"
)

// Runner runs single actions: agent.Runner, or a fake in tests.
type Runner interface {
	Run(ctx context.Context, req agent.Request) history.Outcome
	Withdraw() ([]string, error)
	Epoch() int64
}

// Options are what an Executor needs.
type Options struct {
	Runner Runner
	Log    *slog.Logger
	// Results gets every result that the cluster must know: all of one-time
	// operations, of recurring ones the first and then each change. It is called
	// from many goroutines, but for one resource in order. It must not wait for
	// the cluster: the resource's next action waits for it.
	Results func(history.Result)
	// LastCallID is the highest call id that the status section holds for this
	// node (history.LastCallID): new ones are higher.
	LastCallID int
	// Drain is how long Run waits at its end for running actions. Those that
	// take longer run on by themselves and their results are lost; the next
	// daemon awaits them before it runs another action of the resource.
	Drain time.Duration
	// Now is the clock; time.Now where it is nil.
	Now func() time.Time
}

// Executor runs operations on this node.
type Executor struct {
	opts   Options
	log    *slog.Logger
	ctx    context.Context // ends when running actions are to be left alone
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu        sync.Mutex
	closed    bool
	lastCall  int
	resources map[string]*resource
	withdrawn map[string]bool // resources whose address was taken away, not looked at since
}

// New returns an executor that takes operations at once. Run must be called
// to end it.
func New(opts Options) *Executor {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	e := &Executor{opts: opts, log: opts.Log, lastCall: opts.LastCallID,
		resources: map[string]*resource{}, withdrawn: map[string]bool{}}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	return e
}

// Run waits until ctx ends, then stops monitors, drops what is queued and
// waits for running actions as Options.Drain says. Resources stay as they are.
func (e *Executor) Run(ctx context.Context) error {
	<-ctx.Done()
	e.mu.Lock()
	e.closed = true
	for _, r := range e.resources {
		r.queue = nil
		e.cancelRecurring(r, nil)
	}
	e.mu.Unlock()
	leave := time.AfterFunc(e.opts.Drain, e.cancel)
	e.wg.Wait()
	leave.Stop()
	e.cancel()
	return nil
}

// Do takes an operation and returns its call id, 0 if the executor has ended.
// Its result comes through Options.Results. Operation cancel ends a recurring
// operation, delete forgets the resource.
func (e *Executor) Do(op history.Op) int {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return 0
	}
	e.lastCall++
	id := e.lastCall
	r := e.resource(op.Rsc.ID)
	r.rsc = op.Rsc
	j := &job{op: op, callID: id, due: e.opts.Now(), epoch: e.opts.Runner.Epoch()}
	if op.Operation == history.Cancel {
		e.cancelRecurring(r, func(t *recurring) bool { return t.is(op.CancelTarget(), op.IntervalMS) })
		e.mu.Unlock()
		e.opts.Results(history.Result{Op: op, CallID: id, RunAt: j.due.Unix(), RCChange: j.due.Unix()})
		return id
	}
	defer e.mu.Unlock()
	switch {
	case op.IntervalMS > 0:
		e.addRecurring(r, j)
	default:
		if changesState(op.Operation) {
			e.cancelRecurring(r, nil)
		}
		e.later(time.Duration(op.StartDelayMS)*time.Millisecond, r, j)
	}
	return id
}

// changesState tells the operations before which the monitors of a resource
// are stopped: they would see it half way.
func changesState(operation string) bool {
	switch operation {
	case history.Monitor, history.Notify, "status", "validate-all", "meta-data":
		return false
	}
	return true
}

// Cancel ends a recurring operation of a resource; the one that is being run
// is killed and gives no result. False: there is none.
func (e *Executor) Cancel(rscID, operation string, intervalMS int64) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.resources[rscID]
	return r != nil && e.cancelRecurring(r, func(t *recurring) bool { return t.is(operation, intervalMS) }) > 0
}

// forget ends all monitors of a resource and drops what is queued for it; it
// needs e.mu. The resource itself stays: its queue is what keeps two
// actions apart, whoever orders them.
func (e *Executor) forget(r *resource) {
	e.cancelRecurring(r, nil)
	r.queue, r.params = nil, nil
}
