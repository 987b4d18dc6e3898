package e2e

import (
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// metrics are the samples of a text by name and labels.
func metrics(text string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(text) {
		if i := strings.LastIndexByte(strings.TrimSpace(line), ' '); i > 0 && line[0] != '#' {
			found[line[:i]] = strings.TrimSpace(line[i:])
		}
	}
	return found
}

// ours asks gpcsd over its local socket.
const ours = "curl -sS --fail --unix-socket /run/pcsd.socket http://localhost/metrics"

// ha_cluster_exporter, run on a node over our helper programs, says what our own
// metrics say.
func TestMetricsAreTheExporters(t *testing.T) {
	const program = "/usr/bin/ha_cluster_exporter"
	if _, err := os.Stat(program); err != nil {
		t.Skipf("NOT RUN: %v; package prometheus-hacluster-exporter brings it", err)
	}
	c := tutorial(t, 2)
	must(t, c, "node1", "pcs", "node", "standby", "node2")
	must(t, c, "node1", "pcs", "node", "attribute", "node1", "rack=a")
	sh(t, c, "node1", "(setsid "+program+" >/tmp/exporter.log 2>&1 </dev/null &)")
	var theirs map[string]string
	eventually(t, func() error {
		r := do(t, c, "node1", "curl", "-sS", "--fail", "http://127.0.0.1:9664/metrics")
		theirs = metrics(r.Stdout)
		if theirs[`ha_cluster_scrape_success{collector="pacemaker"}`] != "1" || theirs[`ha_cluster_scrape_success{collector="corosync"}`] != "1" {
			return os.ErrNotExist
		}
		return nil
	})
	text := sh(t, c, "node1", ours)
	have := metrics(text + "\n")
	compared := 0
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		if !strings.HasPrefix(name, "ha_cluster_pacemaker") && !strings.HasPrefix(name, "ha_cluster_corosync") {
			continue
		}
		compared++
		if have[name] != theirs[name] {
			t.Errorf("%s is %q, the exporter has %q", name, have[name], theirs[name])
		}
	}
	t.Logf("%d samples of the exporter compared, we have %d", compared, len(have))
	if compared < 40 {
		t.Errorf("only %d samples compared:\n%s", compared, do(t, c, "node1", "cat", "/tmp/exporter.log").Stdout)
	}
	if promtool, err := exec.LookPath("promtool"); err != nil {
		t.Log("NOT RUN: promtool is not installed (package prometheus)")
	} else {
		check := exec.Command(promtool, "check", "metrics")
		check.Stdin = strings.NewReader(text + "\n")
		if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("promtool: %v\n%s", err, out)
		}
	}
}
