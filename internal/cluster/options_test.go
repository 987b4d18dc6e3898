package cluster

import (
	"testing"
	"time"

	"gpcs/internal/cluster/quorum"
)

// All nodes have the same corosync.conf; that two use different ones shows in
// the number that they tell.
func TestConfigID(t *testing.T) {
	yes := true
	base := func() Config {
		return Config{Name: "c", Token: time.Second, Nodes: []Node{{ID: 1, Name: "a", Addresses: []string{"10.0.0.1"}, Votes: 1}}}
	}
	seen := map[uint64]int{}
	for i, change := range []func(*Config){
		func(*Config) {},
		func(c *Config) { c.Token = 2 * time.Second },
		func(c *Config) { c.Nodes = append(c.Nodes, Node{ID: 2}) },
		func(c *Config) { c.Nodes[0].Votes = 2 },
		func(c *Config) { c.Nodes[0].Addresses[0] = "10.0.0.2" },
		func(c *Config) { c.TwoNode = true },
		func(c *Config) { c.WaitForAll = &yes },
		func(c *Config) { c.TieBreaker = &quorum.TieBreaker{} },
		func(c *Config) { c.TieBreaker = &quorum.TieBreaker{Nodes: []uint32{1}} },
	} {
		c, again := base(), base()
		change(&c)
		change(&again)
		if c.id() != again.id() || c.id() == 0 {
			t.Errorf("change %d: %d, then %d", i, c.id(), again.id())
		}
		if before, known := seen[c.id()]; known {
			t.Errorf("changes %d and %d are not told apart", before, i)
		}
		seen[c.id()] = i
	}
}
