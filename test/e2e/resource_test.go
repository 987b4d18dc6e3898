package e2e

import (
	"fmt"
	"strings"
	"testing"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
)

// says runs a command on node1 and wants words in what it says.
func says(t *testing.T, c *failover.Cluster, line, want string) {
	t.Helper()
	r := do(t, c, "node1", strings.Fields(line)...)
	if said := r.Stdout + r.Stderr; r.Code != 0 || !strings.Contains(said, want) {
		t.Errorf("%s: status %d, said\n%s\nwant\n%s", line, r.Code, said, want)
	}
}

// Resources are moved, kept away, stopped, started and deleted in a running
// cluster; what depends on them follows.
func TestResourcesAreMovedAndDeleted(t *testing.T) {
	c := tutorial(t, 2)
	before := active(t, c)
	other := map[string]string{"node1": "node2", "node2": "node1"}[before]

	says(t, c, "pcs resource move virtual_ip", fmt.Sprintf(`Location constraint to move resource 'virtual_ip' has been created
Waiting for the cluster to apply configuration changes...
Location constraint created to move resource 'virtual_ip' has been removed
Waiting for the cluster to apply configuration changes...
resource 'virtual_ip' is running on node '%s'
`, other))
	if now := active(t, c); now != other {
		t.Errorf("the site is on %s after the move", now)
	}
	if text := must(t, c, "node1", "pcs", "constraint", "location"); strings.Contains(text, "virtual_ip") {
		t.Errorf("the move left a constraint behind:\n%s", text)
	}
	r := do(t, c, "node1", "pcs", "resource", "move", "virtual_ip", other)
	if r.Code != 1 || !strings.HasPrefix(r.Stderr, "Error: cannot move resource 'virtual_ip'\n") {
		t.Errorf("move to where it is: status %d, %s", r.Code, r.Stderr)
	}

	says(t, c, "pcs resource ban virtual_ip --wait=30", fmt.Sprintf("resource 'virtual_ip' is running on node '%s'", before))
	says(t, c, "pcs resource clear virtual_ip", "Removing constraint: cli-ban-virtual_ip-on-"+other)

	says(t, c, "pcs resource disable web_server --wait=30", "resource 'web_server' is not running on any node")
	if got := sh(t, c, sandbox.Client, "curl -s --max-time 2 http://"+failover.VIP+"/ || echo silence"); !strings.Contains(got, "silence") {
		t.Errorf("a disabled site answers %q", got)
	}
	says(t, c, "pcs resource enable web_server --wait=30", fmt.Sprintf("resource 'web_server' is running on node '%s'", before))
	says(t, c, "pcs resource restart web_server", "web_server successfully restarted")
	active(t, c)

	says(t, c, "pcs resource delete web_server", "Stopping resource 'web_server' before deletion\n")
	if text := must(t, c, "node1", "pcs", "status", "resources"); strings.Contains(text, "web_server") || strings.Contains(text, "ORPHANED") {
		t.Errorf("left behind:\n%s", text)
	}
	if text := must(t, c, "node1", "pcs", "constraint"); strings.Contains(text, "web_server") {
		t.Errorf("constraints left behind:\n%s", text)
	}
}
