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

// realPcsd is the pcsd of the old stack in the place of our daemon.
const realPcsd = `#!/bin/sh
set -a; . /etc/default/pcsd; set +a
mkdir -p /var/log/pcsd /var/lib/pcsd
rm -f /run/pcsd.socket /run/pcsd-ruby.socket
/usr/share/pcsd/pcsd >/var/log/pcsd-ruby.out 2>&1 </dev/null &
exec /usr/sbin/pcsd >/var/log/pcsd.out 2>&1 </dev/null
`

// Our pcs speaks with a real pcsd: it is authenticated, asked and forgotten.
// That host cannot be a member, and what would make it one is refused with the
// reason before anything is changed there.
func TestOurPCSSpeaksWithTheRealPcsd(t *testing.T) {
	realPCS(t)
	if _, err := os.Stat("/usr/share/pcsd/pcsd"); err != nil {
		t.Skipf("NOT RUN: the real pcsd, which our pcs is to drive, is not installed: %v", err)
	}
	c := nodes(t, 3)
	install(t, c, "node3", "/usr/sbin/gpcsd.real", realPcsd)
	sh(t, c, "node3", "mv /usr/sbin/gpcsd.real /usr/sbin/gpcsd && kill $(pidof gpcsd)")
	eventually(t, func() error {
		const up = "test -S /run/pcsd-ruby.socket && curl -sk https://127.0.0.1:2224/remote/check_auth"
		if r := do(t, c, "node3", "sh", "-c", up); r.Code != 0 || !strings.Contains(r.Stdout, "notauthorized") {
			return fmt.Errorf("the real pcsd does not run: %s%s", r.Stdout, r.Stderr)
		}
		return nil
	})
	refused := func(want string, argv ...string) {
		t.Helper()
		if r := do(t, c, "node1", append([]string{"pcs"}, argv...)...); r.Code != 1 || !strings.Contains(r.Stdout+r.Stderr, want) {
			t.Errorf("pcs %s: status %d, want 1 and %q\n%s%s", strings.Join(argv, " "), r.Code, want, r.Stdout, r.Stderr)
		}
	}
	refused("node3: Username and/or password is incorrect", "host", "auth", "node3", "-u", "hacluster", "-p", "wrong")
	must(t, c, "node1", "pcs", "host", "auth", "node1", "node2", "node3", "-u", "hacluster", "-p", "hacluster")
	if out := must(t, c, "node1", "pcs", "status", "pcsd", "node1", "node3"); !strings.Contains(out, "node3: Online") {
		t.Errorf("status pcsd: %s", out)
	}
	const why = "node3: The host runs pcsd 0."
	refused(why, "cluster", "setup", "hac", "node1", "node3")
	refused(why, "cluster", "setup", "hac", "node1", "node3", "--force")
	must(t, c, "node1", "pcs", "cluster", "setup", "hac", "node1", "node2", "--start", "--wait=60")
	refused(why, "cluster", "node", "add", "node3")
	refused(why, "cluster", "node", "add", "node3", "--force", "--start")
	refused("cluster is not currently configured on this node", "cluster", "start", "node3")
	if out := sh(t, c, "node3", "ls /etc/corosync/corosync.conf /etc/corosync/authkey 2>/dev/null || echo none"); out != "none" {
		t.Errorf("left on the host: %s", out)
	}
	must(t, c, "node1", "pcs", "host", "deauth", "node3")
	if r := do(t, c, "node1", "pcs", "status", "pcsd", "node3"); r.Code == 0 || strings.Contains(r.Stdout, "Online") {
		t.Errorf("after deauth: status %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
}
