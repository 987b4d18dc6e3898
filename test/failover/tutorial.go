package failover

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"gpcs/internal/sandbox"
)

// setupPatience is how long a cluster may take to come together, and the
// tutorial's site to answer.
const setupPatience = time.Minute

// Setup makes one cluster of all nodes without a word and waits until
// everybody is online.
func (c *Cluster) Setup() error {
	all := strings.Join(c.Nodes(), " ")
	err := c.quietly(
		"pcs host auth "+all+" -u hacluster -p "+sandbox.Password,
		"pcs cluster setup my_cluster "+all,
		"pcs cluster start --all",
		"pcs cluster enable --all",
		"pcs property set stonith-enabled=false",
	)
	if err != nil {
		return err
	}
	return c.AwaitOnline(setupPatience, c.Nodes()...)
}

// Tutorial is Setup and Resources.
func (c *Cluster) Tutorial() error {
	if err := c.Setup(); err != nil {
		return err
	}
	return c.Resources()
}

// Resources makes the tutorial's resources and waits until the site answers.
func (c *Cluster) Resources() error {
	lines := []string{
		"pcs resource create virtual_ip ocf:heartbeat:IPaddr2 ip=" + VIP + " cidr_netmask=24 op monitor interval=30s",
		"pcs resource create web_server ocf:heartbeat:nginx configfile=/etc/nginx/nginx.conf op monitor timeout=20s interval=10s",
		"pcs constraint colocation add web_server with virtual_ip INFINITY",
		"pcs constraint order virtual_ip then web_server",
	}
	if len(c.Nodes()) == 2 {
		lines = append(lines, "pcs property set no-quorum-policy=ignore")
	}
	if err := c.quietly(lines...); err != nil {
		return err
	}
	if _, err := c.AwaitSite(setupPatience); err != nil {
		return err
	}
	return c.AwaitSettled(setupPatience)
}

// quietly types lines on node1; what they say is heard only if one fails.
func (c *Cluster) quietly(lines ...string) error {
	for _, line := range lines {
		var said bytes.Buffer
		if err := c.Type(&said, "node1", line); err != nil {
			return fmt.Errorf("%w\n%s", err, said.String())
		}
	}
	return nil
}
