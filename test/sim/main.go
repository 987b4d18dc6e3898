// Command sim runs seeds of internal/sim and says what they found.
package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"gpcs/internal/cluster/view"
	"gpcs/internal/sim"
)

func main() {
	seeds := flag.Uint64("seeds", 1000, "how many seeds to run")
	from := flag.Uint64("from", 0, "the first of them")
	one := flag.Int64("seed", -1, "run this seed only")
	trace := flag.Bool("trace", false, "print what happens in that seed")
	engine := flag.Bool("engine", false, "all with controllers, executors and agents")
	fencing := flag.Bool("fencing", false, "all about fencing: small clusters with devices that refuse, lie, are slow, ...")
	share := flag.Uint64("engines", 50, "one in so many with controllers, executors, agents and fence devices; 0 = none")
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
		os.Exit(replay(sim.Options{Seed: uint64(*one), Engine: *engine, Fencing: *fencing, Mutant: view.Mutant(*only)}, *trace))
	}
	if *engine || *fencing {
		*share = 1
	}
	os.Exit(runAll(*from, *from+*seeds, func(seed uint64) sim.Options {
		return sim.Options{Seed: seed, Fencing: *fencing, Engine: *share > 0 && seed%*share == *share-1}
	}, *workers, *limit))
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

// runAll runs a range of seeds on several processors, until it is interrupted.
func runAll(from, to uint64, options func(seed uint64) sim.Options, workers int, limit time.Duration) int {
	var mu sync.Mutex
	var total sim.Stats
	failed, ran, engines := 0, 0, 0
	var next atomic.Uint64
	next.Store(from)
	start := time.Now()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ctx, cancelLimit := context.WithTimeout(ctx, limit)
	defer cancelLimit()
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for seed := next.Add(1) - 1; seed < to && ctx.Err() == nil; seed = next.Add(1) - 1 {
				opt := options(seed)
				stats, err := sim.Run(opt)
				mu.Lock()
				total.Add(stats)
				ran++
				if opt.Engine {
					engines++
				}
				if failed++; err == nil {
					failed--
				} else if fmt.Printf("seed %d: %v\n  replay: %s\n", seed, err, opt.Replay()); failed == 1 {
					lastOf(opt)
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	took := time.Since(start)
	fmt.Printf("%d seeds, %d of them with engines, in %.1f s (%.1f a second, %d at once; %.1f ms of processor time each), %d violations\n%s\n",
		ran, engines, took.Seconds(), float64(ran)/took.Seconds(), workers, 1000*used()/float64(max(ran, 1)), failed, describe(total))
	if failed > 0 {
		return 1
	}
	return 0
}

// traced is how many lines of a trace lead up to a violation well enough.
const traced = 60

// lastOf prints the end of a seed's trace.
func lastOf(opt sim.Options) {
	var all bytes.Buffer
	opt.Trace = &all
	_, _ = sim.Run(opt) // it fails again
	lines := strings.Split(strings.TrimSpace(all.String()), "\n")
	fmt.Printf("  the last of %d lines:\n%s\n", len(lines), strings.Join(lines[max(0, len(lines)-traced):], "\n"))
}

// used is the processor time that this process has taken, in seconds.
func used() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

func describe(s sim.Stats) string {
	text := fmt.Sprintf("%d nodes, %d faults, %d views entered, %d answers under quorum (%d reads), %d calls without one, "+
		"%d histories undecided, settled within %.1f s", s.Nodes, s.Faults, s.Views, s.Acked, s.Reads, s.Unknown, s.Undecided, s.Settled.Seconds())
	if s.Starts > 0 {
		text += fmt.Sprintf("\nagents: %d starts, %d stops, %d failures, %d nodes fenced; an address held twice, by a node that stood still: %d, without a daemon: %d",
			s.Starts, s.Stops, s.Failures, s.Fenced, s.StallHolds, s.DeadHolds)
	}
	if s.Fenced > 0 {
		text += fmt.Sprintf("\nfencing: %d recoveries by a proof, %d of one of two nodes with the other as its judge, %d lies of devices, %d confirmed by a human",
			s.Proofs, s.Races, s.Lies, s.Confirmed)
	}
	text += "\nfaults:"
	for _, kind := range slices.Sorted(maps.Keys(s.ByKind)) {
		text += fmt.Sprintf(" %s %d,", kind, s.ByKind[kind])
	}
	return text
}
