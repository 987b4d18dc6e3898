package failover

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"gpcs/internal/sandbox"
)

// TestMain lets the test binary be hub and init of its sandboxes.
func TestMain(m *testing.M) {
	if status, ok := sandbox.Child(os.Args[1:]); ok {
		os.Exit(status)
	}
	os.Exit(m.Run())
}

// bare makes nodes on which nothing runs.
func bare(t *testing.T, nodes int) *Cluster {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("NOT RUN: a sandbox needs root (namespaces, mounts)")
	}
	if _, err := exec.LookPath("nginx"); err != nil {
		t.Skip("NOT RUN: nginx is not installed; scripts/setup does it")
	}
	s, err := sandbox.Up(sandbox.Options{Name: fmt.Sprintf("watch-%d", os.Getpid()), Nodes: nodes})
	if err != nil {
		t.Fatal(err)
	}
	client, err := s.Network(sandbox.Client)
	if err != nil {
		t.Fatal(err)
	}
	c := &Cluster{s, client}
	t.Cleanup(func() {
		if err := c.Down(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func must(t *testing.T, c *Cluster, node string, argv ...string) {
	t.Helper()
	if r, err := c.Do(node, argv...); err != nil || r.Code != 0 {
		t.Fatalf("%s: %q: status %d, %v\n%s%s", node, argv, r.Code, err, r.Stdout, r.Stderr)
	}
}

// The watchers are tried on a failover made by hand: an address taken twice
// and a web server that moves.
func TestWatchersSeeWhatHappens(t *testing.T) {
	c := bare(t, 2)
	for _, node := range c.Nodes() {
		must(t, c, node, "nginx")
	}
	must(t, c, "node1", "ip", "addr", "add", VIP+"/24", "dev", "eth0")
	if r, err := c.AwaitSite(10 * time.Second); err != nil || r.Body != "node1" {
		t.Fatalf("the site answers %q, %v", r.Body, err)
	}
	networks, err := c.networks()
	defer closeAll(networks)
	if err != nil {
		t.Fatal(err)
	}
	owners, err := WatchOwners(networks, VIP, Closely)
	if err != nil {
		t.Fatal(err)
	}
	site := WatchSite(c.Client, VIP)
	time.Sleep(5 * Every)
	if _, err := c.Cut("node1"); err != nil {
		t.Fatal(err)
	}
	for FindOutage(site.Requests()).Lost == 0 {
		time.Sleep(Every)
	}
	must(t, c, "node2", "ip", "addr", "add", VIP+"/24", "dev", "eth0")
	must(t, c, "client", "ip", "neigh", "flush", "dev", "br0")
	if r, err := c.AwaitSite(10 * time.Second); err != nil || r.Body != "node2" {
		t.Errorf("the site answers %q, %v", r.Body, err)
	}
	must(t, c, "node1", "ip", "addr", "del", VIP+"/24", "dev", "eth0")
	time.Sleep(5 * Every)

	o := FindOutage(site.Stop())
	if o.Last.Body != "node1" || o.First.Body != "node2" || !o.Back {
		t.Errorf("outage: %+v", o)
	}
	events, err := owners.Stop()
	if err != nil {
		t.Error(err)
	}
	if _, twice := HeldTwice(events); !twice || len(events) != 3 {
		t.Errorf("owners of the address: %+v", events)
	}
}
