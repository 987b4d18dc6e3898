// Package queue hands items from callers that must not wait to one worker.
// It has no end: who puts items in bounds their number, for a queue that is
// full would make the caller wait after all. It knows nothing of its items.
package queue

import (
	"context"
	"sync"
)

// Queue holds items for one worker, in order. Make it with New.
type Queue[T any] struct {
	mu    sync.Mutex
	items []T
	ready chan struct{}
}

// New returns an empty queue.
func New[T any]() *Queue[T] { return &Queue[T]{ready: make(chan struct{}, 1)} }

// Put adds an item. It never waits.
func (q *Queue[T]) Put(item T) {
	q.mu.Lock()
	q.items = append(q.items, item)
	q.mu.Unlock()
	select {
	case q.ready <- struct{}{}:
	default: // the worker has been told
	}
}

// Ready gives a value after items were put in; the worker takes them then.
func (q *Queue[T]) Ready() <-chan struct{} { return q.ready }

// Take returns all items there are, perhaps none.
func (q *Queue[T]) Take() []T {
	q.mu.Lock()
	defer q.mu.Unlock()
	items := q.items
	q.items = nil
	return items
}

// Wait waits for items and takes them; nil when ctx ends.
func (q *Queue[T]) Wait(ctx context.Context) []T {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-q.ready:
		}
		if items := q.Take(); len(items) > 0 {
			return items
		}
	}
}
