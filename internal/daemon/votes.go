package daemon

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/cluster"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/conf"
)

// quorumConfig takes corosync.conf's quorum section over.
func quorumConfig(cfg *cluster.Config, c *conf.Corosync) {
	q := c.Quorum()
	cfg.Expected, cfg.TwoNode, cfg.WaitForAll = q.ExpectedVotes, q.TwoNode, &q.WaitForAll
	cfg.Tracking, cfg.Downscale = q.ExpectedVotesTracking, q.AllowDownscale
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
		cfg.TwoNode, cfg.TieBreaker, cfg.Window, cfg.Downscale = false, nil, 0, false
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

// recount is how long a change of the votes may take: some views at worst.
const recount = 20 * time.Second

// expectVotes changes how many votes the running cluster expects.
func (d *Daemon) expectVotes(ctx context.Context, votes int) error {
	i, err := d.running()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, recount)
	defer cancel()
	if err := i.cluster.ExpectVotes(ctx, votes); err != nil {
		return &api.Error{Code: api.CodeInvalid, Message: err.Error()}
	}
	return nil
}

// unblock ends the waiting for all nodes. The absent ones are noted as off
// first: otherwise the cluster would fence them as soon as it has its quorum.
func (d *Daemon) unblock(ctx context.Context, absent []string) error {
	i, err := d.running()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, recount)
	defer cancel()
	var ops []cib.Op
	for _, m := range i.cluster.State().Members {
		if m.Online || !slices.Contains(absent, m.Name) {
			continue
		}
		status := cib.NewElement("status")
		status.AddChild(cib.NewElement("node_state", "id", strconv.FormatUint(uint64(m.ID), 10), "uname", m.Name,
			"in_ccm", "false", "crmd", "offline", "join", "down", "expected", "down"))
		ops = append(ops, cib.Op{Kind: cib.Modify, XML: string(cib.Print(status))})
	}
	if len(ops) > 0 {
		if _, err := d.Submit(ctx, cib.Request{Client: "gpcsd", Ops: ops}); err != nil {
			return err
		}
	}
	return i.cluster.Unblock(ctx)
}
