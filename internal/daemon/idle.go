package daemon

import (
	"context"
	"strconv"
	"sync"
	"time"
)

// askAgain is how long an unanswered question to the DC waits: the DC may have
// changed, or the answer been lost.
const askAgain = 2 * time.Second

// questions are what this node asked the DC and has no answer to yet.
type questions struct {
	mu   sync.Mutex
	next int
	open map[string]chan struct{}
}

// ask opens a question: its name, and the channel that the answer closes.
func (q *questions) ask() (string, <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.open == nil {
		q.open = map[string]chan struct{}{}
	}
	q.next++
	name := strconv.Itoa(q.next)
	q.open[name] = make(chan struct{})
	return name, q.open[name]
}

func (q *questions) answer(name string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if c, ok := q.open[name]; ok {
		close(c)
		delete(q.open, name)
	}
}

func (q *questions) forget(name string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.open, name)
}

// idle waits until the DC, whoever that is, has nothing left to do.
func (i *instance) idle(ctx context.Context) error {
	for {
		asked, cancel := context.WithTimeout(ctx, askAgain)
		err := i.askIdle(asked)
		cancel()
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// askIdle asks once; any error means: ask again.
func (i *instance) askIdle(ctx context.Context) error {
	switch dc := i.dc(); dc {
	case i.self:
		return i.engine.idle(ctx)
	default:
		name, answered := i.questions.ask()
		defer i.questions.forget(name)
		if dc != 0 {
			if err := i.cluster.Send(ctx, dc, kindIdle, []byte(name)); err != nil {
				i.log.Debug("the DC cannot be asked", "err", err)
			}
		}
		select {
		case <-answered:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
