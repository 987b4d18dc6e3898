package e2e

import (
	"os"
	"strings"
	"testing"

	"gpcs/test/failover"
)

// A member of haclient who is not root has the daemon do what needs the tokens
// of other nodes, by our pcs and by the real one, within what pcsd lets
// haclient do.
func TestOrdinaryUsersMayRunTheCluster(t *testing.T) {
	c := members(t, 2)
	const user = "grep -q ^joe: /etc/passwd || useradd -m -G haclient joe; echo joe:pw | chpasswd"
	sh(t, c, "node1", user)
	as := func(line string) failover.Result {
		t.Helper()
		return do(t, c, "node1", "su", "-", "joe", "-c", line+" </dev/null")
	}
	programs := map[string]string{"ours": "/usr/sbin/pcs"}
	if _, err := os.Stat("/usr/lib/python3/dist-packages/pcs"); err == nil {
		programs["the real one"] = `/usr/bin/python3 -c "import sys; sys.argv[0] = 'pcs'; from pcs.app import main; main(sys.argv[1:])"`
		if r := as(programs["the real one"] + " client local-auth -u joe -p pw"); r.Code != 0 {
			t.Errorf("client local-auth: %+v", r)
		}
	}
	for whose, program := range programs {
		for _, step := range []struct {
			line, want string
			code       int
		}{
			{"status pcsd", "node2: Online", 0},
			{"cluster stop --all", "node2: Stopping Cluster (corosync)...", 0},
			{"cluster start --all --wait=60", "node2: Started", 0},
			{"status", "2 nodes configured", 0},
			{"quorum status", "Quorate:          Yes", 0},
			{"cluster destroy --all", "Error: Access denied", 1},
			{"cluster node remove node2", "Error: Access denied", 1},
		} {
			if r := as(program + " " + step.line); r.Code != step.code || !strings.Contains(r.Stdout+r.Stderr, step.want) {
				t.Errorf("%s: pcs %s: status %d, want %d and %q\n%s%s", whose, step.line, r.Code, step.code, step.want, r.Stdout, r.Stderr)
			}
		}
	}
	if r := do(t, c, "node1", "su", "-", "nobody", "-s", "/bin/sh", "-c", "/usr/sbin/pcs cluster stop --all </dev/null"); r.Code == 0 {
		t.Errorf("a stranger: %+v", r)
	}
}
