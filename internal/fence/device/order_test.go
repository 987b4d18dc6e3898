package device

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gpcs/internal/fence"
)

// pcmk_off_retries, and the end of an order between two tries.
func TestTriesOfAnOrder(t *testing.T) {
	for name, c := range map[string]struct {
		retries int
		inForce int // how often the order is found to be in force
		want    fence.Reply
	}{
		"once":            {1, 9, fence.Reply{Reason: "no answer"}},
		"twice":           {2, 9, fence.Reply{OK: true, Verified: true}},
		"over in between": {2, 1, stale},
		"over before":     {2, 0, stale},
	} {
		r, dir := fake(t)
		touch(t, dir, "fails")
		o, asked := order(nil), 0
		o.Retries = c.retries
		o.Still = func() bool { asked++; return asked <= c.inForce }
		if got := r.Fence(context.Background(), o); got != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// pcmk_action_limit: one action at a time unless it says more.
func TestActionsAtOnce(t *testing.T) {
	for limit, busy := range map[string]bool{"": true, "1": true, "2": false, "-1": false} {
		r, dir := fake(t)
		hold := filepath.Join(dir, "hold")
		touch(t, dir, "hold")
		params := map[string]string{"pcmk_action_limit": limit}
		first := make(chan fence.Reply, 1)
		go func() { first <- r.Fence(context.Background(), order(params)) }()
		for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(time.Millisecond) {
			if _, err := os.Stat(filepath.Join(dir, "input")); err == nil {
				break // the agent runs
			}
		}
		o := order(params)
		o.TimeoutMS, o.Retries = 100, 1
		if got := r.Fence(context.Background(), o); got.OK || strings.Contains(got.Reason, "busy") != busy {
			t.Errorf("limit %q: %+v", limit, got)
		}
		if err := os.Remove(hold); err != nil {
			t.Fatal(err)
		}
		if got := <-first; !got.OK {
			t.Errorf("limit %q: %+v", limit, got)
		}
	}
}
