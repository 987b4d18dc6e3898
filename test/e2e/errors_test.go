package e2e

import (
	"strings"
	"testing"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
)

// refuses runs a command that must fail with status 1 and words on stderr, and
// checks that it left no trace of a cluster.
func refuses(t *testing.T, c *failover.Cluster, line string, words ...string) {
	t.Helper()
	r := do(t, c, "node1", "sh", "-c", line)
	if r.Code != 1 {
		t.Errorf("%s: status %d, want 1\n%s%s", line, r.Code, r.Stdout, r.Stderr)
	}
	if !strings.Contains(r.Stderr, "Error: ") {
		t.Errorf("%s: no error on stderr: %q", line, r.Stderr)
	}
	for _, word := range words {
		if !strings.Contains(r.Stderr, word) {
			t.Errorf("%s: %q is not in\n%s", line, word, r.Stderr)
		}
	}
	if strings.Contains(r.Stdout+r.Stderr, "panic") || strings.Contains(r.Stderr, "goroutine ") {
		t.Errorf("%s: a crash\n%s", line, r.Stderr)
	}
}

func TestErrorsOfHostAuth(t *testing.T) {
	c := nodes(t, 2)
	refuses(t, c, "pcs host auth node2 -u hacluster -p wrong", "node2: Username and/or password is incorrect")
	refuses(t, c, "pcs host auth nosuchhost -u hacluster -p x", "nosuchhost")
	if _, err := c.Kill("node2"); err != nil {
		t.Fatal(err)
	}
	refuses(t, c, "pcs host auth node2 -u hacluster -p "+sandbox.Password+" --request-timeout 2", "node2")
	if got := sh(t, c, "node1", "cat /var/lib/pcsd/known-hosts 2>/dev/null || true"); strings.Contains(got, "node2") {
		t.Errorf("a host that was not authorized is known: %s", got)
	}
}

func TestErrorWhenThePeersPortIsClosed(t *testing.T) {
	c := nodes(t, 2)
	refuses(t, c, "pcs host auth node2 addr=192.168.1.11:2299 -u hacluster -p "+sandbox.Password,
		"node2", "port 2299 refused", "gpcsd")
	if err := c.Pause("node2"); err != nil {
		t.Fatal(err)
	}
	refuses(t, c, "pcs host auth node2 -u hacluster -p x --request-timeout 1", "accepted the connection but did not answer")
	if err := c.Resume("node2"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Cut("node2"); err != nil {
		t.Fatal(err)
	}
	refuses(t, c, "pcs host auth node2 -u hacluster -p x --request-timeout 1", "no answer from node2 port 2224")
}

func TestClusterSetupIsAllOrNothing(t *testing.T) {
	c := nodes(t, 3)
	all := strings.Join(c.Nodes(), " ")
	must(t, c, "node1", "sh", "-c", "pcs host auth "+all+" -u hacluster -p "+sandbox.Password)
	if _, err := c.Kill("node3"); err != nil {
		t.Fatal(err)
	}
	refuses(t, c, "pcs cluster setup my_cluster "+all+" --request-timeout 3", "node3")
	for _, node := range []string{"node1", "node2"} {
		if got := sh(t, c, node, "ls /etc/corosync /etc/pacemaker"); strings.Contains(got, "corosync.conf") {
			t.Errorf("%s was set up all the same: %s", node, got)
		}
	}
	if err := c.Boot("node3"); err != nil {
		t.Fatal(err)
	}
	must(t, c, "node1", "sh", "-c", "pcs cluster setup my_cluster "+all)
	before := sh(t, c, "node2", "cat /etc/corosync/corosync.conf")
	refuses(t, c, "pcs cluster setup other "+all, "The host seems to be in a cluster already", "--force")
	if after := sh(t, c, "node2", "cat /etc/corosync/corosync.conf"); after != before {
		t.Error("the refused setup changed corosync.conf")
	}
}

func TestErrorsOfResources(t *testing.T) {
	c := tutorial(t, 2)
	before := sh(t, c, "node1", "pcs resource config")
	refuses(t, c, "pcs resource create x ocf:heartbeat:NoSuchAgent", "Agent 'ocf:heartbeat:NoSuchAgent' is not installed or does not provide valid metadata")
	refuses(t, c, "pcs resource create x ocf:heartbeat:IPaddr2 ip=192.168.1.101 bogus=1", "invalid resource option 'bogus'")
	refuses(t, c, "pcs resource create x ocf:heartbeat:IPaddr2 ip=192.168.1.101 op monitor interval=-1", "-1")
	refuses(t, c, "pcs resource create virtual_ip ocf:heartbeat:IPaddr2 ip=192.168.1.101", "'virtual_ip' already exists")
	if after := sh(t, c, "node1", "pcs resource config"); after != before {
		t.Errorf("a refused command changed the CIB:\n%s", after)
	}
}

// A node that dies while the cluster is set up leaves no half of a cluster.
func TestPeerDiesInTheMiddleOfClusterSetup(t *testing.T) {
	c := nodes(t, 3)
	all := strings.Join(c.Nodes(), " ")
	must(t, c, "node1", "sh", "-c", "pcs host auth "+all+" -u hacluster -p "+sandbox.Password)
	wait := killWhen(t, c, "node3", "node3", "destroy") // setup's first step on each node
	r := do(t, c, "node1", "sh", "-c", "pcs cluster setup my_cluster "+all+" --request-timeout 3")
	wait()
	t.Logf("status %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	for _, node := range []string{"node1", "node2"} {
		conf := sh(t, c, node, "cat /etc/corosync/corosync.conf 2>/dev/null || true")
		if r.Code == 0 && conf == "" || r.Code != 0 && conf != "" {
			t.Errorf("setup ended with status %d, corosync.conf of %s: %q", r.Code, node, conf)
		}
	}
	if r.Code != 0 && !strings.Contains(r.Stderr, "node3") {
		t.Errorf("the error does not name node3: %s", r.Stderr)
	}
}
