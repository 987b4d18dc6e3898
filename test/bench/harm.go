package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"gpcs/test/failover"
)

func kills(c *failover.Cluster) error {
	var gaps []time.Duration
	defer func() { summary("gap", gaps) }()
	for i := range rounds {
		k, err := c.KillActive(patience)
		if err != nil {
			return fmt.Errorf("kill %d: %w", i+1, err)
		}
		gap := k.Outage.Gap()
		fmt.Printf("  %s killed: noticed %d ms, address up on %s %d ms, gap %d ms\n",
			k.Victim, ms(k.Noticed.Sub(k.Struck)), k.Heir, ms(k.AddressUp.Sub(k.Struck)), ms(gap))
		gaps = append(gaps, gap)
		if err := c.Boot(k.Victim); err != nil {
			return err
		}
		if err := c.AwaitSettled(patience); err != nil {
			return err
		}
	}
	return nil
}

func isolations(c *failover.Cluster) error {
	var gaps, margins []time.Duration
	defer func() {
		summary("gap", gaps)
		summary("between letting go and taking", margins)
	}()
	for n := range rounds {
		i, err := c.IsolateActive(patience)
		if err != nil {
			return fmt.Errorf("isolation %d: %w", n+1, err)
		}
		fmt.Printf("  %s cut off: let go %d ms, %s has the address %d ms, gap %d ms\n",
			i.Victim, ms(i.Dropped.Sub(i.Cut)), i.Heir, ms(i.Taken.Sub(i.Cut)), ms(i.Outage.Gap()))
		if i.HeldTwice {
			return errors.New("two nodes had the address at one time")
		}
		gaps, margins = append(gaps, i.Outage.Gap()), append(margins, i.Taken.Sub(i.Dropped))
	}
	return nil
}

// repairs kills nginx's master and leaves its workers on the port, with the
// tutorial's monitor every 10 s.
func repairs(c *failover.Cluster) error {
	var times []time.Duration
	defer func() { summary("until repaired", times) }()
	for i := range rounds {
		active, err := c.AwaitSite(patience)
		if err != nil {
			return err
		}
		node := active.Body
		before, err := say(c, node, "cat /run/nginx.pid")
		if err != nil {
			return err
		}
		struck := time.Now()
		if _, err := say(c, node, "kill -9 "+before); err != nil {
			return err
		}
		for after := before; after == before || after == ""; time.Sleep(failover.Every) {
			after, _ = say(c, node, "cat /run/nginx.pid 2>/dev/null")
			if time.Since(struck) > patience {
				return fmt.Errorf("repair %d: nginx is not repaired on %s", i+1, node)
			}
		}
		times = append(times, time.Since(struck))
		count, err := awaitFailure(c, node)
		fmt.Printf("  nginx killed on %s: repaired after %d ms, failcount %s\n", node, ms(times[i]), count)
		if err != nil {
			return fmt.Errorf("repair %d: %w", i+1, err)
		}
	}
	return nil
}

// awaitFailure waits until one failure is counted on the node where the site
// still is, and has it forgotten.
func awaitFailure(c *failover.Cluster, node string) (string, error) {
	var said string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(failover.Every) {
		var err error
		if said, err = say(c, node, "pcs resource failcount show web_server"); err != nil {
			return said, err
		}
		if _, count, found := strings.Cut(said, node+": "); found {
			now, err := c.AwaitSite(patience)
			if err == nil && (count != "1" || now.Body != node) {
				err = fmt.Errorf("failcount %s on %s, the site is on %s", count, node, now.Body)
			}
			if err == nil {
				_, err = say(c, node, "pcs resource cleanup web_server")
			}
			if err == nil {
				err = c.AwaitSettled(patience) // a probe would find the next harm before the monitor
			}
			return count, err
		}
	}
	return said, fmt.Errorf("no failure is counted: %s", said)
}

// say runs a line of shell on a node and returns what it prints.
func say(c *failover.Cluster, node, line string) (string, error) {
	r, err := c.Do(node, "sh", "-c", line)
	if err == nil && r.Code != 0 {
		err = fmt.Errorf("%s: %s: status %d: %s", node, line, r.Code, r.Stderr)
	}
	return strings.TrimSpace(r.Stdout), err
}
