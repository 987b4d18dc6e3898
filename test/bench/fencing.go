package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"gpcs/test/failover"
)

// survivor is the node that the delay is to keep.
const survivor = "node2"

// fencing cuts two nodes with BMCs apart, again and again. The delay makes
// node2 survive; the cable that is pulled is that of either.
func fencing(times int, agent []string) error {
	c, err := failover.UpWithBMC(fmt.Sprintf("bench-%d-fence", os.Getpid()), "bin", 2)
	if err != nil {
		return err
	}
	err = c.Tutorial()
	if err == nil {
		err = c.FenceByBMC(survivor, "5s", agent...)
	}
	if err == nil {
		err = splits(c, times)
	}
	if err != nil {
		showLogs(c)
	}
	return errors.Join(err, c.Down())
}

func splits(c *failover.Cluster, times int) error {
	var detect, fence, start, whole []time.Duration
	defer func() {
		summary("detect: cut until the survivor's view is without the other", detect)
		summary("fence: from then until the other is off", fence)
		summary("start: from then until the address is on the survivor", start)
		summary("all three", whole)
	}()
	for i := range times {
		cut := c.Nodes()[i%2]
		if i%5 != 4 { // else what survives runs there already
			if err := moveTo(c, "node1"); err != nil {
				return fmt.Errorf("cut %d: %w", i+1, err)
			}
		}
		s, err := c.SplitTwo(survivor, cut, patience)
		fmt.Printf("  %2d: %s's cable: noticed %d ms, off %d ms, address %d ms; switched off: %s\n", i+1, cut,
			ms(s.Noticed.Sub(s.Struck)), ms(s.Off.Sub(s.Struck)), max(0, ms(s.Started.Sub(s.Struck))), strings.Join(s.Offs, " "))
		switch {
		case err != nil:
			return fmt.Errorf("cut %d: %w", i+1, err)
		case s.HeldTwice:
			return fmt.Errorf("cut %d: two nodes had the address at one time", i+1)
		case len(s.Offs) != 1 || s.Offs[0] != s.Loser:
			return fmt.Errorf("cut %d: switched off: %v, want one: %s", i+1, s.Offs, s.Loser)
		}
		site, err := c.AwaitSite(patience)
		if err != nil || site.Body != survivor {
			return fmt.Errorf("cut %d: the site is on %q: %w", i+1, site.Body, err)
		}
		detect, fence = append(detect, s.Noticed.Sub(s.Struck)), append(fence, s.Off.Sub(s.Noticed))
		if s.Moved {
			start, whole = append(start, s.Started.Sub(s.Off)), append(whole, s.Started.Sub(s.Struck))
		}
	}
	said, err := say(c, survivor, "pcs stonith ledger --verify | tail -n 2")
	fmt.Println("  " + strings.ReplaceAll(said, "\n", "\n  "))
	return err
}

// moveTo has the site on a node and waits until the cluster is at rest.
func moveTo(c *failover.Cluster, node string) error {
	site, err := c.AwaitSite(patience)
	if err != nil || site.Body == node {
		return err
	}
	if _, err := say(c, node, "pcs resource move virtual_ip "+node); err != nil {
		return err
	}
	for deadline := time.Now().Add(patience); site.Body != node; site, err = c.AwaitSite(patience) {
		if err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the site does not move to %s", node)
		}
		time.Sleep(failover.Every)
	}
	return c.AwaitSettled(patience)
}

// showLogs prints the end of what the daemons logged, also of nodes that are off.
func showLogs(c *failover.Cluster) {
	for _, node := range c.Nodes() {
		text, err := os.ReadFile(c.DiskPath(node, "/var/log/gpcsd.log"))
		if err != nil {
			continue
		}
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		fmt.Printf("log of %s:\n%s\n", node, strings.Join(lines[max(0, len(lines)-40):], "\n"))
	}
}
