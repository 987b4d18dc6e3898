package e2e

import (
	"fmt"
	"strings"
	"testing"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
)

// A BMC that cannot be reached from the node that would need it is seen in the
// matrix, and warned of before anything is lost.
func TestMatrixShowsABoardThatIsCutOff(t *testing.T) {
	c := nodesBy(t, 2, failover.UpWithBMC)
	if err := c.Tutorial(); err != nil {
		t.Fatal(err)
	}
	if err := c.FenceByBMC("node2", "2s"); err != nil {
		t.Fatal(err)
	}
	for _, node := range c.Nodes() {
		must(t, c, "node1", "pcs", "stonith", "update", "fence-"+node, "op", "monitor", "interval=4s")
	}
	board := func(i int) string { return sandbox.BMCAddress(i) + "/32" }
	says := func(command string, texts ...string) {
		t.Helper()
		eventually(t, func() error {
			out := must(t, c, "node2", strings.Fields(command)...)
			if strings.Contains(out, sandbox.BMCPassword) {
				t.Fatalf("the BMC's password is shown:\n%s", out)
			}
			for _, text := range texts {
				if !strings.Contains(out, text) {
					return fmt.Errorf("%s does not say %q:\n%s", command, text, out)
				}
			}
			return nil
		})
	}
	const full = "pcs stonith status --full"
	says(full, "Device: fence-node1 (fences: node1)\n    node1: not used here\n    node2: works, last good ")

	sh(t, c, "node2", "ip route add unreachable "+board(1))
	says(full, "node2: FAILED at ")
	says("pcs status", "Fence device 'fence-node1' works on no node")

	must(t, c, "node1", "pcs", "constraint", "delete", "location-fence-node1-node1--INFINITY")
	says(full, "    node1: works, last good ")
	says("pcs status", "Fence device 'fence-node1' works on node 'node1' only")

	sh(t, c, "node2", "ip route del unreachable "+board(1))
	says(full, "Device: fence-node1 (fences: node1)\n    node1: works, last good ")
	eventually(t, func() error {
		if out := must(t, c, "node2", "pcs", "status"); strings.Contains(out, "Fence device 'fence-node1'") {
			return fmt.Errorf("still warned of:\n%s", out)
		}
		return nil
	})
}
