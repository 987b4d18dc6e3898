package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gpcs/test/failover"
)

// The ledger outlasts the cluster's stop, the history does not; a record that
// is changed on disk is noticed.
func TestLedgerOutlastsTheCluster(t *testing.T) {
	c, _ := fenced(t, 2)
	must(t, c, "node2", "pcs", "stonith", "fence", "node1")
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	must(t, c, "node1", "pcs", "cluster", "stop", "--all")
	const proof = "reboot of node1: off verified by status; device fence-node1 by node2"
	for _, node := range c.Nodes() {
		if out := must(t, c, node, "pcs", "stonith", "ledger", "--verify"); strings.Count(out, proof) != 1 {
			t.Errorf("ledger of %s while the cluster is stopped:\n%s", node, out)
		}
	}
	must(t, c, "node1", "pcs", "cluster", "start", "--all", "--wait=60")
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	if out := must(t, c, "node1", "pcs", "stonith", "history"); out != "0 events found\n" {
		t.Errorf("history:\n%s", out)
	}
	must(t, c, "node1", "pcs", "cluster", "stop", "node1")
	must(t, c, "node1", "pcs", "cluster", "start", "node1", "--wait=60")
	for _, node := range c.Nodes() {
		eventually(t, func() error {
			out := must(t, c, node, "pcs", "stonith", "ledger", "--verify")
			if strings.Count(out, proof) != 1 || !strings.Contains(out, "node1 left after it had stopped what it ran") {
				return fmt.Errorf("ledger of %s:\n%s", node, out)
			}
			return nil
		})
	}
	sh(t, c, "node1", "sed -i 's/off verified by status/off reported by the agent/' /var/lib/gpcs/fencing-ledger")
	if r := do(t, c, "node1", "pcs", "stonith", "ledger", "--verify"); r.Code == 0 || !strings.Contains(r.Stderr, "was changed after it was written") {
		t.Errorf("a changed ledger passes: %s%s", r.Stdout, r.Stderr)
	}
}

// The DC's daemon dies while a device waits to fence a lost node: the next DC
// has it fenced, once.
func TestDCDiesDuringFencing(t *testing.T) {
	c, p := fenced(t, 3)
	dc := dcOf(t, c)
	victim := c.Nodes()[slices.IndexFunc(c.Nodes(), func(n string) bool { return n != dc })]
	must(t, c, dc, "pcs", "stonith", "update", "fence-"+victim, "pcmk_delay_base=2s")
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	if err := c.Pause(victim); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if out := sh(t, c, dc, "cat /var/log/gpcsd.log"); !strings.Contains(out, "fencing of "+victim) {
			return fmt.Errorf("fencing of %s does not begin", victim)
		}
		return nil
	})
	sh(t, c, dc, "kill -9 $(pgrep -xo gpcsd)")
	eventually(t, func() error {
		if got := p.offs(); len(got) == 0 {
			return fmt.Errorf("nobody was fenced")
		}
		return nil
	})
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	if got := p.offs(); len(got) != 1 || got[0] != victim {
		t.Errorf("switched off: %v", got)
	}
	if out := must(t, c, dc, "pcs", "stonith", "ledger", "--verify"); !strings.Contains(out, " of "+victim+": off verified by status") {
		t.Errorf("ledger:\n%s", out)
	}
	active(t, c)
}

// dcOf is the name of the DC.
func dcOf(t *testing.T, c *failover.Cluster) string {
	t.Helper()
	dc := ""
	eventually(t, func() error {
		state, err := c.State("node1")
		if err != nil || state.View.DC == 0 {
			return fmt.Errorf("no DC: %v", err)
		}
		dc = fmt.Sprintf("node%d", state.View.DC)
		return nil
	})
	return dc
}

// The DC's daemon dies when the node that it reboots is off and not yet on
// again: the next DC switches it on.
func TestDCDiesBetweenOffAndOn(t *testing.T) {
	c, p := fenced(t, 3)
	dc := dcOf(t, c)
	victim := c.Nodes()[slices.IndexFunc(c.Nodes(), func(n string) bool { return n != dc })]
	busy := 0
	p.mu.Lock()
	p.on = func() bool {
		if busy++; busy == 1 {
			sh(t, c, dc, "kill -9 $(pgrep -xo gpcsd)")
		}
		return busy > 2 // as often as a member tries
	}
	p.mu.Unlock()
	if _, err := c.Kill(victim); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if !slices.Contains(p.log, "on "+victim) {
			return fmt.Errorf("%s stays off after %d tries", victim, busy)
		}
		return nil
	})
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	if out := must(t, c, victim, "pcs", "stonith", "ledger", "--verify"); strings.Count(out, " of "+victim+": off verified by status") != 1 {
		t.Errorf("ledger:\n%s", out)
	}
}
