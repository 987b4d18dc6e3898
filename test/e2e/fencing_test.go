package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
)

// install puts a program on a node's disk.
func install(t *testing.T, c *failover.Cluster, node, path, text string) {
	t.Helper()
	cmd := c.Command(node, "sh", "-c", "cat >"+path+" && chmod 755 "+path)
	cmd.Stdin = strings.NewReader(text)
	if err := c.Run(node, cmd); err != nil {
		t.Fatal(err)
	}
}

// other is the second of two nodes.
func other(node string) string { return map[string]string{"node1": "node2", "node2": "node1"}[node] }

// A dead node's resources are recovered after its power was seen off, not before.
func TestDeadNodeIsFencedBeforeRecovery(t *testing.T) {
	c, p := fenced(t, 2)
	victim := active(t, c)
	heir := other(victim)
	p.set(true, false)
	if _, err := c.Kill(victim); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if out := must(t, c, heir, "pcs", "status"); !strings.Contains(out, "Failed Fencing Actions") || !strings.Contains(out, "UNCLEAN") {
			return fmt.Errorf("status says nothing of the failed fencing:\n%s", out)
		}
		return nil
	})
	if r := failover.Get(c.Client, failover.VIP); r.Err == nil {
		t.Fatalf("the address moved to %s without proof", r.Body)
	}
	if out := must(t, c, heir, "pcs", "status"); !strings.Contains(out, "no route to the power switch") ||
		!strings.Contains(out, "'pcs stonith confirm "+victim+"'") {
		t.Errorf("status does not say why nothing is recovered, or what to type:\n%s", out)
	}
	p.set(false, false)
	if now := active(t, c); now != heir {
		t.Fatalf("the site is on %s", now)
	}
	out := must(t, c, heir, "pcs", "stonith", "history")
	if !strings.Contains(out, "reboot of "+victim+" successful") {
		t.Errorf("history:\n%s", out)
	}
	if out := must(t, c, heir, "pcs", "stonith", "ledger", "--verify"); !strings.Contains(out, "off verified by status") {
		t.Errorf("ledger:\n%s", out)
	}
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
}

// Two nodes that do not see each other: one is switched off, the one that was
// to survive has the address, and both are members again afterwards.
func TestCutOfTwoNodesHasOneSurvivor(t *testing.T) {
	c, p := fenced(t, 2)
	for round := range 3 {
		before := len(p.offs())
		owners := watchOwners(t, c)
		if _, err := c.Cut("node1"); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() error {
			if got := p.offs()[before:]; len(got) == 0 {
				return fmt.Errorf("nobody was fenced")
			}
			return nil
		})
		eventually(t, func() error { return c.AwaitSettled(patience) })
		if got := p.offs()[before:]; len(got) != 1 || got[0] != "node1" {
			t.Fatalf("round %d: switched off: %v", round, got)
		}
		if now := active(t, c); now != "node2" {
			t.Errorf("round %d: the site is on %s", round, now)
		}
		events, err := owners.Stop()
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := failover.HeldTwice(events); twice {
			t.Errorf("two nodes had the address: %+v", events)
		}
		must(t, c, "node2", "pcs", "resource", "move", "virtual_ip", "node1")
		eventually(t, func() error {
			if r := failover.Get(c.Client, failover.VIP); r.Body != "node1" {
				return fmt.Errorf("the site is on %s, %v", r.Body, r.Err)
			}
			return nil
		})
		if err := c.AwaitSettled(patience); err != nil {
			t.Fatal(err)
		}
	}
}

