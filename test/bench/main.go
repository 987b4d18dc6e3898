// Command bench measures failover: it takes the power from the active node, ten
// times in turn on two nodes and ten times on three, and prints median and
// maximum of the gap that a client sees that asks every 10 ms.
// `make bench-failover` runs it.
package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"gpcs/test/failover"
)

const (
	rounds   = 10
	patience = 30 * time.Second
)

func main() {
	var err error
	for _, nodes := range []int{2, 3} {
		err = errors.Join(err, bench(nodes))
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench-failover: %v\n", err)
		os.Exit(1)
	}
}

func bench(nodes int) error {
	name := fmt.Sprintf("bench-%d-%d", os.Getpid(), nodes)
	c, err := failover.Up(name, "bin", nodes)
	if err != nil {
		return err
	}
	gaps, err := measure(c)
	if len(gaps) > 0 {
		slices.Sort(gaps)
		fmt.Printf("%d nodes, %d kills of the active node: gap median %d ms, maximum %d ms\n",
			nodes, len(gaps), gaps[len(gaps)/2].Milliseconds(), gaps[len(gaps)-1].Milliseconds())
	}
	return errors.Join(err, c.Down())
}

func measure(c *failover.Cluster) ([]time.Duration, error) {
	if err := c.Tutorial(); err != nil {
		return nil, err
	}
	var gaps []time.Duration
	for i := range rounds {
		if err := c.AwaitOnline(patience, c.Nodes()...); err != nil {
			return gaps, err
		}
		k, err := c.KillActive(patience)
		if err != nil {
			return gaps, fmt.Errorf("kill %d: %w", i+1, err)
		}
		fmt.Printf("  %s killed: noticed %4d ms, address up %4d ms, gap %4d ms, %s answers\n", k.Victim,
			k.Noticed.Sub(k.Struck).Milliseconds(), k.AddressUp.Sub(k.Struck).Milliseconds(),
			k.Outage.Gap().Milliseconds(), k.Heir)
		gaps = append(gaps, k.Outage.Gap())
		if err := c.Boot(k.Victim); err != nil {
			return gaps, err
		}
	}
	return gaps, nil
}
