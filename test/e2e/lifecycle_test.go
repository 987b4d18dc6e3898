package e2e

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"gpcs/test/failover"
)

// Two administrators add a node each at the same moment, on two nodes: both
// nodes are members in the end, or one is and the other command says why not;
// never does corosync.conf differ between nodes.
func TestNodesAreAddedAtTheSameMoment(t *testing.T) {
	c := members(t, 5)
	first, second := c.Nodes()[0], c.Nodes()[1]
	late := c.Nodes()[3:]
	for _, n := range late {
		must(t, c, first, "pcs", "cluster", "node", "remove", n, "--force")
	}
	var wg sync.WaitGroup
	results := make([]failover.Result, 2)
	for i, admin := range []string{first, second} {
		wg.Go(func() { results[i] = do(t, c, admin, "pcs", "cluster", "node", "add", late[i]) })
	}
	wg.Wait()
	for i, r := range results {
		if r.Code != 0 {
			if !strings.Contains(r.Stderr, "somebody has changed it at the same time") {
				t.Errorf("adding %s: %s", late[i], r.Stderr)
			}
			must(t, c, []string{first, second}[i], "pcs", "cluster", "node", "add", late[i])
		}
	}
	want := sh(t, c, first, "cat /etc/corosync/corosync.conf")
	for _, n := range c.Nodes() {
		if !strings.Contains(want, "name: "+n+"\n") {
			t.Errorf("%s is not in corosync.conf", n)
		}
		if got := sh(t, c, n, "cat /etc/corosync/corosync.conf"); got != want {
			t.Errorf("%s has another corosync.conf:\n%s", n, got)
		}
	}
	must(t, c, first, "pcs", "cluster", "start", "--all", "--wait=60")
	for _, n := range c.Nodes() {
		eventually(t, func() error { return votes(c, n, 5) })
	}
}

// Every node in turn is stopped and started again while the site is watched:
// it is there again after each, and all agree in the end.
func TestRollingRestart(t *testing.T) {
	c := tutorial(t, 3)
	site := failover.WatchSite(c.Client, failover.VIP)
	for _, n := range c.Nodes() {
		other := c.Nodes()[(slices.Index(c.Nodes(), n)+1)%3]
		must(t, c, other, "pcs", "cluster", "stop", n)
		must(t, c, other, "pcs", "cluster", "start", n, "--wait=60")
		if err := c.AwaitSettled(patience); err != nil {
			t.Fatal(err)
		}
		heir := active(t, c)
		eventually(t, func() error { return calm(c, heir) })
	}
	t.Logf("the moves cost %+v", failover.FindOutage(site.Stop()))
	for _, n := range c.Nodes() {
		eventually(t, func() error { return votes(c, n, 3) })
	}
	eventually(t, func() error { return oneDocument(c) })
}

// Stopping so many nodes that the others have no quorum is refused unless it
// is forced; the cluster is stopped on all nodes without a question.
func TestStopWarnsOfQuorumLoss(t *testing.T) {
	c := members(t, 3)
	a, b, rest := c.Nodes()[0], c.Nodes()[1], c.Nodes()[2]
	r := do(t, c, a, "pcs", "cluster", "stop", a, b)
	if r.Code == 0 || !strings.Contains(r.Stderr, "will cause a loss of the quorum") {
		t.Errorf("stopping two of three: %d %s", r.Code, r.Stderr)
	}
	for _, n := range c.Nodes() {
		eventually(t, func() error { return votes(c, n, 3) })
	}
	must(t, c, a, "pcs", "cluster", "stop", a, b, "--force")
	eventually(t, func() error {
		state, err := c.State(rest)
		if err != nil || state.View.Quorate {
			return fmt.Errorf("%+v, %v", state, err)
		}
		return nil
	})
	must(t, c, a, "pcs", "cluster", "start", "--all", "--wait=60")
	must(t, c, a, "pcs", "cluster", "stop", "--all")
	for _, n := range c.Nodes() {
		if state, err := c.State(n); err != nil || state.Running {
			t.Errorf("%s still runs: %+v %v", n, state, err)
		}
	}
}

