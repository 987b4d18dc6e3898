package units

import (
	"context"
	"time"
)

const (
	// passTimeout bounds one comparison of the units with what runs.
	passTimeout = 20 * time.Second
	// retryMax is the longest pause between comparisons while a unit changes.
	retryMax = 10 * time.Second
	// patience is how often a unit that does not follow is tried again.
	patience = 10
)

// Changed says that what runs may have changed. It never waits.
func (k *Keeper) Changed() {
	select {
	case k.changed <- struct{}{}:
	default: // it will be looked at anyway
	}
}

// Shown is Changed for callers that answer for it that the units show what
// runs: it waits until they do or are on their way. A command of a unit must not
// call it, for that unit waits for the command.
func (k *Keeper) Shown(ctx context.Context) {
	if !k.present() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, passTimeout)
	defer cancel()
	done := make(chan struct{})
	select {
	case k.asked <- done:
	case <-ctx.Done():
		k.Changed()
		return
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// Run brings the units in step after each change until ctx ends.
func (k *Keeper) Run(ctx context.Context) error {
	retry := time.NewTimer(time.Hour)
	defer retry.Stop()
	for tries := 0; ; {
		var done chan struct{}
		select {
		case <-ctx.Done():
			return nil
		case done = <-k.asked:
			tries = 0
		case <-k.changed:
			tries = 0
		case <-retry.C:
		}
		settled := !k.present() || k.pass(ctx)
		if tries++; !settled && tries <= patience {
			retry.Reset(min(time.Duration(tries)*time.Second, retryMax))
		}
		if done != nil {
			close(done)
		}
	}
}

// pass compares both units with what runs. It returns false if they have to be
// looked at again: one of them is about to change.
func (k *Keeper) pass(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, passTimeout)
	defer cancel()
	conn, err := k.connect(ctx)
	if err != nil {
		k.opts.Log.Warn("systemd cannot be reached: the units of corosync and pacemaker may not show what runs", "err", err)
		return false
	}
	defer conn.Close()
	want := k.opts.Want()
	steps := []step{{Corosync, want.Corosync}, {Pacemaker, want.Pacemaker}}
	if !want.Corosync { // pacemaker's unit requires corosync's
		steps[0], steps[1] = steps[1], steps[0]
	}
	for _, s := range steps {
		if !k.bring(ctx, conn, s) {
			return false
		}
	}
	return true
}

// step is what a component's unit should show.
type step struct {
	component string
	active    bool
}

// bring starts or stops one unit if it shows something else than what runs. A
// unit that changes is left alone: what changes it gives its own command.
func (k *Keeper) bring(ctx context.Context, conn manager, s step) bool {
	unit := unitOf(s.component)
	p, err := conn.GetUnitPropertiesContext(ctx, unit)
	if err != nil {
		k.opts.Log.Warn("systemd gives no answer about a unit", "unit", unit, "err", err)
		return false
	}
	switch p["ActiveState"] {
	case "activating", "deactivating", "reloading":
		return false
	case "active":
		if s.active {
			return true
		}
	default:
		if !s.active {
			return true
		}
	}
	j, begin := job{"stop", s.component}, conn.StopUnitContext
	if s.active {
		j, begin = job{"start", s.component}, conn.StartUnitContext
	}
	k.note(j)
	defer k.note(job{})
	done := make(chan string, 1)
	// "fail": jobs that are queued come first, above all those of a shutdown.
	if _, err := begin(ctx, unit, "fail", done); err != nil {
		k.opts.Log.Warn("systemd refuses to let a unit show what runs", "unit", unit, "do", j.do, "err", err)
		return false
	}
	select {
	case result := <-done:
		return result == "done"
	case <-ctx.Done():
		return false
	}
}
