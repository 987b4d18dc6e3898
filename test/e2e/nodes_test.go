package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gpcs/test/failover"
)

// A node is taken out of a running cluster and added to it again: no request
// is lost, nothing is restarted, and the cluster forgets the node in between.
func TestNodesComeAndGoWithoutARequestLost(t *testing.T) {
	c := tutorial(t, 3)
	node := active(t, c)
	before := started(t, c, node)
	for _, gone := range c.Nodes() {
		if gone == node {
			continue
		}
		stay := slices.DeleteFunc(slices.Clone(c.Nodes()), func(n string) bool { return n == gone })
		site := failover.WatchSite(c.Client, failover.VIP)
		must(t, c, node, "pcs", "cluster", "node", "remove", gone)
		if err := c.AwaitOnline(patience, stay...); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() error { return calm(c, node) })
		for _, n := range stay {
			if cib := must(t, c, n, "pcs", "cluster", "cib"); strings.Contains(cib, gone) {
				t.Errorf("%s still knows %s:\n%s", n, gone, cib)
			}
			if state, err := c.State(n); err != nil || len(state.View.Members) != 2 || state.Quorum.Expected != 2 {
				t.Errorf("%s without %s: %+v, %v", n, gone, state, err)
			}
		}
		if left := sh(t, c, gone, "ls /etc/corosync /var/lib/pacemaker/cib"); strings.Contains(left, "corosync.conf") || strings.Contains(left, "cib.xml") {
			t.Errorf("left on %s:\n%s", gone, left)
		}
		must(t, c, node, "pcs", "cluster", "node", "add", gone, "--start", "--enable", "--wait=60")
		if err := c.AwaitOnline(patience, c.Nodes()...); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() error { return oneDocument(c) })
		eventually(t, func() error { return calm(c, node) })
		if o := failover.FindOutage(site.Stop()); o.Lost > 0 {
			t.Errorf("%s: %d requests lost", gone, o.Lost)
		}
		if after := started(t, c, node); after != before {
			t.Errorf("%s: nginx was restarted: process %s, was %s", gone, after, before)
		}
	}
}

// The active node itself is taken out, by itself: what it runs moves first,
// the others go on with what they have.
func TestActiveNodeIsRemoved(t *testing.T) {
	c := tutorial(t, 3)
	node := active(t, c)
	must(t, c, node, "pcs", "cluster", "node", "remove", node)
	heir := active(t, c)
	if heir == node {
		t.Fatal("the site did not move")
	}
	eventually(t, func() error { return calm(c, heir) })
	if r := do(t, c, node, "pgrep", "-x", "nginx"); r.Code == 0 {
		t.Errorf("nginx still runs on %s", node)
	}
	for _, n := range c.Nodes() {
		if n == node {
			continue
		}
		if state, err := c.State(n); err != nil || len(state.View.Members) != 2 || !state.View.Quorate {
			t.Errorf("%s: %+v, %v", n, state, err)
		}
	}
	// The last but one may go if that is wished; one node is a cluster too.
	other := c.Nodes()[slices.IndexFunc(c.Nodes(), func(n string) bool { return n != node && n != heir })]
	must(t, c, heir, "pcs", "cluster", "node", "remove", other, "--force")
	eventually(t, func() error {
		state, err := c.State(heir)
		if err != nil || len(state.View.Members) != 1 || !state.View.Quorate {
			return fmt.Errorf("%s: %+v, %v", heir, state, err)
		}
		return nil
	})
	if now := active(t, c); now != heir {
		t.Errorf("the site moved from %s to %s", heir, now)
	}
}
