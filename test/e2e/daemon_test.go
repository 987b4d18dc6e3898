package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gpcs/test/failover"
)

// Resources live on when gpcsd dies; the new one takes them as they are.
func TestKilledDaemonCostsNoRequest(t *testing.T) {
	c := tutorial(t, 3)
	for _, whom := range []string{"the active node", "every node"} {
		node := active(t, c)
		before := started(t, c, node)
		site := failover.WatchSite(c.Client, failover.VIP)
		victims := []string{node}
		if whom == "every node" {
			victims = c.Nodes()
		}
		// All at once: a daemon that stayed away for longer than the token must
		// give addresses up, for the others may have taken them.
		var olds []string
		for _, victim := range victims {
			olds = append(olds, daemon(t, c, victim))
		}
		for i, victim := range victims {
			sh(t, c, victim, "kill -9 "+olds[i])
		}
		for _, victim := range victims {
			eventually(t, func() error {
				if state, err := c.State(victim); err != nil || !state.Running {
					return fmt.Errorf("gpcsd of %s is not back: %v", victim, err)
				}
				return nil
			})
		}
		if err := c.AwaitOnline(patience, c.Nodes()...); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() error { return calm(c, node) })
		if o := failover.FindOutage(site.Stop()); o.Lost > 0 {
			t.Errorf("%s: %d requests lost", whom, o.Lost)
		}
		if after := started(t, c, node); after != before {
			t.Errorf("%s: nginx was restarted: process %s, was %s", whom, after, before)
		}
	}
}

// daemon returns the process number of a node's gpcsd.
func daemon(t *testing.T, c *failover.Cluster, node string) string {
	t.Helper()
	return sh(t, c, node, "pgrep -xo gpcsd")
}

// calm tells whether all resources run on a node and nothing failed.
func calm(c *failover.Cluster, node string) error {
	r, err := c.Do(node, "pcs", "status")
	if err != nil || r.Code != 0 {
		return fmt.Errorf("%v %s", err, r.Stderr)
	}
	if strings.Count(r.Stdout, "Started "+node) != 2 || strings.Contains(r.Stdout, "Failed Resource Actions") {
		return fmt.Errorf("not calm:\n%s", r.Stdout)
	}
	return nil
}

// nginx's master dies and leaves its workers on port 80: the monitor finds it,
// the resource is repaired where it is, with one failure counted.
func TestKilledNginxMasterIsRepairedInPlace(t *testing.T) {
	c := tutorial(t, 3)
	must(t, c, "node1", "pcs", "resource", "update", "web_server", "op", "monitor", "interval=1s", "timeout=20s")
	node := active(t, c)
	if err := c.AwaitSettled(patience); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		master := started(t, c, node)
		sh(t, c, node, "kill -9 "+master)
		eventually(t, func() error {
			r, err := c.Do(node, "cat", "/run/nginx.pid")
			if err != nil || r.Code != 0 || strings.TrimSpace(r.Stdout) == master {
				return fmt.Errorf("round %d: nginx is not repaired on %s", i+1, node)
			}
			return nil
		})
		eventually(t, func() error {
			out := must(t, c, node, "pcs", "resource", "failcount", "show", "web_server")
			if !regexp.MustCompile(regexp.QuoteMeta(node) + `: 1\b`).MatchString(out) {
				return fmt.Errorf("round %d: failcount:\n%s", i+1, out)
			}
			return nil
		})
		if now := active(t, c); now != node {
			t.Fatalf("round %d: the site moved from %s to %s", i+1, node, now)
		}
		must(t, c, node, "pcs", "resource", "cleanup", "web_server")
		if err := c.AwaitSettled(patience); err != nil { // a probe would find the next harm before the monitor
			t.Fatal(err)
		}
		eventually(t, func() error { return calm(c, node) })
	}
}

// What a machine must bear to have gpcs on it.
func TestDaemonIsSmall(t *testing.T) {
	c := tutorial(t, 2)
	for _, node := range c.Nodes() {
		var kB int
		line := sh(t, c, node, "grep VmRSS /proc/"+daemon(t, c, node)+"/status")
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kB); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		t.Logf("gpcsd of %s: %d MB resident", node, kB/1024)
		if kB > 60*1024 {
			t.Errorf("gpcsd of %s: %d MB resident", node, kB/1024)
		}
	}
}

// Secrets are in no log and no child's command line.
func TestSecretsAreNotLogged(t *testing.T) {
	c := nodes(t, 2)
	const secret = "Xy7-marked-secret"
	for _, node := range c.Nodes() {
		sh(t, c, node, "echo hacluster:"+secret+" | chpasswd")
	}
	r := do(t, c, "node1", "pcs", "--debug", "host", "auth", "node1", "node2", "-u", "hacluster", "-p", secret)
	if r.Code != 0 {
		t.Fatalf("status %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	if strings.Contains(r.Stdout+r.Stderr, secret) {
		t.Error("--debug shows the password")
	}
	for _, node := range c.Nodes() {
		if got := sh(t, c, node, "grep -rl -e "+secret+" /var/log /var/lib/pcsd /etc/corosync 2>/dev/null || true"); got != "" {
			t.Errorf("the password stands in %s of %s", got, node)
		}
	}
	for _, name := range []string{"/var/lib/pcsd/known-hosts", "/var/lib/pcsd/pcsd.key"} {
		path, err := c.Path("node1", name)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Error(err)
		} else if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(name), info.Mode())
		}
	}
}
