package e2e

import (
	"fmt"
	"strings"
	"testing"

	"gpcs/test/failover"
)

// Both nodes of a cluster lost power and one boots: it must not act, for the
// other may be alive behind a cut. When the other comes they go on together.
func TestColdStartAloneWaitsForAll(t *testing.T) {
	c := tutorial(t, 2)
	must(t, c, "node1", "pcs", "property", "set", "no-quorum-policy=")
	powerOff(t, c)
	if err := c.Boot("node1"); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error { return alone(c, "node1") })
	// Nothing is left to do, and nothing runs: it was decided so.
	if err := c.AwaitIdle("node1", patience); err != nil {
		t.Fatal(err)
	}
	status := must(t, c, "node1", "pcs", "status")
	for _, part := range []string{"partition WITHOUT quorum", "Online: [ node1 ]", "OFFLINE: [ node2 ]", "virtual_ip\t(ocf:heartbeat:IPaddr2):\t Stopped", "web_server\t(ocf:heartbeat:nginx):\t Stopped"} {
		if !strings.Contains(status, part) {
			t.Errorf("status of a node that waits is without %q:\n%s", part, status)
		}
	}
	if err := c.Boot("node2"); err != nil {
		t.Fatal(err)
	}
	if err := c.AwaitOnline(patience, c.Nodes()...); err != nil {
		t.Fatal(err)
	}
	node := active(t, c)
	eventually(t, func() error { return calm(c, node) })
}

// The tutorial's no-quorum-policy=ignore tells a node that waits to act all
// the same, as with Pacemaker.
func TestColdStartAloneIgnoringQuorum(t *testing.T) {
	c := tutorial(t, 2)
	powerOff(t, c)
	if err := c.Boot("node1"); err != nil {
		t.Fatal(err)
	}
	if node := active(t, c); node != "node1" {
		t.Fatal(node)
	}
	eventually(t, func() error { return calm(c, "node1") })
	if status := must(t, c, "node1", "pcs", "status"); !strings.Contains(status, "partition WITHOUT quorum") || !strings.Contains(status, "OFFLINE: [ node2 ]") {
		t.Error(status)
	}
	if votes := must(t, c, "node1", "pcs", "quorum", "status"); !strings.Contains(votes, "Quorate:          No") {
		t.Errorf("quorum status of a node without quorum:\n%s", votes)
	}
}

func powerOff(t *testing.T, c *failover.Cluster) {
	t.Helper()
	for _, node := range c.Nodes() {
		if _, err := c.Kill(node); err != nil {
			t.Fatal(err)
		}
	}
}

// alone tells whether a node is its own DC, without a quorum.
func alone(c *failover.Cluster, node string) error {
	state, err := c.State(node)
	if err != nil {
		return err
	}
	if state.View.DC != state.NodeID || state.View.Quorate {
		return fmt.Errorf("%s is not alone: %+v", node, state)
	}
	return nil
}
