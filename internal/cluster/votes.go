package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/view"
)

// note is what quorum has to know of a view after a restart of the daemon.
type note struct {
	number int            // rises
	memory *quorum.Memory // nil = the cluster ends on this node
}

// remember has quorum's memory kept. Where who decides by what was remembered
// before could act beside this view, it is on the disk before anybody hears
// that this node is in the view: one that lost power would help the others.
func (c *Cluster) remember(m *quorum.Memory) {
	c.notes++
	n := note{c.notes, m}
	if m != nil && c.config.quorum().Binds(c.bound, *m) {
		err := c.memory.keepQuorum(n)
		if err == nil {
			c.bound = *m
			return
		}
		c.opt.Log.Warn("what quorum must remember could not be kept", "err", err)
	} else if m != nil {
		c.bound = *m
	}
	c.votes.Put(n)
}

// keepVotes writes what can wait, the newest only, and again what could not be written.
func (c *Cluster) keepVotes(ctx context.Context) error {
	var again <-chan time.Time
	var left []note
	for ended := false; !ended; {
		select {
		case <-ctx.Done():
			ended = true // what Leave put is still to be done
		case <-c.votes.Ready():
		case <-again:
		}
		left, again = append(left, c.votes.Take()...), nil
		if err := c.memory.keepNewest(left); err != nil {
			c.opt.Log.Warn("what quorum must remember could not be kept", "err", err)
			again = time.After(c.opt.Config.Token)
			continue
		}
		left = nil
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
