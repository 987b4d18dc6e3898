package e2e

import (
	"fmt"
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
				if err := c.AwaitSettled(patience); err != nil {
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
	i, err := c.IsolateActive(patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s cut off: let go of the address after %d ms, %s has it after %d ms", i.Victim,
		i.Dropped.Sub(i.Cut).Milliseconds(), i.Heir, i.Taken.Sub(i.Cut).Milliseconds())
	if i.HeldTwice {
		t.Errorf("two nodes had the address at one time: %+v", i.Events)
	}
	eventually(t, func() error { return oneDocument(c) })
	eventually(t, func() error { return calm(c, active(t, c)) })
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
	owners, err := failover.WatchOwners(networks, failover.VIP, failover.Closely)
	if err != nil {
		t.Fatal(err)
	}
	return owners
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
