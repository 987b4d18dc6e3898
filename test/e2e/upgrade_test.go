package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gpcs/test/failover"
)

// Nodes are upgraded one after the other while the site is watched. The cluster
// works at the older level until the last node has the newer gpcsd, both kinds
// take part in each change, and a node that is put back brings the level down.
func TestRollingUpgrade(t *testing.T) {
	c := tutorial(t, 3)
	newer := nextGpcsd(t)
	work := func(level int) {
		t.Helper()
		if err := c.AwaitSettled(patience); err != nil {
			t.Fatal(err)
		}
		for i, n := range c.Nodes() {
			state, err := c.State(n)
			if err != nil || state.View.Level != level {
				t.Errorf("%s works at level %d, want %d; %v", n, state.View.Level, level, err)
			}
			must(t, c, n, "pcs", "property", "set", fmt.Sprintf("cluster-delay=%ds", 60+i))
		}
		eventually(t, func() error { return oneDocument(c) })
		heir := active(t, c)
		eventually(t, func() error { return calm(c, heir) })
	}
	work(1)
	site := failover.WatchSite(c.Client, failover.VIP)
	for i, n := range c.Nodes() {
		other := c.Nodes()[(i+1)%3]
		must(t, c, other, "pcs", "cluster", "stop", n)
		place(t, c, n, newer)
		restartDaemon(t, c, n)
		must(t, c, other, "pcs", "cluster", "start", n, "--wait=60")
		work(map[bool]int{false: 1, true: 2}[i == 2])
	}
	back, other := c.Nodes()[0], c.Nodes()[1]
	must(t, c, other, "pcs", "cluster", "stop", back)
	sh(t, c, back, "umount -l $(readlink -f $(command -v gpcsd))")
	restartDaemon(t, c, back)
	must(t, c, other, "pcs", "cluster", "start", back, "--wait=60")
	work(1)
	t.Logf("the moves cost %+v", failover.FindOutage(site.Stop()))
}

// restartDaemon ends a node's gpcsd and waits for the one that follows it.
func restartDaemon(t *testing.T, c *failover.Cluster, node string) {
	t.Helper()
	before := sh(t, c, node, "pgrep -xo gpcsd")
	sh(t, c, node, "kill "+before)
	eventually(t, func() error {
		r, err := c.Do(node, "pgrep", "-xo", "gpcsd")
		if now := strings.TrimSpace(r.Stdout); err != nil || now == "" || now == before {
			return fmt.Errorf("%s: gpcsd is process %q, was %s; %v", node, now, before, err)
		}
		_, err = c.State(node)
		return err
	})
}

// nextGpcsd builds the gpcsd of the next feature level.
func nextGpcsd(t *testing.T) string {
	t.Helper()
	const file, line = "internal/cluster/options.go", "FeatureLevel = 1\n"
	text, err := os.ReadFile(filepath.Join(repository(t), file))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), line) {
		t.Fatalf("%s does not say %q", file, line)
	}
	dir := t.TempDir()
	source, overlay, program := filepath.Join(dir, "options.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "gpcsd")
	index, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(repository(t), file): source}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{source: []byte(strings.Replace(string(text), line, "FeatureLevel = 2\n", 1)), overlay: index} {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if said, err := exec.Command("go", "build", "-overlay", overlay, "-o", program, "gpcs/cmd/gpcsd").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return program
}

// place lets a node have another gpcsd.
func place(t *testing.T, c *failover.Cluster, node, program string) {
	t.Helper()
	text, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	cmd := c.Command(node, "sh", "-c", "cat > /root/gpcsd && chmod 755 /root/gpcsd && mount --bind /root/gpcsd $(readlink -f $(command -v gpcsd))")
	cmd.Stdin = bytes.NewReader(text)
	if r, err := c.DoCommand(node, cmd); err != nil || r.Code != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
}
