package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gpcs/internal/cluster/link"
)

// ErrRestart says that a change of the configuration cannot be taken into use
// while the cluster runs on this node.
var ErrRestart = errors.New("this change needs a restart of the cluster services")

// Configure takes a changed corosync.conf and cluster key into use: nodes that
// were added and removed, links that were added, votes, token, key. Members
// that stay are not lost by it, wherever the change comes first. The error is
// ErrRestart, wrapped with the reason, where it cannot be done; nothing has
// changed then.
func (c *Cluster) Configure(ctx context.Context, cfg Config, key []byte) error {
	cfg = cfg.filled()
	if err := c.inLoop(ctx, func() error { return c.changeable(cfg) }); err != nil {
		return err
	}
	grace := c.opt.Grace * cfg.Token / c.opt.Config.Token
	if err := c.mesh.Configure(link.Change{Nodes: cfg.links(), Key: key, Token: cfg.Token, Grace: grace,
		Ports: cfg.Ports, Active: cfg.ActiveLinks, Priorities: cfg.Priorities}); err != nil {
		return fmt.Errorf("%w: %w", ErrRestart, err)
	}
	return c.inLoop(ctx, func() error {
		c.configure(cfg)
		return nil
	})
}

// inLoop has the loop run f, unless it has ended.
func (c *Cluster) inLoop(ctx context.Context, f func() error) error {
	result := make(chan error, 1)
	c.inbox.Put(func() { result <- f() })
	select {
	case err := <-result:
		return err
	case <-c.done:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// changeable tells what stands in the way of a change at run time.
func (c *Cluster) changeable(cfg Config) error {
	own, ok := cfg.node(c.self.ID)
	switch was, _ := c.config.node(c.self.ID); {
	case !ok:
		return fmt.Errorf("%w: this node is not in the nodelist any more", ErrRestart)
	case own.Name != was.Name, cfg.Name != c.config.Name:
		return fmt.Errorf("%w: names have changed", ErrRestart)
	}
	return nil
}

// configure changes what belongs to the loop.
func (c *Cluster) configure(cfg Config) {
	c.opt.Log.Info("changed configuration taken into use", "nodes", len(cfg.Nodes), "token", cfg.Token)
	c.config = cfg
	c.roster.Configure(cfg.ids())
	for id := range c.lost {
		if !slices.Contains(cfg.ids(), id) {
			delete(c.lost, id)
		}
	}
	c.do(c.core.Configure(cfg.ids(), cfg.quorum(), cfg.windowTicks(), cfg.id(), now()))
	c.roster.Wake()
	c.publish()
}
