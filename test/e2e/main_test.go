package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
)

// patience is how long the slowest step of any test may take; no test asserts
// a time other than by running out of it.
const patience = 30 * time.Second

// programs is the directory with the gpcs and gpcsd under test.
var programs string

// TestMain builds the programs once.
func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if os.Geteuid() != 0 {
		return m.Run()
	}
	removeOrphans()
	dir, err := os.MkdirTemp("", "gpcs-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // agents may run it as another user
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	build := exec.Command("go", "build", "-o", dir+"/", "gpcs/cmd/...")
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	programs = dir
	return m.Run()
}

// removeOrphans takes down the clusters of earlier runs that were killed.
func removeOrphans() {
	names, err := sandbox.List()
	if err != nil {
		return
	}
	for _, name := range names {
		var pid, n int
		if _, err := fmt.Sscanf(name, "e2e-%d-%d", &pid, &n); err != nil {
			continue
		}
		if _, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); os.IsNotExist(err) {
			if err := sandbox.Down(name); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	}
}

var clusters int

// nodes makes a cluster of empty nodes and takes it down at the end; of a
// failed test it shows what the daemons logged.
func nodes(t *testing.T, n int) *failover.Cluster {
	t.Helper()
	return nodesBy(t, n, failover.Up)
}

func nodesBy(t *testing.T, n int, up func(name, bin string, nodes int) (*failover.Cluster, error)) *failover.Cluster {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("NOT RUN: whole nodes need root (namespaces, mounts)")
	}
	for _, needed := range []string{"/usr/sbin/nginx", "/usr/lib/ocf/resource.d/heartbeat/nginx"} {
		if _, err := os.Stat(needed); err != nil {
			t.Skipf("NOT RUN: %v; scripts/setup installs it", err)
		}
	}
	clusters++
	c, err := up(fmt.Sprintf("e2e-%d-%d", os.Getpid(), clusters), programs, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			showLogs(t, c)
		}
		if err := c.Down(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// members makes a cluster without resources.
func members(t *testing.T, n int) *failover.Cluster {
	t.Helper()
	c := nodes(t, n)
	if err := c.Setup(); err != nil {
		t.Fatal(err)
	}
	return c
}

// tutorial makes the tutorial's cluster and waits until its site answers.
func tutorial(t *testing.T, n int) *failover.Cluster {
	t.Helper()
	c := nodes(t, n)
	if err := c.Tutorial(); err != nil {
		t.Fatal(err)
	}
	return c
}

func showLogs(t *testing.T, c *failover.Cluster) {
	for _, node := range c.Nodes() {
		r, err := c.Do(node, "tail", "-n", "25", "/var/log/gpcsd.log")
		if err == nil && r.Code == 0 {
			t.Logf("log of %s:\n%s", node, r.Stdout)
		}
	}
	for _, node := range c.Nodes() {
		if r, err := c.Do(node, "pcs", "status", "--full"); err == nil && r.Code == 0 {
			t.Logf("status by %s:\n%s", node, r.Stdout)
			return
		}
	}
}

// do runs a program on a node.
func do(t *testing.T, c *failover.Cluster, node string, argv ...string) failover.Result {
	t.Helper()
	r, err := c.Do(node, argv...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// must runs a program on a node that has to succeed, and returns what it said
// on its standard output.
func must(t *testing.T, c *failover.Cluster, node string, argv ...string) string {
	t.Helper()
	r := do(t, c, node, argv...)
	if r.Code != 0 {
		t.Fatalf("%s: %s: status %d\n%s%s", node, strings.Join(argv, " "), r.Code, r.Stdout, r.Stderr)
	}
	return r.Stdout
}

// sh is must for a line of shell.
func sh(t *testing.T, c *failover.Cluster, node, line string) string {
	t.Helper()
	return strings.TrimSpace(must(t, c, node, "sh", "-c", line))
}

// eventually repeats f until it has nothing to complain about.
func eventually(t *testing.T, f func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if err = f(); err == nil {
			return
		}
	}
	t.Fatal(err)
}

// active returns the node that answers at the virtual address.
func active(t *testing.T, c *failover.Cluster) string {
	t.Helper()
	r, err := c.AwaitSite(patience)
	if err != nil {
		t.Fatal(err)
	}
	return r.Body
}

// repository returns the root of the source tree.
func repository(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(string(bytes.TrimSpace(out)))
}
