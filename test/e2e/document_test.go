package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
)

// change makes a change of the CIB that can be told from others.
func change(t *testing.T, c *failover.Cluster, node, value string) {
	t.Helper()
	must(t, c, node, "pcs", "property", "set", "cluster-recheck-interval="+value)
}

func shows(c *failover.Cluster, node, value string) error {
	r, err := c.Do(node, "pcs", "property", "config")
	if err != nil || !strings.Contains(r.Stdout, value) {
		return fmt.Errorf("%s does not show %s: %v\n%s%s", node, value, err, r.Stdout, r.Stderr)
	}
	return nil
}

// oneDocument tells whether all nodes hold the same CIB on their disks.
func oneDocument(c *failover.Cluster) error {
	var first string
	for _, node := range c.Nodes() {
		r, err := c.Do(node, "pcs", "cluster", "cib")
		if err != nil || r.Code != 0 {
			return fmt.Errorf("%s: %v %s", node, err, r.Stderr)
		}
		if first == "" {
			first = r.Stdout
		}
		if r.Stdout != first {
			return fmt.Errorf("%s has another CIB than %s", node, c.Nodes()[0])
		}
	}
	return nil
}

// A node that was away gets what was changed meanwhile.
func TestNodeThatWasAwayCatchesUp(t *testing.T) {
	c := members(t, 3)
	if _, err := c.Kill("node1"); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if !c.Online("node2", "node3") {
			return fmt.Errorf("the survivors have no DC")
		}
		return nil
	})
	change(t, c, "node2", "7min")
	if err := c.Boot("node1"); err != nil {
		t.Fatal(err)
	}
	if err := c.AwaitOnline(patience, c.Nodes()...); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error { return shows(c, "node1", "7min") })
	eventually(t, func() error { return oneDocument(c) })
}

// A partition without quorum changes nothing; after healing there is one CIB,
// that of the majority.
func TestHealedPartitionsAgree(t *testing.T) {
	c := members(t, 3)
	for i, node := range c.Nodes() {
		if _, err := c.Cut(node); err != nil {
			t.Fatal(err)
		}
		var others []string
		for _, other := range c.Nodes() {
			if other != node {
				others = append(others, other)
			}
		}
		eventually(t, func() error {
			if state, err := c.State(node); err != nil || state.View.Quorate {
				return fmt.Errorf("%s, cut off: %+v, %v", node, state.View, err)
			}
			if state, err := c.State(others[0]); err != nil || len(state.View.Members) == 0 || !state.View.Quorate || !c.Online(others...) {
				return fmt.Errorf("the majority: %+v, %v", state.View, err)
			}
			return nil
		})
		value := fmt.Sprintf("%dmin", 20+i)
		change(t, c, others[0], value)
		if err := c.Heal(node); err != nil {
			t.Fatal(err)
		}
		if err := c.AwaitOnline(patience, c.Nodes()...); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() error { return shows(c, node, value) })
		eventually(t, func() error { return oneDocument(c) })
	}
}

// A damaged cib.xml must neither keep the node out nor spread.
func TestDamagedCIBIsReplacedFromThePeers(t *testing.T) {
	c := members(t, 3)
	change(t, c, "node1", "7min")
	eventually(t, func() error { return shows(c, "node3", "7min") })
	if _, err := c.Kill("node3"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.DiskPath("node3", "/var/lib/pacemaker/cib/cib.xml"), []byte("<cib><half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.Boot("node3"); err != nil {
		t.Fatal(err)
	}
	if err := c.AwaitOnline(patience, c.Nodes()...); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error { return oneDocument(c) })
	for _, node := range c.Nodes() {
		if err := shows(c, node, "7min"); err != nil {
			t.Error(err)
		}
	}
	if log := sh(t, c, "node3", "cat /var/log/gpcsd.log"); !strings.Contains(log, "cib.xml") {
		t.Errorf("nobody says that cib.xml was damaged:\n%s", log)
	}
}

// A full disk on one node is said, and costs the others nothing.
func TestFullDiskIsSaid(t *testing.T) {
	c := nodes(t, 3)
	sh(t, c, "node1", "pcs host auth node1 node2 node3 -u hacluster -p "+sandbox.Password+
		" && pcs cluster setup my_cluster node1 node2 node3")
	sh(t, c, "node3", "mount -t tmpfs -o size=128k tmpfs /var/lib/pacemaker; mkdir -p /var/lib/pacemaker/cib;"+
		" dd if=/dev/zero of=/var/lib/pacemaker/filler bs=1k 2>/dev/null; true")
	r := do(t, c, "node1", "pcs", "cluster", "start", "--all")
	t.Logf("start with one full disk: status %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	if err := c.AwaitOnline(patience, "node1", "node2"); err != nil {
		t.Fatal(err)
	}
	change(t, c, "node1", "7min")
	eventually(t, func() error { return shows(c, "node2", "7min") })
	eventually(t, func() error {
		said := sh(t, c, "node3", "cat /var/log/gpcsd.log; pcs status 2>&1 || true")
		if !strings.Contains(strings.ToLower(said), "no space left") {
			return fmt.Errorf("nobody says that the disk of node3 is full:\n%s", said)
		}
		return nil
	})
	sh(t, c, "node3", "rm -f /var/lib/pacemaker/filler; pcs cluster start")
	if err := c.AwaitOnline(patience, c.Nodes()...); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error { return oneDocument(c) })
}