// cluster kill ends the services of one node at once. The others notice, what
// it left is known when it comes back.
func TestKillOfAClusterIsTakenUpAgain(t *testing.T) {
	c := members(t, 3)
	node, other := c.Nodes()[0], c.Nodes()[1]
	must(t, c, node, "pcs", "cluster", "kill")
	if state, err := c.State(node); err != nil || state.Running {
		t.Errorf("runs after it was killed: %+v %v", state, err)
	}
	eventually(t, func() error {
		state, err := c.State(other)
		if err != nil || state.Quorum.Total != 2 {
			return fmt.Errorf("%+v, %v", state, err)
		}
		return nil
	})
	must(t, c, node, "pcs", "cluster", "start", "--wait=60")
	for _, n := range c.Nodes() {
		eventually(t, func() error { return votes(c, n, 3) })
	}
}

// A cluster is renamed while it is stopped; while it runs that is refused.
func TestClusterIsRenamed(t *testing.T) {
	c := members(t, 3)
	node := c.Nodes()[0]
	if r := do(t, c, node, "pcs", "cluster", "rename", "other"); r.Code == 0 {
		t.Error("a running cluster was renamed")
	}
	must(t, c, node, "pcs", "cluster", "stop", "--all")
	must(t, c, node, "pcs", "cluster", "rename", "other")
	must(t, c, node, "pcs", "cluster", "start", "--all", "--wait=60")
	for _, n := range c.Nodes() {
		eventually(t, func() error { return votes(c, n, 3) })
		if out := must(t, c, n, "pcs", "status"); !strings.Contains(out, "Cluster name: other\n") {
			t.Errorf("%s: %s", n, out)
		}
	}
}

// The first of two links is removed and added again, in both modes of links,
// while changes are made: no view is made anew, and the links keep their numbers.
func TestFirstLinkGoesAndComes(t *testing.T) {
	c := members(t, 3)
	node := c.Nodes()[0]
	for i, mode := range []string{"passive", "active"} {
		must(t, c, node, "pcs", "cluster", "config", "update", "transport", "link_mode="+mode)
		var firstAddr, secondAddr []string
		for i, n := range c.Nodes() {
			address := fmt.Sprintf("10.9.0.%d", i+1)
			sh(t, c, n, "ip addr replace "+address+"/24 dev $(ip -o -4 addr show to 192.168.1.0/24 | awk '{print $2; exit}')")
			firstAddr = append(firstAddr, fmt.Sprintf("%s=192.168.1.%d", n, 10+i))
			secondAddr = append(secondAddr, n+"="+address)
		}
		must(t, c, node, append(append([]string{"pcs", "cluster", "link", "add"}, secondAddr...), "options", "linknumber=2", "mcastport=5500")...)
		for _, n := range c.Nodes() {
			eventually(t, func() error { return linksUp(c, n, 4) })
		}
		view := counter(t, c, node)
		must(t, c, node, "pcs", "cluster", "link", "remove", "0")
		change(t, c, node, fmt.Sprintf("%dmin", 20+i))
		for _, n := range c.Nodes() {
			eventually(t, func() error { return linksUp(c, n, 2) })
			state, err := c.State(n)
			if err != nil || state.Links[0].Number != 2 {
				t.Errorf("%s: %+v, %v", n, state.Links, err)
			}
			if ports := sh(t, c, n, "ss -Hlun | awk '{print $4}'"); !strings.Contains(ports, ":5500") || strings.Contains(ports, ":5405") {
				t.Errorf("%s listens on %s", n, ports)
			}
		}
		must(t, c, node, append([]string{"pcs", "cluster", "link", "add"}, firstAddr...)...)
		must(t, c, node, "pcs", "cluster", "link", "remove", "2")
		change(t, c, node, fmt.Sprintf("%dmin", 30+i))
		for _, n := range c.Nodes() {
			eventually(t, func() error { return linksUp(c, n, 2) })
		}
		if now := counter(t, c, node); now != view {
			t.Errorf("%s: the view was made anew: %d, was %d", mode, now, view)
		}
	}
}
