package e2e

import (
	"fmt"
	"strings"
	"testing"

	"gpcs/test/failover"
)

// One of two links fails at a node and comes back, in both modes: no view is
// made anew, changes go on, and corosync-cfgtool shows what is. In passive mode
// the link of the higher priority is used whenever it works.
func TestLinkFailsAndComesBack(t *testing.T) {
	c := members(t, 3)
	node, other := c.Nodes()[0], c.Nodes()[1]
	var second []string
	for i, n := range c.Nodes() {
		address := fmt.Sprintf("10.9.0.%d", i+1)
		sh(t, c, n, "ip addr add "+address+"/24 dev "+cable(t, c, n))
		second = append(second, n+"="+address)
	}
	must(t, c, node, append(append([]string{"pcs", "cluster", "link", "add"}, second...), "options", "link_priority=10")...)
	view := counter(t, c, node)
	for i, mode := range []string{"passive", "active"} {
		must(t, c, node, "pcs", "cluster", "config", "update", "transport", "link_mode="+mode)
		preferred := []int{1}
		if mode == "active" {
			preferred = []int{0, 1}
		}
		for _, n := range c.Nodes() {
			eventually(t, func() error { return linksUp(c, n, 4) })
			eventually(t, func() error { return linksUsed(c, n, preferred...) })
			if out := must(t, c, n, "corosync-cfgtool", "-s"); strings.Count(out, "\tconnected\n") != 4 || strings.Count(out, "\tlocalhost\n") != 2 {
				t.Errorf("%s: %s: all links work:\n%s", mode, n, out)
			}
		}

		sh(t, c, node, "nft add table ip links; nft 'add chain ip links in { type filter hook input priority 0; }'; nft add rule ip links in ip daddr 10.9.0.0/24 drop")
		eventually(t, func() error { return linksUsed(c, node, 0) })
		eventually(t, func() error { return linksAre(c, node, 4, 2) })
		change(t, c, other, fmt.Sprintf("%dmin", 20+i))
		if out := must(t, c, node, "corosync-cfgtool", "-s"); strings.Count(out, "\tconnected\n") != 2 || strings.Count(out, "\tdisconnected\n") != 2 {
			t.Errorf("%s: link 1 failed:\n%s", mode, out)
		}
		if out := must(t, c, node, "corosync-cfgtool", "-n"); strings.Count(out, " enabled connected mtu: 1397\n") != 2 || strings.Count(out, " enabled mtu: 1397\n") != 2 {
			t.Errorf("%s: link 1 failed:\n%s", mode, out)
		}
		if out := must(t, c, node, "pcs", "status", "--full"); !strings.Contains(out, "10.9.0.2") {
			t.Errorf("%s: status does not name the link that failed:\n%s", mode, out)
		}

		sh(t, c, node, "nft delete table ip links")
		eventually(t, func() error { return linksUsed(c, node, preferred...) })
		change(t, c, other, fmt.Sprintf("%dmin", 30+i))
	}
	for _, n := range c.Nodes() {
		if now := counter(t, c, n); now != view {
			t.Errorf("%s: the view was made anew: %d, was %d", n, now, view)
		}
	}
	t.Log("packets of another size: knet's figure follows the network's")
	sh(t, c, node, "ip link set dev "+cable(t, c, node)+" mtu 9000")
	if out := must(t, c, node, "corosync-cfgtool", "-n"); strings.Count(out, " mtu: 8885\n") != 4 {
		t.Errorf("with an MTU of 9000:\n%s", out)
	}
}

// cable is a node's network interface.
func cable(t *testing.T, c *failover.Cluster, node string) string {
	t.Helper()
	return sh(t, c, node, "ip -o -4 addr show to 192.168.1.0/24 | awk '{print $2; exit}'")
}

// linksUsed tells whether a node uses these links to all others, and no other.
func linksUsed(c *failover.Cluster, node string, numbers ...int) error {
	state, err := c.State(node)
	if err != nil {
		return err
	}
	wanted := map[int]bool{}
	for _, n := range numbers {
		wanted[n] = true
	}
	for _, l := range state.Links {
		if l.Used != wanted[l.Number] {
			return fmt.Errorf("%s should use links %v: %+v", node, numbers, state.Links)
		}
	}
	return nil
}
