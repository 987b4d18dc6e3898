// Command demo shows in half a minute what gpcs is for: it makes three nodes,
// types the tutorial on the first, takes the power from the node that serves,
// and tells what a client of the site saw. `make demo` runs it.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
)

const patience = 30 * time.Second

func main() {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	name := fmt.Sprintf("demo-%d", os.Getpid())
	done := make(chan error, 1)
	go func() { done <- run(name) }()
	var err error
	select {
	case err = <-done:
	case <-interrupted:
		err = errors.New("interrupted")
	}
	if err = errors.Join(err, sandbox.Down(name)); err != nil {
		fmt.Fprintf(os.Stderr, "demo: %v\n", err)
		os.Exit(1)
	}
}

func run(name string) error {
	start := time.Now()
	say("Three nodes: a network, processes and a disk of their own each, nothing outside is touched.")
	c, err := failover.Up(name, "bin", 3)
	if err != nil {
		return err
	}
	defer c.Client.Close()
	for i, node := range c.Nodes() {
		fmt.Printf("    %s  %s\n", node, sandbox.Address(i+1))
	}
	say("The tutorial, from scripts/tutorial.txt.")
	lines, err := failover.Lines("scripts/tutorial.txt")
	if err != nil {
		return err
	}
	for _, line := range lines {
		if err := c.Type(os.Stdout, "node1", line); err != nil {
			return err
		}
	}
	first, err := c.AwaitSite(patience)
	if err != nil {
		return err
	}
	say("http://%s/ answers from %s, %.1f s after the start.", failover.VIP, first.Body, first.End.Sub(start).Seconds())

	say("A client asks every %v. Now %s loses its power.", failover.Every, first.Body)
	k, err := c.KillActive(patience)
	if err != nil {
		return err
	}
	timeline(k)
	say("What is left of the cluster:")
	return c.Type(os.Stdout, k.Heir, "pcs status")
}

func timeline(k failover.Kill) {
	at := func(t time.Time, format string, args ...any) {
		if t.IsZero() {
			return // it was not seen
		}
		fmt.Printf("  %+6d ms  %s\n", t.Sub(k.Struck).Milliseconds(), fmt.Sprintf(format, args...))
	}
	fmt.Println()
	at(k.Outage.Last.End, "last answer from %s", k.Outage.Last.Body)
	at(k.Struck, "%s is without power", k.Victim)
	at(k.Noticed, "%s declares %s lost", k.NoticedBy, k.Victim)
	at(k.AddressUp, "%s is up on %s", failover.VIP, k.Heir)
	at(k.Outage.First.End, "first answer from %s", k.Heir)
	fmt.Printf("\n  %d of %d requests lost, the site was away for %d ms\n",
		k.Outage.Lost, k.Requests, k.Outage.Gap().Milliseconds())
}

func say(format string, args ...any) { fmt.Printf("\n== "+format+"\n", args...) }
