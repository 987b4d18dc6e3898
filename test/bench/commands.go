package main

import (
	"fmt"
	"time"

	"gpcs/test/failover"
)

func commands(c *failover.Cluster) error {
	for _, line := range []string{
		"gpcs --version", "gpcs status", "gpcs status --full", "gpcs config", "gpcs resource config", "gpcs cluster cib",
		"gpcs property set cluster-recheck-interval=15min", "crm_mon -1",
	} {
		var times []time.Duration
		for range 2 * rounds {
			begin := time.Now()
			if _, err := say(c, "node1", line); err != nil {
				return err
			}
			times = append(times, time.Since(begin))
		}
		summary(line, times)
	}
	for _, node := range c.Nodes() {
		size, err := say(c, node, "grep VmRSS /proc/$(pgrep -xo gpcsd)/status")
		if err != nil {
			return err
		}
		fmt.Printf("  = gpcsd on %s: %s\n", node, size)
	}
	return nil
}
