package cluster

import "sync"

// watched is a value that others watch: each gets the newest, never a backlog.
type watched[T any] struct {
	mu       sync.Mutex
	value    T
	watchers map[chan T]bool
}

func newWatched[T any](v T) *watched[T] {
	return &watched[T]{value: v, watchers: map[chan T]bool{}}
}

func (w *watched[T]) get() T {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.value
}

func (w *watched[T]) set(v T) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.value = v
	for c := range w.watchers {
		offer(c, v)
	}
}

// offer puts v into a channel of one place, in place of what nobody took.
func offer[T any](c chan T, v T) {
	select {
	case <-c:
	default:
	}
	c <- v
}

// watch returns a channel that gives the present value first, and how to end it.
func (w *watched[T]) watch() (<-chan T, func()) {
	c := make(chan T, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watchers[c] = true
	c <- w.value
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.watchers[c] {
			delete(w.watchers, c)
			close(c)
		}
	}
}
