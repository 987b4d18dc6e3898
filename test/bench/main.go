// Command bench measures what users of a cluster feel, on the whole nodes of a
// sandbox, and prints medians and maxima:
//
//	failover   the gap a client sees that asks every 10 ms when the active node
//	           loses its power, ten times on two nodes and ten times on three
//	isolation  when a node that is cut off lets go of the address and when
//	           another one has it, ten times on three nodes
//	repair     how a killed nginx master is repaired, ten times
//	commands   how long commands take and how large the daemon is
//	writes     changes of the configuration a second on three nodes, and what
//	           they cost on the wire with a document of 1 MiB
//	quiet      how soon 16 nodes are in one view and what they cost at rest; when
//	           named only
//	stability  view changes while 8 processes spin for 10 minutes (2 with
//	           stability-short) and in 100 pauses of half a token; when named only
//	engine     CPU time of our policy engine and of the real crm_simulate on
//	           generated clusters; needs no nodes and runs when named only
//	fencing    two nodes with BMCs are cut apart 50 times: who survives, and the
//	           times of detection, fencing and start; when named only
//	agent      the same ten times with the installed fence_ipmilan
//	ipmi       how long the built-in fence_ipmilan and the installed one take to
//	           switch OpenIPMI's ipmi_sim off; when named only
//
// Without arguments it runs those that need not be named. `make bench`,
// `make bench-failover` and `make bench-fencing` run it.
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

// measurement is one of the things that can be measured.
type measurement struct {
	name  string
	nodes []int // numbers of nodes to measure it with, one after the other
	run   func(c *failover.Cluster) error
}

var measurements = []measurement{
	{"failover", []int{2, 3}, kills},
	{"isolation", []int{3}, isolations},
	{"repair", []int{2}, repairs},
	{"commands", []int{2}, commands},
	{"writes", []int{3}, writes},
}

// named are those that run only if asked for by name; they make what they need.
var named = []struct {
	name string
	run  func() error
}{
	{"engine", engines},
	{"fencing", func() error { return fencing(50, nil) }},
	// A parameter that the built-in agent does not know has the installed one run.
	{"agent", func() error { return fencing(10, []string{"ipmitool_path=/usr/bin/ipmitool"}) }},
	{"ipmi", boards},
	{"quiet", quiet},
	{"stability", func() error { return stability(10 * time.Minute) }},
	{"stability-short", func() error { return stability(2 * time.Minute) }},
	{"ipmi-inside", ipmiInside},
}

func main() {
	var err error
	for _, n := range named {
		if slices.Contains(os.Args[1:], n.name) {
			fmt.Println(n.name)
			err = errors.Join(err, n.run())
		}
	}
	for _, m := range measurements {
		if len(os.Args) > 1 && !slices.Contains(os.Args[1:], m.name) {
			continue
		}
		for _, nodes := range m.nodes {
			fmt.Printf("%s, %d nodes\n", m.name, nodes)
			err = errors.Join(err, measure(m, nodes))
		}
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func measure(m measurement, nodes int) error {
	c, err := failover.Up(fmt.Sprintf("bench-%d-%d", os.Getpid(), nodes), "bin", nodes)
	if err != nil {
		return err
	}
	err = c.Tutorial()
	if err == nil {
		err = m.run(c)
	}
	if err != nil {
		err = fmt.Errorf("%s, %d nodes: %w", m.name, nodes, err)
	}
	return errors.Join(err, c.Down())
}

// summary prints median and maximum.
func summary(what string, times []time.Duration) {
	if len(times) == 0 {
		return
	}
	slices.Sort(times)
	fmt.Printf("  = %s: median %v, maximum %v (%d times)\n", what,
		times[len(times)/2].Round(time.Millisecond/10), times[len(times)-1].Round(time.Millisecond/10), len(times))
}

func ms(d time.Duration) int64 { return d.Milliseconds() }
