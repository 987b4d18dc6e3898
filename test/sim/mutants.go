package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"gpcs/internal/sim"
)

// runMutants switches off one safety rule after the other and says how many
// seeds it takes until something is noticed.
func runMutants(most uint64, workers int, only string) int {
	survived, caught := 0, 0
	for _, m := range sim.Mutants() {
		if only != "" && only != string(m.Rule) {
			continue
		}
		start := time.Now()
		seed, err := firstCaught(m, most, workers)
		if err == nil {
			survived++
			fmt.Printf("SURVIVED %5d seeds  %s\n", most, m.Rule)
			continue
		}
		caught++
		kind := ""
		switch {
		case m.Fencing:
			kind = " (fencing)"
		case m.Engine:
			kind = " (engine)"
		}
		fmt.Printf("caught by seed %4d%s, %.1f s: %s\n    %v\n", seed, kind, time.Since(start).Seconds(), m.Rule, err)
	}
	fmt.Printf("%d rules switched off, %d noticed, %d not\n", caught+survived, caught, survived)
	if survived > 0 || caught == 0 {
		return 1
	}
	return 0
}

// firstCaught returns the lowest seed that shows a violation, and none where no
// rule is switched off.
func firstCaught(m sim.Mutation, most uint64, workers int) (seed uint64, violation error) {
	var mu sync.Mutex
	var next, bound atomic.Uint64
	bound.Store(most)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for s := next.Add(1) - 1; s < bound.Load(); s = next.Add(1) - 1 {
				_, err := sim.Run(sim.Options{Seed: s, Engine: m.Engine, Fencing: m.Fencing, Mutant: m.Rule})
				if err == nil {
					continue
				}
				if _, without := sim.Run(sim.Options{Seed: s, Engine: m.Engine}); without != nil {
					continue // it says nothing about the rule
				}
				mu.Lock()
				if violation == nil || s < seed {
					seed, violation = s, err
				}
				bound.Store(min(bound.Load(), s))
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return seed, violation
}
