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
			eventually(t, func() error { return votes(c, n, 2) })
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
		eventually(t, func() error { return votes(c, n, 2) })
	}
	// The last but one may go if that is wished; one node is a cluster too.
	other := c.Nodes()[slices.IndexFunc(c.Nodes(), func(n string) bool { return n != node && n != heir })]
	must(t, c, heir, "pcs", "cluster", "node", "remove", other, "--force")
	eventually(t, func() error { return votes(c, heir, 1) })
	if now := active(t, c); now != heir {
		t.Errorf("the site moved from %s to %s", heir, now)
	}
	// A second node is added and not started: who runs does not wait for it.
	site := failover.WatchSite(c.Client, failover.VIP)
	must(t, c, heir, "pcs", "cluster", "node", "add", other)
	eventually(t, func() error {
		if state, err := c.State(heir); err != nil || state.Quorum.Expected != 2 || !state.View.Quorate {
			return fmt.Errorf("%s beside a node that does not run: %+v, %v", heir, state, err)
		}
		return nil
	})
	must(t, c, heir, "pcs", "cluster", "start", other, "--wait=60")
	eventually(t, func() error { return votes(c, other, 2) })
	eventually(t, func() error { return calm(c, heir) })
	if o := failover.FindOutage(site.Stop()); o.Lost > 0 {
		t.Errorf("%d requests lost", o.Lost)
	}
}

// votes tells whether a node is one of so many in a quorate view, and expects
// no other.
func votes(c *failover.Cluster, node string, n int) error {
	state, err := c.State(node)
	if err != nil {
		return err
	}
	if len(state.View.Members) != n || state.Quorum.Expected != n || state.Quorum.Total != n || !state.View.Quorate {
		return fmt.Errorf("%s has not %d votes of %d: %+v", node, n, n, state)
	}
	return nil
}

// Token, key and links of a running cluster are changed: no view is lost by
// it, no request, and nothing is restarted.
func TestConfigurationOfARunningClusterIsChanged(t *testing.T) {
	c := tutorial(t, 3)
	node := active(t, c)
	before := started(t, c, node)
	view := counter(t, c, node)
	site := failover.WatchSite(c.Client, failover.VIP)
	var second []string
	for i, n := range c.Nodes() {
		address := fmt.Sprintf("10.9.0.%d", i+1)
		sh(t, c, n, "ip addr add "+address+"/24 dev $(ip -o -4 addr show to 192.168.1.0/24 | awk '{print $2; exit}')")
		second = append(second, n+"="+address)
	}
	for _, line := range [][]string{
		{"config", "update", "totem", "token=5000"},
		{"config", "update", "totem", "token=1000"},
		{"authkey", "corosync"},
		append([]string{"link", "add"}, second...),
	} {
		must(t, c, node, append([]string{"pcs", "cluster"}, line...)...)
		must(t, c, node, "pcs", "property", "set", "cluster-delay=30s") // the cluster goes on
		must(t, c, node, "pcs", "property", "set", "cluster-delay=60s")
	}
	for _, n := range c.Nodes() {
		eventually(t, func() error { return linksUp(c, n, 4) })
	}
	must(t, c, node, "pcs", "cluster", "link", "remove", "1")
	for _, n := range c.Nodes() {
		eventually(t, func() error { return linksUp(c, n, 2) })
	}
	if now := counter(t, c, node); now != view {
		t.Errorf("the view was made anew: %d, was %d", now, view)
	}
	// The key on disk is the one in use: who starts with it is taken in.
	other := c.Nodes()[slices.IndexFunc(c.Nodes(), func(n string) bool { return n != node })]
	must(t, c, node, "pcs", "cluster", "stop", other)
	must(t, c, node, "pcs", "cluster", "start", other, "--wait=60")
	if err := c.AwaitOnline(patience, c.Nodes()...); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error { return calm(c, node) })
	// Without the first link the others move: all daemons' services start anew
	// at once, and find what runs.
	must(t, c, node, append([]string{"pcs", "cluster", "link", "add"}, second...)...)
	must(t, c, node, "pcs", "cluster", "link", "remove", "0")
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	for _, n := range c.Nodes() {
		eventually(t, func() error { return linksUp(c, n, 2) })
	}
	eventually(t, func() error { return calm(c, node) })
	if o := failover.FindOutage(site.Stop()); o.Lost > 0 {
		t.Errorf("%d requests lost", o.Lost)
	}
	if after := started(t, c, node); after != before {
		t.Errorf("nginx was restarted: process %s, was %s", after, before)
	}
}

// counter numbers a node's view.
func counter(t *testing.T, c *failover.Cluster, node string) uint64 {
	t.Helper()
	state, err := c.State(node)
	if err != nil {
		t.Fatal(err)
	}
	return state.View.Counter
}

// linksUp tells whether a node has so many links and all of them are up.
func linksUp(c *failover.Cluster, node string, n int) error { return linksAre(c, node, n, n) }

// linksAre tells whether a node has so many links, and so many of them are up.
func linksAre(c *failover.Cluster, node string, n, up int) error {
	state, err := c.State(node)
	if err != nil {
		return err
	}
	for _, l := range state.Links {
		if l.Up {
			up--
		}
	}
	if up != 0 || len(state.Links) != n {
		return fmt.Errorf("%s: of %d links %d more should be up: %+v", node, n, up, state.Links)
	}
	return nil
}
