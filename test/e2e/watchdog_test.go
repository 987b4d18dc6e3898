package e2e

import (
	"fmt"
	"strings"
	"testing"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
)

// Three nodes with watchdogs and no fence device: a node that is cut off, or
// cannot stop a resource, resets itself, and the others know when.
func TestNodesFenceThemselvesByWatchdog(t *testing.T) {
	c := nodesBy(t, 3, failover.UpWithWatchdog)
	if err := c.Tutorial(); err != nil {
		t.Fatal(err)
	}
	for _, node := range c.Nodes() {
		install(t, c, node, "/usr/lib/ocf/resource.d/heartbeat/hang", hangingAgent)
	}
	enableWatchdogs(t, c)
	victim := active(t, c)
	owners := watchOwners(t, c)
	if _, err := c.Cut(victim); err != nil {
		t.Fatal(err)
	}
	resets(t, c, victim)
	heir := active(t, c)
	events, err := owners.Stop()
	if err != nil {
		t.Fatal(err)
	}
	if _, twice := failover.HeldTwice(events); twice || heir == victim {
		t.Errorf("%s has the address after %s: %+v", heir, victim, events)
	}
	if out := must(t, c, heir, "pcs", "stonith", "ledger", "--verify"); !strings.Contains(out, "of "+victim+": watchdog time over") {
		t.Errorf("ledger:\n%s", out)
	}
	if err := c.Boot(victim); err != nil {
		t.Fatal(err)
	}
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	// The second way: nobody is cut off, but a stop hangs.
	must(t, c, heir, "pcs", "resource", "create", "hang", "ocf:heartbeat:hang", "op", "stop", "timeout=1s", "--disabled")
	must(t, c, heir, "pcs", "constraint", "location", "hang", "prefers", victim)
	must(t, c, heir, "pcs", "resource", "enable", "hang", "--wait=20")
	must(t, c, heir, "pcs", "resource", "disable", "hang")
	resets(t, c, victim)
	eventually(t, func() error {
		if out := must(t, c, heir, "pcs", "stonith", "ledger"); strings.Count(out, "of "+victim+": watchdog time over") != 2 {
			return fmt.Errorf("ledger:\n%s", out)
		}
		return nil
	})
	if err := c.Boot(victim); err != nil {
		t.Fatal(err)
	}
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	must(t, c, heir, "pcs", "stonith", "sbd", "disable")
	if out := must(t, c, victim, "pcs", "property", "config"); !strings.Contains(out, "stonith-watchdog-timeout=0") {
		t.Errorf("the others go on waiting for watchdogs that are not fed:\n%s", out)
	}
}

// enableWatchdogs has three nodes rely on their watchdogs, and looks how that is
// shown.
func enableWatchdogs(t *testing.T, c *failover.Cluster) {
	t.Helper()
	must(t, c, "node1", "pcs", "stonith", "sbd", "enable", "SBD_WATCHDOG_TIMEOUT=2")
	must(t, c, "node1", "pcs", "cluster", "stop", "--all")
	must(t, c, "node1", "pcs", "cluster", "start", "--all", "--wait=60")
	must(t, c, "node1", "pcs", "property", "set", "stonith-enabled=true", "stonith-watchdog-timeout=4s", "no-quorum-policy=stop")
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	if out := must(t, c, "node1", "pcs", "stonith", "sbd", "status"); strings.Count(out, "YES | YES | YES") != 3 {
		t.Errorf("status:\n%s", out)
	}
	if out := must(t, c, "node2", "pcs", "stonith", "sbd", "config"); !strings.Contains(out, "SBD_WATCHDOG_TIMEOUT=2") ||
		strings.Count(out, ": /dev/watchdog") != 3 {
		t.Errorf("config:\n%s", out)
	}
	if out := must(t, c, "node2", "pcs", "property", "config", "have-watchdog"); !strings.Contains(out, "have-watchdog=true") {
		t.Errorf("property:\n%s", out)
	}
}

// resets waits until a node has powered itself off.
func resets(t *testing.T, c *failover.Cluster, node string) {
	t.Helper()
	eventually(t, func() error {
		if state, err := c.Sandbox.State(node); err != nil || state != sandbox.Off {
			return fmt.Errorf("%s is %s, %v", node, state, err)
		}
		return nil
	})
}

// Where a node has no watchdog, enable says so and changes nothing.
func TestSBDNeedsWatchdogs(t *testing.T) {
	c := members(t, 3)
	r := do(t, c, "node1", "pcs", "stonith", "sbd", "enable")
	if r.Code == 0 || strings.Count(r.Stderr, "Watchdog '/dev/watchdog' does not exist on node") != 3 {
		t.Errorf("status %d:\n%s", r.Code, r.Stderr)
	}
	for _, node := range c.Nodes() {
		if r := do(t, c, node, "sh", "-c", "ls /etc/default/sbd /etc/sysconfig/sbd /var/lib/gpcs/sbd-enabled"); r.Stdout != "" {
			t.Errorf("%s has %s", node, r.Stdout)
		}
	}
	if out := must(t, c, "node1", "pcs", "stonith", "sbd", "status"); strings.Count(out, "YES |  NO |  NO") != 3 {
		t.Errorf("status:\n%s", out)
	}
}