// The same with a BMC for each node and the fence_ipmilan that is built in.
func TestCutOfTwoNodesWithBMCs(t *testing.T) {
	c := nodesBy(t, 2, failover.UpWithBMC)
	if err := c.Tutorial(); err != nil {
		t.Fatal(err)
	}
	if err := c.FenceByBMC("node2", "2s"); err != nil {
		t.Fatal(err)
	}
	if active(t, c) != "node1" {
		must(t, c, "node1", "pcs", "resource", "move", "virtual_ip", "node1")
	}
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	owners := watchOwners(t, c)
	if _, err := c.Cut("node1"); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if r := failover.Get(c.Client, failover.VIP); r.Body != "node2" {
			return fmt.Errorf("the site is on %s, %v", r.Body, r.Err)
		}
		return nil
	})
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	events, err := owners.Stop()
	if err != nil {
		t.Fatal(err)
	}
	if _, twice := failover.HeldTwice(events); twice {
		t.Errorf("two nodes had the address: %+v", events)
	}
	ledger := must(t, c, "node2", "pcs", "stonith", "ledger", "--verify")
	if strings.Count(ledger, "reboot of node1: off verified by status; device fence-node1 by node2") != 1 || strings.Contains(ledger, "of node2") {
		t.Errorf("ledger:\n%s", ledger)
	}
	for _, node := range c.Nodes() {
		if log := sh(t, c, node, "cat /var/log/gpcsd.log"); strings.Contains(log, "password="+sandbox.BMCPassword) {
			t.Errorf("%s logged the BMC's password", node)
		}
	}
}

// A device that says that all is done while the machine runs on is not
// believed; a human is.
func TestOnlyProofCounts(t *testing.T) {
	c, p := fenced(t, 2)
	for _, node := range c.Nodes() {
		must(t, c, "node1", "pcs", "stonith", "update", "fence-"+node, "pcmk_reboot_timeout=2s")
	}
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	victim := active(t, c)
	heir := other(victim)
	p.set(false, true)
	if err := c.Pause(victim); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if out := must(t, c, heir, "pcs", "status"); !strings.Contains(out, "still on") {
			return fmt.Errorf("status says nothing of the device that lies:\n%s", out)
		}
		return nil
	})
	p.set(true, false)
	if _, err := c.Kill(victim); err != nil {
		t.Fatal(err)
	}
	must(t, c, heir, "pcs", "stonith", "confirm", victim, "--force")
	if now := active(t, c); now != heir {
		t.Errorf("the site is on %s", now)
	}
}

// fencedAlive has a human say that a node is off which only stands still, and
// that node go on then.
func fencedAlive(t *testing.T, reaction string) (c *failover.Cluster, victim, heir string) {
	c, p := fenced(t, 2)
	if reaction != "" {
		must(t, c, "node1", "pcs", "property", "set", "fence-reaction="+reaction)
	}
	victim = active(t, c)
	heir = other(victim)
	p.set(true, false)
	if err := c.Pause(victim); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if r := do(t, c, heir, "pcs", "stonith", "confirm", victim, "--force"); r.Code != 0 {
			return fmt.Errorf("%s", r.Stderr)
		}
		return nil
	})
	if err := c.Resume(victim); err != nil {
		t.Fatal(err)
	}
	return c, victim, heir
}

// A human was wrong: the node lives. When it hears that it was fenced it gives
// up what it has and comes back as a new member.
func TestFencedWhileAlive(t *testing.T) {
	c, victim, _ := fencedAlive(t, "")
	// Its services stop and start again, which may come after it was seen online.
	eventually(t, func() error { return c.AwaitSettled(patience) })
	if log := sh(t, c, victim, "cat /var/log/gpcsd.log"); !strings.Contains(log, "this node was fenced and is still alive") {
		t.Error("the node did not learn that it was fenced")
	}
	owners := watchOwners(t, c)
	time.Sleep(500 * time.Millisecond) // some looks at the addresses
	events, err := owners.Stop()
	if err != nil {
		t.Fatal(err)
	}
	if _, twice := failover.HeldTwice(events); twice {
		t.Errorf("two nodes have the address: %+v", events)
	}
}

// With fencing-reaction it leaves then, or restarts its machine.
func TestReactionToOnesOwnFencing(t *testing.T) {
	c, victim, heir := fencedAlive(t, "stop")
	eventually(t, func() error {
		log := sh(t, c, victim, "cat /var/log/gpcsd.log")
		if r := do(t, c, victim, "pcs", "status"); r.Code == 0 || !strings.Contains(log, "it leaves the cluster now") {
			return fmt.Errorf("it has not left:\n%s", r.Stdout)
		}
		return nil
	})
	if now := active(t, c); now != heir {
		t.Errorf("the site is on %s", now)
	}
	c, victim, _ = fencedAlive(t, "panic")
	eventually(t, func() error {
		if r, err := c.Do(victim, "true"); err == nil && r.Code == 0 {
			return fmt.Errorf("%s runs on", victim)
		}
		return nil
	})
}
