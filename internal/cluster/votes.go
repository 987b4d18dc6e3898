package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/view"
)

// keepVotes writes what quorum has to know after a restart of the daemon, of
// several that wait the newest only. Losing it is as safe as a boot.
func (c *Cluster) keepVotes(ctx context.Context) error {
	for ended := false; !ended; {
		select {
		case <-ctx.Done():
			ended = true // what Leave put is still to be done
		case <-c.votes.Ready():
		}
		list := c.votes.Take()
		if len(list) == 0 {
			continue
		}
		if err := c.memory.keepQuorum(list[len(list)-1]); err != nil {
			c.opt.Log.Warn("what quorum must remember could not be kept", "err", err)
		}
	}
	return nil
}

// ExpectVotes changes how many votes are expected until the cluster is
// restarted, as corosync-quorumtool -e does. The error says that votes of the
// present members make no such quorum, or that no view came about.
func (c *Cluster) ExpectVotes(ctx context.Context, votes int) error {
	s := c.state.get()
	if s.View == nil {
		return errors.New("this node is in no view yet")
	}
	if needed := votes/2 + 1; votes < 1 || needed > s.Quorum.Total {
		return fmt.Errorf("%d expected votes need %d votes for a quorum, the nodes that are here have %d", votes, needed, s.Quorum.Total)
	}
	return c.reorder(ctx, quorum.Order{Expected: votes})
}

// Unblock makes the members not wait for all nodes any more (wait_for_all).
func (c *Cluster) Unblock(ctx context.Context) error {
	return c.reorder(ctx, quorum.Order{Unblock: true})
}

// SetDevice says whether the quorum device gives this node its votes.
func (c *Cluster) SetDevice(votes bool) {
	c.inbox.Put(func() { c.do(c.core.StepView(view.Device{Votes: votes}, now())) })
}

// reorder has a view made with the order, and asks again where a DC was lost
// with it.
func (c *Cluster) reorder(ctx context.Context, o quorum.Order) error {
	states, end := c.Watch()
	defer end()
	before := (<-states).View
	again := time.NewTicker(c.opt.Config.Token)
	defer again.Stop()
	for {
		c.inbox.Put(func() { c.do(c.core.StepView(view.Adjust{Order: o}, now())) })
		for asked := true; asked; {
			select {
			case s := <-states:
				if v := s.View; v != nil && (before == nil || v.Ballot.Compare(before.Ballot) > 0) && v.Order == o {
					return nil
				}
			case <-again.C:
				asked = false
			case <-c.done:
				return ErrStopped
			case <-ctx.Done():
				return fmt.Errorf("the cluster made no new view: %w", ctx.Err())
			}
		}
	}
}
