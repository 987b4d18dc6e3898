// Command sim runs seeds of internal/sim and says what they found.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gpcs/internal/cluster/view"
	"gpcs/internal/sim"
)

func main() {
	seeds := flag.Uint64("seeds", 1000, "how many seeds to run")
	from := flag.Uint64("from", 0, "the first of them")
	one := flag.Int64("seed", -1, "run this seed only")
	trace := flag.Bool("trace", false, "print what happens in that seed")
	engine := flag.Bool("engine", false, "with controllers, executors and agents")
	limit := flag.Duration("for", 24*time.Hour, "begin no seed after this time")
	mutants := flag.Bool("mutants", false, "switch off safety rules, and say how many seeds notice")
	only := flag.String("mutant", "", "only this rule, with -mutants or -seed")
	workers := flag.Int("j", runtime.NumCPU(), "seeds at once")
	flag.Parse()
	// Little of what a seed makes lives long; the limit keeps a small machine well.
	debug.SetGCPercent(800)
	debug.SetMemoryLimit(2 << 30)
	switch {
	case *mutants:
		os.Exit(runMutants(*seeds, *workers, *only))
	case *one >= 0:
		os.Exit(replay(sim.Options{Seed: uint64(*one), Engine: *engine, Mutant: view.Mutant(*only)}, *trace))
	}
	os.Exit(runAll(*from, *from+*seeds, *engine, *workers, *limit))
}

// replay runs one seed.
func replay(opt sim.Options, trace bool) int {
	if trace {
		out := bufio.NewWriter(os.Stdout)
		defer out.Flush()
		opt.Trace = out
	}
	stats, err := sim.Run(opt)
	if err != nil {
		fmt.Fprintf(os.Stderr, "seed %d: %v\n", opt.Seed, err)
		return 1
	}
	fmt.Fprintf(os.Stderr, "seed %d: no violation; %s\n", opt.Seed, describe(stats))
	return 0
}

// runAll runs a range of seeds on several processors.
func runAll(from, to uint64, engine bool, workers int, limit time.Duration) int {
	var mu sync.Mutex
	var total sim.Stats
	failed, ran := 0, 0
	var next atomic.Uint64
	next.Store(from)
	start := time.Now()
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for seed := next.Add(1) - 1; seed < to && time.Since(start) < limit; seed = next.Add(1) - 1 {
				stats, err := sim.Run(sim.Options{Seed: seed, Engine: engine})
				mu.Lock()
				total.Add(stats)
				ran++
				if err != nil {
					failed++
					fmt.Printf("seed %d: %v\n  replay: %s\n", seed, err, sim.Replay(seed, engine))
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	took := time.Since(start)
	fmt.Printf("%d seeds in %.1f s (%.1f a second, %d at once), %d violations\n%s\n", ran, took.Seconds(),
		float64(ran)/took.Seconds(), workers, failed, describe(total))
	if failed > 0 {
		return 1
	}
	return 0
}

func describe(s sim.Stats) string {
	text := fmt.Sprintf("%d nodes, %d faults, %d views entered, %d answers under quorum (%d reads), %d calls without one, "+
		"%d histories undecided, settled within %.1f s", s.Nodes, s.Faults, s.Views, s.Acked, s.Reads, s.Unknown, s.Undecided, s.Settled.Seconds())
	if s.Starts > 0 {
		text += fmt.Sprintf("\nagents: %d starts, %d stops, %d failures; an address held twice, by a node that stood still: %d, without a daemon: %d",
			s.Starts, s.Stops, s.Failures, s.StallHolds, s.DeadHolds)
	}
	text += "\nfaults:"
	for _, kind := range slices.Sorted(maps.Keys(s.ByKind)) {
		text += fmt.Sprintf(" %s %d,", kind, s.ByKind[kind])
	}
	return text
}
