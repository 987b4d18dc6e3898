package queue

import (
	"context"
	"sync"
	"testing"
)

func TestNothingIsLostOrReordered(t *testing.T) {
	const puts, writers = 1000, 4
	q := New[[2]int]()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := range puts {
				q.Put([2]int{w, n})
			}
		})
	}
	var next [writers]int
	for got := 0; got < puts*writers; {
		for _, item := range q.Wait(t.Context()) {
			if w := item[0]; item[1] != next[w] {
				t.Fatalf("writer %d: item %d came, %d was next", w, item[1], next[w])
			}
			next[item[0]]++
			got++
		}
	}
	wg.Wait()
	if left := q.Take(); left != nil {
		t.Errorf("left: %v", left)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	q := New[int]()
	q.Put(1)
	q.Take() // the word that something is there is out of date now
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := q.Wait(ctx); got != nil {
		t.Errorf("got %v", got)
	}
}
