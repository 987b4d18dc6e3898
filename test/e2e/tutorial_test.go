package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
)

// The tutorial as people paste it: nothing but pcs, every command exits 0, the
// site answers.
func TestTutorialScript(t *testing.T) {
	c := nodes(t, 2)
	script, err := os.ReadFile(filepath.Join(repository(t), "scripts/tutorial.sh"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := c.Command("node1", "bash", "-x")
	cmd.Stdin = bytes.NewReader(script)
	r, err := c.DoCommand("node1", cmd)
	if err != nil {
		t.Fatal(err)
	}
	if r.Code != 0 {
		t.Fatalf("status %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	if node := active(t, c); node != "node1" && node != "node2" {
		t.Errorf("the site says %q", node)
	}
	if got := sh(t, c, sandbox.Client, "curl -s http://"+failover.VIP+"/"); !strings.HasPrefix(got, "node") {
		t.Errorf("curl says %q", got)
	}
	if got := sh(t, c, active(t, c), "curl -s http://"+failover.VIP+"/"); !strings.HasPrefix(got, "node") {
		t.Errorf("curl on the node says %q", got)
	}
}

// Word for word what the real stack says, but for times, ids and versions.
func TestTutorialSaysWhatTheRealStackSays(t *testing.T) {
	steps := transcript(t, "tutorial-2-after-destroy.txt")
	views := transcript(t, "tutorial-3-views.txt")
	c := nodes(t, 2)
	must(t, c, "node1", "pcs", "host", "auth", "node1", "node2", "-u", "hacluster", "-p", sandbox.Password)
	for _, want := range steps {
		if want.Argv[0] != "pcs" || strings.Contains(want.line(), "destroy") {
			continue
		}
		compare(t, c, want, settled)
	}
	for _, node := range c.Nodes() {
		if err := c.AwaitOnline(patience, node); err != nil {
			t.Error(err)
		}
	}
	active(t, c)
	same := func(text string) string { return text }
	for _, want := range views {
		switch want.line() {
		case "pcs status", "pcs status --full", "pcs status resources", "pcs status cluster", "pcs status corosync",
			"pcs status quorum", "pcs status nodes", "pcs status pcsd", "pcs quorum status", "pcs resource status":
			compare(t, c, want, same)
		}
	}
}

// ourWarnings are what the real stack keeps to itself (docs/differences.md).
var ourWarnings = regexp.MustCompile(`(?m)^Warning: With no-quorum-policy=ignore and without fencing two nodes .*\n`)

func compare(t *testing.T, c *failover.Cluster, want recorded, also func(string) string) {
	t.Helper()
	got := do(t, c, want.Node, want.Argv...)
	if got.Code != want.RC {
		t.Errorf("%s: status %d, want %d\n%s", want.line(), got.Code, want.RC, got.Stderr)
	}
	stdout := func(r string) string { return also(normal(r)) }
	if strings.HasSuffix(want.line(), "pcsd") { // one line of each node, by time of answer
		stdout = func(r string) string { return sortedLines(normal(r)) }
	}
	if diff := cmp.Diff(stdout(want.Stdout), stdout(got.Stdout)); diff != "" {
		t.Errorf("%s: stdout (-real +ours)\n%s", want.line(), diff)
	}
	stderr := func(r string) string { return sortedLines(also(normal(ourWarnings.ReplaceAllString(r, "")))) }
	if diff := cmp.Diff(stderr(want.Stderr), stderr(got.Stderr)); diff != "" {
		t.Errorf("%s: stderr (-real +ours)\n%s", want.line(), diff)
	}
}

// The password is asked for where -p is not given, and not echoed.
func TestPasswordIsAskedFor(t *testing.T) {
	c := nodes(t, 2)
	if _, err := os.Stat("/usr/bin/script"); err != nil {
		t.Skip("NOT RUN: script(1) is not installed, there is no terminal to type on")
	}
	cmd := c.Command("node1", "script", "-qec", "pcs host auth node1 node2 -u hacluster", "/dev/null")
	cmd.Stdin = strings.NewReader(sandbox.Password + "\n")
	r, err := c.DoCommand("node1", cmd)
	if err != nil {
		t.Fatal(err)
	}
	said := strings.ReplaceAll(r.Stdout, "\r", "")
	for _, want := range []string{"Password: ", "node1: Authorized\n", "node2: Authorized\n"} {
		if !strings.Contains(said, want) || r.Code != 0 {
			t.Errorf("status %d, no %q in %q", r.Code, want, said)
		}
	}
	if strings.Contains(said, "Password: "+sandbox.Password) {
		t.Error("the password was echoed")
	}
}
