package member_test

import (
	"testing"

	"gpcs/internal/sim"
)

// Whatever happens to networks, disks and daemons: see internal/sim. Other
// seeds than those that its own tests run.
func TestRandomFaults(t *testing.T) {
	for seed := uint64(1000); seed < 1020; seed++ {
		opt := sim.Options{Seed: seed}
		if _, err := sim.Run(opt); err != nil {
			t.Errorf("seed %d: %v\nreplay: %s", seed, err, opt.Replay())
		}
	}
}
