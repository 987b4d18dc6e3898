package daemon

import (
	"strconv"
	"strings"

	"gpcs/internal/cluster"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/conf"
)

// quorumConfig takes corosync.conf's quorum section over.
func quorumConfig(cfg *cluster.Config, c *conf.Corosync) {
	q := c.Quorum()
	cfg.Expected, cfg.TwoNode, cfg.WaitForAll = q.ExpectedVotes, q.TwoNode, &q.WaitForAll
	if q.LastManStanding {
		cfg.Window = q.LastManStandingWindow
	}
	if q.AutoTieBreaker {
		cfg.TieBreaker = tieBreaker(q.AutoTieBreakerNode)
	}
	if d := c.Device(); d != nil {
		cfg.DeviceVotes, _ = strconv.Atoi(d.Options["votes"]) // 0 where the model gives them itself
		if cfg.DeviceVotes > 0 {
			cfg.Expected = 0 // the nodes' votes and the device's
		}
		// votequorum(5): these and a device exclude each other.
		cfg.TwoNode, cfg.TieBreaker, cfg.Window = false, nil, 0
	}
}

// tieBreaker reads auto_tie_breaker_node: "lowest", "highest" or node ids.
func tieBreaker(node string) *quorum.TieBreaker {
	t := &quorum.TieBreaker{Highest: node == "highest"}
	for _, word := range strings.Fields(node) {
		if id, err := strconv.ParseUint(word, 10, 32); err == nil {
			t.Nodes = append(t.Nodes, uint32(id))
		}
	}
	return t
}
