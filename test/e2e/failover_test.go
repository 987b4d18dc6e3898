package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
)

// The active node loses its power, again and again: the site is back each
// time, and the node that died comes back as a member without moving anything.
func TestHardKillOfTheActiveNode(t *testing.T) {
	for _, n := range []int{2, 3} {
		t.Run(fmt.Sprintf("%d nodes", n), func(t *testing.T) {
			c := tutorial(t, n)
			for i := range 3 {
				k, err := c.KillActive(patience)
				if err != nil {
					t.Fatalf("kill %d: %v", i+1, err)
				}
				if k.Heir == k.Victim || k.TwoHadAddress {
					t.Fatalf("kill %d: %+v", i+1, k)
				}
				t.Logf("%s killed: noticed after %d ms, gap %d ms", k.Victim,
					k.Noticed.Sub(k.Struck).Milliseconds(), k.Outage.Gap().Milliseconds())
				if err := c.Boot(k.Victim); err != nil {
					t.Fatal(err)
				}
				if err := c.AwaitOnline(patience, c.Nodes()...); err != nil {
					t.Fatal(err)
				}
				if now := active(t, c); now != k.Heir {
					t.Errorf("%s came back and the site moved from %s to %s", k.Victim, k.Heir, now)
				}
			}
		})
	}
}

// Without fencing an isolated node must let go of the address before anybody
// else takes it, and after healing there is one cluster with one document.
func TestIsolatedNodeLetsGoBeforeAnotherTakesOver(t *testing.T) {
	c := tutorial(t, 3)
	for range 3 {
		isolateActive(t, c)
	}
}

func isolateActive(t *testing.T, c *failover.Cluster) {
	t.Helper()
	victim := active(t, c)
	owners := watchOwners(t, c)
	cut, err := c.Cut(victim)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if r, err := c.AwaitSite(patience); err != nil || r.Body == victim {
			return fmt.Errorf("the site answers %q, %v", r.Body, err)
		}
		return nil
	})
	eventually(t, func() error { return holds(c, victim, false) })
	if err := c.Heal(victim); err != nil {
		t.Fatal(err)
	}
	if err := c.AwaitOnline(patience, c.Nodes()...); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error { return oneDocument(c) })
	events, err := owners.Stop()
	if err != nil {
		t.Error(err)
	}
	if at, twice := failover.HeldTwice(events); twice {
		t.Errorf("two nodes had the address %v after the cut: %+v", at.Sub(cut), events)
	}
	for _, e := range events {
		t.Logf("%+5d ms %s has it: %v", e.At.Sub(cut).Milliseconds(), e.Node, e.Has)
	}
	active(t, c)
}

func watchOwners(t *testing.T, c *failover.Cluster) *failover.Owners {
	t.Helper()
	var networks []*sandbox.Network
	for _, node := range c.Nodes() {
		n, err := c.Network(node)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { n.Close() })
		networks = append(networks, n)
	}
	owners, err := failover.WatchOwners(networks, failover.VIP)
	if err != nil {
		t.Fatal(err)
	}
	return owners
}

func holds(c *failover.Cluster, node string, want bool) error {
	r, err := c.Do(node, "ip", "-o", "addr")
	if err != nil {
		return err
	}
	if has := strings.Contains(r.Stdout, failover.VIP+"/"); has != want {
		return fmt.Errorf("%s has the address: %v", node, has)
	}
	return nil
}

// A node that stands still for half a second is no dead node.
func TestShortPausesMoveNothing(t *testing.T) {
	c := tutorial(t, 3)
	node := active(t, c)
	before := started(t, c, node)
	owners := watchOwners(t, c)
	for range 20 {
		if err := c.Pause(node); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
		if err := c.Resume(node); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond)
	}
	if now := active(t, c); now != node {
		t.Errorf("the site moved from %s to %s", node, now)
	}
	if after := started(t, c, node); after != before {
		t.Errorf("nginx was restarted: process %s, was %s", after, before)
	}
	events, err := owners.Stop()
	if err != nil || len(events) != 1 {
		t.Errorf("the address moved: %+v, %v", events, err)
	}
}

// started returns the process number of nginx's master on a node.
func started(t *testing.T, c *failover.Cluster, node string) string {
	t.Helper()
	return sh(t, c, node, "cat /run/nginx.pid")
}
