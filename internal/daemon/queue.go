package daemon

import (
	"context"
	"sync"
)

// queue hands items from callers that must not block to one worker, all that
// have come together at a time.
type queue[T any] struct {
	mu    sync.Mutex
	items []T
	ready chan struct{}
}

func newQueue[T any]() *queue[T] { return &queue[T]{ready: make(chan struct{}, 1)} }

// put adds an item.
func (q *queue[T]) put(item T) {
	q.mu.Lock()
	q.items = append(q.items, item)
	q.mu.Unlock()
	select {
	case q.ready <- struct{}{}:
	default: // the worker has been told
	}
}

// take waits for items and returns all there are, nil when ctx ends.
func (q *queue[T]) take(ctx context.Context) []T {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-q.ready:
		}
		q.mu.Lock()
		items := q.items
		q.items = nil
		q.mu.Unlock()
		if len(items) > 0 {
			return items
		}
	}
}
