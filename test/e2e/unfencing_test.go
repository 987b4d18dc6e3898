package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// fabricAgent opens and shuts a node's way to its storage: the file on the
// node's own disk shows who opened it with what, each time. It has to be run on
// the node itself.
const fabricAgent = `#!/bin/sh
if [ "$1" = -o ]; then
cat <<END
<resource-agent name="fence_fabric" shortdesc="a fabric"><longdesc>A fabric</longdesc><parameters>
<parameter name="fabric" unique="0" required="1"><content type="string"/><shortdesc lang="en">which</shortdesc></parameter></parameters>
<actions><action name="on" on_target="1" automatic="1"/><action name="off"/><action name="status"/><action name="monitor"/><action name="metadata"/></actions>
</resource-agent>
END
exit 0
fi
input=$(cat)
value() { echo "$input" | sed -n "s/^$1=//p"; }
case $(value action) in
on) echo "$(value nodename) with $(value fabric)" >>/var/lib/fabric;;
esac
exit 0
`

// Each node is let at its storage by the device on that node, before it runs
// anything, and again when the device's parameters change.
func TestUnfencing(t *testing.T) {
	c := tutorial(t, 2)
	for _, node := range c.Nodes() {
		install(t, c, node, "/usr/sbin/fence_fabric", fabricAgent)
	}
	must(t, c, "node1", "pcs", "stonith", "create", "fabric", "fence_fabric", "fabric=a", "pcmk_host_list=node1,node2")
	if out := must(t, c, "node1", "pcs", "stonith", "config", "fabric"); !strings.Contains(out, "provides=unfencing") {
		t.Fatalf("not taken for a device that unfences:\n%s", out)
	}
	must(t, c, "node1", "pcs", "property", "set", "stonith-enabled=true")
	opened := func(want string) {
		t.Helper()
		eventually(t, func() error {
			if err := c.AwaitSettled(patience); err != nil {
				return err
			}
			for _, node := range c.Nodes() {
				if got := do(t, c, node, "cat", "/var/lib/fabric").Stdout; got != strings.ReplaceAll(want, "NODE", node) {
					return fmt.Errorf("on %s: %q", node, got)
				}
			}
			return nil
		})
	}
	opened("NODE with a\n")
	must(t, c, "node1", "pcs", "stonith", "update", "fabric", "fabric=b")
	opened("NODE with a\nNODE with b\n")
	if out := must(t, c, "node2", "pcs", "stonith", "history"); strings.Count(out, "unfencing of node") == 0 {
		t.Errorf("the history has no unfencing:\n%s", out)
	}
}
