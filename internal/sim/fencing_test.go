package sim

import "testing"

// A few of the seeds that `make sim-fencing` runs by the thousand.
func TestFencingSeeds(t *testing.T) {
	total := runSeeds(t, 60, Options{Fencing: true})
	if total.Fenced == 0 || total.Proofs == 0 || total.Races == 0 {
		t.Errorf("nothing happened: %+v", total)
	}
}

// The checks of fencing bite: most of the rules that `make sim-mutants`
// switches off.
func TestFencingMutantsAreNoticed(t *testing.T) {
	for _, m := range Mutants() {
		if !m.Fencing || m.Rule == staleOrders {
			continue // takes too long here
		}
		noticed := false
		for seed := uint64(0); seed < 50 && !noticed; seed++ {
			_, err := Run(Options{Seed: seed, Fencing: true, Mutant: m.Rule})
			noticed = err != nil
		}
		if !noticed {
			t.Errorf("nothing was noticed in 50 seeds: %s", m.Rule)
		}
	}
}

// Seeds that once broke a rule: a member fenced without a quorum, a history that
// a former DC took away, an order that outlasted its node's absence.
func TestFencingSeedsOfThePast(t *testing.T) {
	for _, seed := range []uint64{50945, 52475, 54511} {
		if _, err := Run(Options{Seed: seed, Fencing: true}); err != nil {
			t.Error(err)
		}
	}
}
