package e2e

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gpcs/internal/api"
	"gpcs/test/failover"
)

// killWhen powers a node off as soon as another's daemon, or its own, has logged
// a text once more than now.
func killWhen(t *testing.T, c *failover.Cluster, victim, witness, text string) (wait func()) {
	t.Helper()
	logged := func() int {
		log, _ := os.ReadFile(c.DiskPath(witness, "/var/log/gpcsd.log"))
		return strings.Count(string(log), text)
	}
	before := logged()
	var died sync.WaitGroup
	died.Go(func() {
		for deadline := time.Now().Add(patience); logged() == before && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		}
		if _, err := c.Kill(victim); err != nil {
			t.Error(err)
		}
	})
	return died.Wait
}

// A node dies while one is added: the new one, or one that was there. All that
// live have one corosync.conf then, the cluster goes on, and the node can be added.
func TestPeerDiesInTheMiddleOfNodeAdd(t *testing.T) {
	c := members(t, 4)
	admin, added := c.Nodes()[0], c.Nodes()[3]
	old := c.Nodes()[:3]
	must(t, c, admin, "pcs", "cluster", "node", "remove", added)
	for _, victim := range []string{added, old[2]} {
		wait := killWhen(t, c, victim, added, `msg="file put"`) // the keys come first
		r := do(t, c, admin, "pcs", "cluster", "node", "add", added, "--request-timeout=3")
		wait()
		t.Logf("%s died: status %d\n%s%s", victim, r.Code, r.Stdout, r.Stderr)
		if r.Code != 0 && !strings.Contains(r.Stderr, victim) {
			t.Errorf("the error does not name %s: %s", victim, r.Stderr)
		}
		confs := map[string]bool{}
		for _, n := range old {
			if n != victim {
				confs[sh(t, c, n, "cat /etc/corosync/corosync.conf")] = true
				must(t, c, n, "pcs", "property", "set", "cluster-delay=60s")
			}
		}
		if len(confs) != 1 {
			t.Errorf("%s died: nodes have different corosync.confs: %v", victim, confs)
		}
		if err := c.Boot(victim); err != nil {
			t.Fatal(err)
		}
		if victim != added { // that one may have no corosync.conf to start with
			must(t, c, admin, "pcs", "cluster", "start", victim)
		}
		if now := sh(t, c, admin, "cat /etc/corosync/corosync.conf"); strings.Contains(now, "name: "+added+"\n") {
			must(t, c, admin, "pcs", "cluster", "sync") // who was off has the old one
		} else {
			must(t, c, admin, "pcs", "cluster", "node", "add", added)
		}
		must(t, c, admin, "pcs", "cluster", "start", "--all", "--wait=60")
		for _, n := range c.Nodes() {
			eventually(t, func() error { return votes(c, n, 4) })
		}
		if victim == added {
			must(t, c, admin, "pcs", "cluster", "node", "remove", added)
		}
	}
	eventually(t, func() error { return oneDocument(c) })
}

// The DC is taken out by another node: the rest has a new one and goes on.
func TestDCIsRemoved(t *testing.T) {
	c := members(t, 4)
	state, err := c.State(c.Nodes()[0])
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(state.View.Members, func(m api.Member) bool { return m.ID == state.View.DC })
	dc := state.View.Members[i].Name
	rest := slices.DeleteFunc(slices.Clone(c.Nodes()), func(n string) bool { return n == dc })
	must(t, c, rest[0], "pcs", "cluster", "node", "remove", dc)
	for _, n := range rest {
		eventually(t, func() error { return votes(c, n, 3) })
		must(t, c, n, "pcs", "property", "set", "cluster-delay=60s")
	}
	if state, err := c.State(rest[0]); err != nil || slices.ContainsFunc(state.View.Members, func(m api.Member) bool { return m.Name == dc }) {
		t.Errorf("%s is still known: %+v, %v", dc, state, err)
	}
	if state, err := c.State(dc); err != nil || state.Running {
		t.Errorf("%s still runs: %+v, %v", dc, state, err)
	}
}

// A node that was off when another one was added has an old corosync.conf. It is
// kept out, both sides say why, and it comes in as soon as it has the new one.
func TestNodeComesBackWithAnOldConfiguration(t *testing.T) {
	c := members(t, 4)
	admin, off, added := c.Nodes()[0], c.Nodes()[2], c.Nodes()[3]
	must(t, c, admin, "pcs", "cluster", "node", "remove", added)
	if _, err := c.Kill(off); err != nil {
		t.Fatal(err)
	}
	must(t, c, admin, "pcs", "cluster", "node", "add", added, "--skip-offline", "--start", "--wait=60")
	if err := c.Boot(off); err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]string{{admin, off}, {off, admin}} {
		eventually(t, func() error {
			if said := do(t, c, pair[0], "pcs", "status").Stdout; !strings.Contains(said, "Node "+pair[1]+" uses another corosync.conf than this node") {
				return fmt.Errorf("%s does not tell of %s:\n%s", pair[0], pair[1], said)
			}
			return nil
		})
	}
	must(t, c, admin, "pcs", "cluster", "sync")
	for _, n := range c.Nodes() {
		eventually(t, func() error { return votes(c, n, 4) })
		eventually(t, func() error {
			if said := do(t, c, n, "pcs", "status").Stdout; strings.Contains(said, "another corosync.conf") {
				return fmt.Errorf("%s:\n%s", n, said)
			}
			return nil
		})
	}
}

// Addresses of a link are changed while the cluster is stopped; while it runs
// that is refused, and nothing is changed.
func TestLinkIsUpdated(t *testing.T) {
	c := members(t, 3)
	node := c.Nodes()[0]
	update := []string{"pcs", "cluster", "link", "update", "0"}
	for i, n := range c.Nodes() {
		address := fmt.Sprintf("10.9.0.%d", i+1)
		sh(t, c, n, "ip addr add "+address+"/24 dev "+cable(t, c, n))
		update = append(update, n+"="+address)
	}
	if r := do(t, c, node, update...); r.Code == 0 || !strings.Contains(r.Stderr, "corosync is running") {
		t.Errorf("a link of a running cluster: %+v", r)
	}
	if conf := sh(t, c, node, "cat /etc/corosync/corosync.conf"); strings.Contains(conf, "10.9.0.") {
		t.Errorf("a refused change was made:\n%s", conf)
	}
	must(t, c, node, "pcs", "cluster", "stop", "--all")
	must(t, c, node, update...)
	must(t, c, node, "pcs", "cluster", "start", "--all", "--wait=60")
	for i, n := range c.Nodes() {
		eventually(t, func() error { return votes(c, n, 3) })
		eventually(t, func() error { return linksUp(c, n, 2) })
		if out := must(t, c, n, "corosync-cfgtool", "-s"); !strings.Contains(out, fmt.Sprintf("\taddr\t= 10.9.0.%d\n", i+1)) {
			t.Errorf("%s: %s", n, out)
		}
	}
}
