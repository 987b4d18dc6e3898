package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"gpcs/test/failover"
)

// realPCS returns where the pcs of the old stack is within a node. A node has
// our pcs at /usr/sbin/pcs, so that the real one is run by its module.
func realPCS(t *testing.T) []string {
	t.Helper()
	const module = "/usr/lib/python3/dist-packages/pcs"
	if _, err := os.Stat(module); err != nil {
		t.Skipf("NOT RUN: the real pcs, which is to drive our daemons, is not installed: %v", err)
	}
	return []string{"/usr/bin/python3", "-c", "import sys; sys.argv[0] = 'pcs'; from pcs.app import main; main(sys.argv[1:])"}
}

// The real pcs, on a node of ours, sets a cluster up, runs resources in it,
// changes its nodes and takes it down again, as it would with pcsd, Corosync
// and Pacemaker.
func TestTheRealPCSDrivesACluster(t *testing.T) {
	pcs := realPCS(t)
	c := nodes(t, 3)
	run := func(line, want string) {
		t.Helper()
		r := do(t, c, "node1", append(append([]string{}, pcs...), strings.Fields(line)...)...)
		if r.Code != 0 || !strings.Contains(r.Stdout+r.Stderr, want) {
			t.Fatalf("pcs %s: status %d, want 0 and %q\n%s%s", line, r.Code, want, r.Stdout, r.Stderr)
		}
	}
	run("host auth node1 node2 node3 -u hacluster -p hacluster", "node3: Authorized")
	run("cluster setup hac node1 node2", "Cluster has been successfully set up.")
	run("cluster start --all --wait=60", "node2: Started")
	run("cluster enable --all", "node2: Cluster Enabled")
	run("status pcsd", "node2: Online")
	run("property set stonith-enabled=false", "")
	run("resource create vip ocf:heartbeat:IPaddr2 ip="+failover.VIP+" cidr_netmask=24 op monitor interval=30s --wait=30", "resource 'vip' is running on node")
	run("resource create app ocf:pacemaker:Dummy --wait=30", "resource 'app' is running on node")
	run("constraint colocation add app with vip INFINITY", "")
	run("constraint order vip then app", "Adding vip app")
	run("resource move vip --wait=30", "resource 'vip' is running on node")
	run("resource failcount show", "No failcounts")
	run("resource cleanup", "Cleaned up all resources on all nodes")
	run("node standby node1 --wait=30", "")
	run("node unstandby --all --wait=30", "")
	run("cluster cib-upgrade", "Cluster CIB has been upgraded to latest version")
	run("cluster verify", "")
	run("config", "Resource: vip (class=ocf provider=heartbeat type=IPaddr2)")
	run("stonith sbd config", "  node1: /dev/watchdog\n")
	run("stonith history", "0 events found")
	run("quorum status", "Quorate:          Yes")

	run("cluster node add node3 --start --wait=60", "node3: Cluster started")
	run("status nodes corosync", "Online: node1 node2 node3")
	run("cluster node remove node2", "node2: Successfully destroyed cluster")
	eventually(t, func() error {
		if out := must(t, c, "node3", "pcs", "status"); !strings.Contains(out, "Online: [ node1 node3 ]") || strings.Count(out, "Started node") != 2 {
			return fmt.Errorf("after one node came and one went:\n%s", out)
		}
		return nil
	})
	run("resource delete app", "")
	run("cluster stop --all", "node3: Stopping Cluster (corosync)...")
	run("cluster destroy --all", "node3: Successfully destroyed cluster")
	if out := sh(t, c, "node3", "ls /etc/corosync/corosync.conf 2>/dev/null || echo none"); out != "none" {
		t.Errorf("left behind: %s", out)
	}
}
