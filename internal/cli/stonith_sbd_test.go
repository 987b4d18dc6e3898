package cli

import (
	"fmt"
	"strings"
	"testing"

	"gpcs/internal/conf"
)

// Nodes that fence themselves need one half of an even cluster to have quorum.
func TestWhenSBDNeedsATieBreaker(t *testing.T) {
	const device = "  device {\n    model: net\n    net {\n      host: q\n      algorithm: ffsplit\n    }\n  }\n"
	for _, c := range []struct {
		nodes  int
		quorum string
		want   bool
	}{
		{2, "  two_node: 1\n", true}, {3, "", false}, {4, "", true}, {4, "  auto_tie_breaker: 1\n", false}, {4, device, false}, {5, device, false},
	} {
		var b strings.Builder
		b.WriteString("totem {\n  version: 2\n  cluster_name: c\n}\nnodelist {\n")
		for n := range c.nodes {
			fmt.Fprintf(&b, "  node {\n    ring0_addr: n%d\n    name: n%d\n    nodeid: %d\n  }\n", n+1, n+1, n+1)
		}
		b.WriteString("}\nquorum {\n  provider: corosync_votequorum\n" + c.quorum + "}\n")
		cluster, err := conf.ParseCorosync([]byte(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		if got := needsTieBreaker(cluster); got != c.want {
			t.Errorf("%d nodes, %q: %v", c.nodes, c.quorum, got)
		}
		if c.want {
			cluster.SetQuorumOptions(map[string]string{"auto_tie_breaker": "1"})
			if q := cluster.Quorum(); !q.AutoTieBreaker || needsTieBreaker(cluster) {
				t.Errorf("%d nodes, %q: %+v after it was set", c.nodes, c.quorum, q)
			}
		}
	}
}
