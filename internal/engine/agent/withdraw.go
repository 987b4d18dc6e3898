package agent

import (
	"errors"
	"fmt"
	"sort"
	"sync"
)

// Withdraw removes the addresses of all built-in IPaddr2 resources that are up
// on this node, in parallel, and returns the ids of their resources, sorted.
// It is for a node that lost its quorum: the other side may start them at any
// moment, while an ordered stop of what depends on them takes its time. The
// stop that follows finds nothing and succeeds.
func (r *Runner) Withdraw() ([]string, error) { return r.addresses.withdraw() }

// Epoch counts withdrawals; see Request.Epoch.
func (r *Runner) Epoch() int64 { return r.addresses.now() }

// withdraw removes every address that is up, all at once, and returns the
// resources it took one from.
func (a *addresses) withdraw() ([]string, error) {
	a.mu.Lock()
	// A start that takes its lock from now on sees that it is too old; one that
	// has it is awaited below and undone.
	a.epoch++
	all := make(map[string]*held, len(a.held))
	for rsc, h := range a.held {
		all[rsc] = h
	}
	a.mu.Unlock()
	var mu sync.Mutex
	var gone []string
	var errs []error
	var wg sync.WaitGroup
	for rsc, h := range all {
		wg.Go(func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			if !h.up {
				return
			}
			err := a.drop(rsc, h, h.cfg)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", rsc, err))
				return
			}
			gone = append(gone, rsc)
		})
	}
	wg.Wait()
	sort.Strings(gone)
	return gone, errors.Join(errs...)
}
