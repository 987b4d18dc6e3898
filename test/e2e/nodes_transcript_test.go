package e2e

import (
	"regexp"
	"strings"
	"testing"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
)

// lastOfNodes is the line of the recording after which its subject is another one.
const lastOfNodes = "pcs cluster node remove node1"

// byChance is what depends on who answers first, or on a random number.
var byChance = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`node\d: Corosync configuration reloaded`), "N: Corosync configuration reloaded"},
	{regexp.MustCompile(`cluster_uuid: .*`), "cluster_uuid: U"},
	{regexp.MustCompile(`Current DC: node\d`), "Current DC: N"},
	{regexp.MustCompile(`Started node\d`), "Started N"},
	// pcs 0.12 leaves an empty title out.
	{regexp.MustCompile(`^Options:$`), ""},
	// A node that was added and never started is there for us at once.
	{regexp.MustCompile(`[23] nodes configured`), "some nodes configured"},
	{regexp.MustCompile(`\n  \* OFFLINE: \[ node3 \]`), ""},
}

func whoever(text string) string {
	for _, v := range byChance {
		text = v.pattern.ReplaceAllString(text, v.with)
	}
	return text
}

// A third node comes to a cluster of two and goes, in the words of the real
// stack.
func TestNodesComeAndGoAsRecorded(t *testing.T) {
	steps := transcript(t, "tutorial-9-nodes.txt")
	c := nodes(t, 3)
	for _, line := range []string{
		"pcs host auth node1 node2 -u hacluster -p " + sandbox.Password,
		"pcs cluster setup my_cluster node1 node2 --start --enable --wait=60",
		"pcs property set stonith-enabled=false no-quorum-policy=ignore",
		"pcs resource create virtual_ip ocf:heartbeat:IPaddr2 ip=" + failover.VIP + " cidr_netmask=24 op monitor interval=30s",
		"pcs resource create web_server ocf:heartbeat:nginx configfile=/etc/nginx/nginx.conf op monitor timeout=20s interval=10s",
		"pcs constraint colocation add web_server with virtual_ip INFINITY",
		"pcs constraint order virtual_ip then web_server",
	} {
		sh(t, c, "node1", line)
	}
	sh(t, c, "node3", "pcs host auth node3 -u hacluster -p "+sandbox.Password+" && pcs cluster setup other node3 --start --wait=60")
	active(t, c)
	for _, want := range steps {
		for i, word := range want.Argv {
			want.Argv[i] = strings.ReplaceAll(word, "Secret.123", sandbox.Password)
		}
		if want.line() == "pcs status" {
			awaitRest(t, c)
		}
		compare(t, c, want, whoever)
		if want.line() == lastOfNodes {
			return
		}
	}
	t.Error("the recording has another end than expected")
}

// awaitRest waits until the site answers and nothing is left to do.
func awaitRest(t *testing.T, c *failover.Cluster) {
	t.Helper()
	active(t, c)
	for _, node := range c.Nodes() {
		if state, err := c.State(node); err != nil || !state.Running {
			continue
		}
		if err := c.AwaitIdle(node, patience); err != nil {
			t.Fatal(err)
		}
	}
}
