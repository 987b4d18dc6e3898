package failover

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"gpcs/internal/sandbox"
)

// Tutorial makes the tutorial's cluster of all nodes without a word and waits
// until the site answers and everybody is online.
func (c *Cluster) Tutorial() error {
	all := strings.Join(c.Nodes(), " ")
	lines := []string{
		"pcs host auth " + all + " -u hacluster -p " + sandbox.Password,
		"pcs cluster setup my_cluster " + all,
		"pcs cluster start --all",
		"pcs cluster enable --all",
		"pcs property set stonith-enabled=false",
		"pcs resource create virtual_ip ocf:heartbeat:IPaddr2 ip=" + VIP + " cidr_netmask=24 op monitor interval=30s",
		"pcs resource create web_server ocf:heartbeat:nginx configfile=/etc/nginx/nginx.conf op monitor timeout=20s interval=10s",
		"pcs constraint colocation add web_server with virtual_ip INFINITY",
		"pcs constraint order virtual_ip then web_server",
	}
	if len(c.Nodes()) == 2 {
		lines = append(lines, "pcs property set no-quorum-policy=ignore")
	}
	for _, line := range lines {
		var said bytes.Buffer
		if err := c.Type(&said, "node1", line); err != nil {
			return fmt.Errorf("%w\n%s", err, said.String())
		}
	}
	const patience = time.Minute
	if _, err := c.AwaitSite(patience); err != nil {
		return err
	}
	return c.AwaitOnline(patience, c.Nodes()...)
}
