package sim

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"gpcs/internal/cluster/view"
)

// A few of the seeds that `make sim` runs by the thousand.
func TestSeeds(t *testing.T) {
	total := runSeeds(t, 40, Options{})
	if total.Acked == 0 || total.Reads == 0 || total.Faults == 0 || total.Views == 0 || total.Lost == 0 {
		t.Errorf("nothing happened: %+v", total)
	}
	for _, f := range faults {
		if !engineOnly[f.name] && total.ByKind[f.name] == 0 {
			t.Errorf("no fault of the kind %q", f.name)
		}
	}
}

// The same with controllers, executors and agents.
func TestEngineSeeds(t *testing.T) {
	total := runSeeds(t, 6, Options{Engine: true})
	if total.Starts == 0 || total.Stops == 0 || total.Failures == 0 {
		t.Errorf("nothing happened: %+v", total)
	}
}

// runSeeds runs the first seeds and adds up what they counted.
func runSeeds(t *testing.T, seeds uint64, opt Options) (total Stats) {
	for seed := range seeds {
		opt.Seed = seed
		stats, err := Run(opt)
		if err != nil {
			t.Errorf("seed %d: %v\nreplay: %s", seed, err, opt.Replay())
		}
		total.Add(stats)
	}
	return total
}

// Seeds that found something once.
func TestOldFindings(t *testing.T) {
	for _, c := range []struct {
		seed   uint64
		engine bool
		what   string
	}{
		{43, true, "a node that the others' view was made without held its address"},
		{58, true, "a start was sent again although a node was back that ran the resource"},
		{28, false, "a request was forgotten when all nodes had started anew, and applied again"},
		{80, false, "the same, after one node"},
		{163, false, "a node that had stood still installed a view that the others had left"},
		{171, false, "a node that died soon after a jump of the ballots used one twice"},
		{168, false, "a read showed a change that was on no disk, and was lost"},
		{892, false, "what was made without quorum was stored as shared before the others had it"},
		{415, false, "a DC that stood still opened its view when the others were in the next, which is no fault"},
		{1328, false, "what was made without quorum was called shared while the others' disks were full"},
		{3717, false, "a node that had booted helped a half to win a tie that the other half had won"},
		{527, false, "nodes that had booted forgot that another was the last man standing"},
		{7943, false, "those who had missed the last view had a quorum by the one before"},
		{8377, false, "a node that had started did not know that what it held was shared by nobody"},
		{2149, true, "a node that came into a view without quorum before it missed the others held its address"},
		{60584, false, "a read showed what a lost DC alone had made, and it was lost to a document of a view between"},
		{199, false, "all nodes together had no quorum, since a view without one had raised what was expected"},
		{1508, false, "three nodes with all votes did not wait for a fourth without any, which is no fault"},
		{2949, true, "a new member had made a quorum with a lost node just before, which could still hold its address"},
		{16949, true, "what nodes had stopped without a quorum counted as running when a document won that did not know of it"},
		{17, true, "a command was refused and decided anew without an end"},
		{9477, false, "a node with a full disk won a tie by a view whose document it had lost"},
		{17353, false, "one of two nodes with a full disk did not wait for the other after a start of its daemon"},
		{9214, false, "a DC took a view for good that never opened"},
		{14509, false, "the votes of a half that had won a tie were held by a node that had won none, which is no fault"},
		{103199, true, "a node was let go before its probes had an answer"},
		{7799, true, "the feed that a fencing had cut came back with the end of the faults, which is no fault"},
		{16499, true, "an agent that hung when the faults were over failed later, which is no fault"},
	} {
		opt := Options{Seed: c.seed, Engine: c.engine}
		if _, err := Run(opt); err != nil {
			t.Errorf("seed %d (%s): %v\nreplay: %s", c.seed, c.what, err, opt.Replay())
		}
	}
}

// The simulator bites: some of the rules that `make sim-mutants` switches off.
func TestMutantsAreNoticed(t *testing.T) {
	for _, m := range Mutants() {
		if m.Engine || slices.Contains([]view.Mutant{view.WithoutAgreed, view.ForgetViews, view.KeepPromise, view.PatchAnything}, m.Rule) {
			continue // takes too long here
		}
		noticed := false
		for seed := uint64(0); seed < 300 && !noticed; seed++ {
			_, err := Run(Options{Seed: seed, Mutant: m.Rule})
			noticed = err != nil
		}
		if !noticed {
			t.Errorf("nothing was noticed in 300 seeds: %s", m.Rule)
		}
	}
}

// A seed is one history, byte for byte.
func TestSameSeedSameHistory(t *testing.T) {
	for seed := range uint64(4) {
		var runs [2]bytes.Buffer
		for i := range runs {
			_, _ = Run(Options{Seed: seed, Engine: seed%2 == 0, Trace: &runs[i]}) // TestSeeds judges
		}
		if a, b := runs[0].Bytes(), runs[1].Bytes(); !bytes.Equal(a, b) {
			t.Errorf("seed %d: %s", seed, firstDifference(a, b))
		}
	}
}

func firstDifference(a, b []byte) string {
	x, y := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(x), len(y)) {
		if !bytes.Equal(x[i], y[i]) {
			return fmt.Sprintf("line %d is once\n%s\nand once\n%s", i+1, x[i], y[i])
		}
	}
	return "one run is longer than the other"
}

func TestAgendaKeepsOrder(t *testing.T) {
	var a agenda
	var got []int
	for i, at := range []int{5, 1, 5, 3, 1, 0, 5, 2} {
		a.add(event{at: time.Duration(at), do: func() { got = append(got, at*10+i) }})
	}
	for e, ok := a.next(); ok; e, ok = a.next() {
		e.do()
	}
	if want := "[5 11 14 27 33 50 52 56]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

func BenchmarkSeed(b *testing.B) {
	for i := range b.N {
		_, _ = Run(Options{Seed: uint64(i)}) // TestSeeds judges
	}
}

func BenchmarkEngineSeed(b *testing.B) {
	for i := range b.N {
		_, _ = Run(Options{Seed: uint64(i), Engine: true})
	}
}
