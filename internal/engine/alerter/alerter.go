package alerter

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"gpcs/internal/engine/alert"
)

const (
	// patience is how long an agent holds up the next one of its recipient.
	patience = time.Second
	// longest is how many alerts may wait for one recipient.
	longest = 1000
	// farewell is how long agents may go on when services end.
	farewell = 2 * time.Second
)

// Options are what a Runner needs.
type Options struct {
	Log *slog.Logger
	// Account is the user and group that agents run as; ok false: there is none,
	// and no agent is run. nil: agents run as the daemon itself.
	Account func() (uid, gid int, ok bool)
	// Now is the clock; time.Now where it is nil.
	Now func() time.Time
	// Patience is how long an agent holds up the next one of its recipient; 1 s
	// where it is 0.
	Patience time.Duration
}

// Runner runs alert agents.
type Runner struct {
	opts  Options
	ctx   context.Context // ends when agents that still run are to be killed
	kill  context.CancelFunc
	wg    sync.WaitGroup
	mu    sync.Mutex
	ended bool
	count int // alerts sent: CRM_alert_node_sequence
	lanes map[lane][]call
}

// lane is what has an order: one recipient of one alert.
type lane struct{ alert, recipient string }

// call is one run of an agent.
type call struct {
	target alert.Target
	kind   alert.Kind
	env    []string
}

// New returns a runner. Run must be called to end it.
func New(opts Options) *Runner {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Patience == 0 {
		opts.Patience = patience
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	r := &Runner{opts: opts, lanes: map[lane][]call{}}
	r.ctx, r.kill = context.WithCancel(context.Background())
	return r
}

// Run waits until ctx ends, and then for the agents that run.
func (r *Runner) Run(ctx context.Context) error {
	<-ctx.Done()
	r.mu.Lock()
	r.ended = true
	for l := range r.lanes {
		r.lanes[l] = nil
	}
	r.mu.Unlock()
	late := time.AfterFunc(farewell, r.kill)
	r.wg.Wait()
	late.Stop()
	r.kill()
	return nil
}

// Send tells the targets that want it of an event. It does not wait.
func (r *Runner) Send(targets []alert.Target, e alert.Event) {
	at := r.opts.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return
	}
	for _, t := range targets {
		if !t.Wants(e) {
			continue
		}
		r.count++
		l := lane{t.Alert, t.Recipient}
		waiting, busy := r.lanes[l]
		if len(waiting) >= longest {
			r.opts.Log.Warn("alert dropped: too many wait for its recipient", "alert", t.Alert, "recipient", t.Recipient)
			continue
		}
		r.lanes[l] = append(waiting, call{t, e.Kind, t.Env(e, at, r.count)})
		if !busy {
			r.wg.Go(func() { r.work(l) })
		}
	}
}

// work runs what waits in a lane, until nothing does.
func (r *Runner) work(l lane) {
	for {
		r.mu.Lock()
		waiting := r.lanes[l]
		if len(waiting) == 0 {
			delete(r.lanes, l)
			r.mu.Unlock()
			return
		}
		r.lanes[l] = waiting[1:]
		r.mu.Unlock()
		done := make(chan struct{})
		r.wg.Go(func() {
			defer close(done)
			r.run(waiting[0])
		})
		slow := time.NewTimer(r.opts.Patience)
		select {
		case <-done:
		case <-slow.C:
		}
		slow.Stop()
	}
}
