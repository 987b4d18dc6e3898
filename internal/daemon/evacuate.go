package daemon

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/engine/controller"
)

// escalation is how long a graceful stop may take (shutdown-escalation).
const escalation = 20 * time.Minute

// stayTimeout bounds the word to the cluster that this node stays after all.
const stayTimeout = 10 * time.Second

// evacuation is the wait until nothing runs on this node any more.
type evacuation struct {
	cancel context.CancelCauseFunc
	done   chan struct{}
	err    error // valid once done is closed
}

// errStarted ends an evacuation because the node is to run resources again.
var errStarted = errors.New("cluster services were started again in the meantime")

// evacuate begins to have the cluster stop all that this node runs, or joins
// what was begun before. It needs Daemon.commands.
func (i *instance) evacuate() *evacuation {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.evacuation != nil {
		return i.evacuation
	}
	ctx, cancel := context.WithCancelCause(i.ctx)
	e := &evacuation{cancel: cancel, done: make(chan struct{})}
	i.evacuation = e
	i.group.Go(func() error {
		defer close(e.done)
		defer cancel(nil)
		if e.err = i.runEvacuation(ctx); e.err == nil {
			i.evacuated.Store(true)
			return nil
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		i.evacuation = nil // the next stop tries again
		return nil
	})
	return e
}

// nextShutdown is the time to ask for a stop with, in s since 1970. It differs
// from that of the stop before: the DC may see a document only after a stop
// was taken back and asked for again, and must find a change.
func (i *instance) nextShutdown(now time.Time) int64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.shutdown = max(now.Unix(), i.shutdown+1)
	return i.shutdown
}

func (i *instance) runEvacuation(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, escalation)
	defer cancel()
	at := strconv.FormatInt(i.nextShutdown(time.Now()), 10)
	err := i.setTransient(limited, "shutdown", at)
	switch {
	case ctx.Err() != nil:
		return i.interrupted(ctx)
	case err != nil:
		return fmt.Errorf("the cluster cannot be told that this node stops: %w", err)
	}
	i.mu.Lock()
	released := i.released
	i.mu.Unlock()
	docs, unwatch := i.cluster.WatchDocument()
	defer unwatch()
	for limited.Err() == nil {
		select {
		case <-released:
			return nil
		case doc := <-docs:
			if !controller.WantsToLeave(doc, i.node().ID) {
				// Of a node that has just joined the DC forgets what stood there before.
				err = i.setTransient(limited, "shutdown", at)
			}
		case <-limited.Done():
		}
	}
	if ctx.Err() != nil {
		return i.interrupted(ctx)
	}
	if err != nil {
		i.log.Warn("the cluster could not be told again that this node stops", "err", err)
	}
	// Half stopped is worse than either: the node goes on as a member.
	if err := i.stay(); err != nil {
		i.log.Warn("this node goes on, but could not take its wish to stop back", "err", err)
	}
	return &api.Error{Code: api.CodeTimeout, Message: "resources on " + i.name + " did not stop in time; they and the " +
		"cluster services are still running; see 'pcs status' for what does not stop"}
}

// interrupted tells why an evacuation ended early: nil where cluster services
// were killed, for then nothing is left to wait for.
func (i *instance) interrupted(ctx context.Context) error {
	if i.ctx.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}

// resume takes a node back whose resources were stopped, or are being stopped,
// while it stayed a member. It needs Daemon.commands.
func (i *instance) resume() error {
	i.mu.Lock()
	e := i.evacuation
	i.mu.Unlock()
	if e == nil {
		return nil
	}
	e.cancel(errStarted)
	<-e.done
	if err := i.stay(); err != nil {
		return fmt.Errorf("the cluster cannot be told that this node is back: %w", err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.evacuation, i.released = nil, make(chan struct{})
	i.evacuated.Store(false)
	return nil
}

// stay takes back what an evacuation told the cluster.
func (i *instance) stay() error {
	ctx, cancel := context.WithTimeout(i.ctx, stayTimeout)
	defer cancel()
	return i.unsetTransient(ctx, "shutdown")
}

// release notes that the DC has seen everything on this node stopped.
func (i *instance) release() {
	i.mu.Lock()
	defer i.mu.Unlock()
	select {
	case <-i.released:
	default:
		close(i.released)
	}
}
