package cluster

import (
	"context"
	"crypto/rand"
	"fmt"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/link"
	"gpcs/internal/cluster/replica"
)

// Submit has a change made by the DC and returns the document's version after
// it when enough members have it. It waits while no view is open, and goes to
// the next DC where one is lost; the request's ID, which is made up if empty,
// keeps it from being applied twice. When ctx ends the change may still happen.
//
// Errors of cib.Apply come through (cib.ErrConflict, ErrNotFound, ErrExists,
// ErrOlder); replica.ErrNotStored says that too few disks took it.
func (c *Cluster) Submit(ctx context.Context, r cib.Request) (cib.Version, error) {
	if r.ID == "" {
		r.ID = rand.Text()
	}
	if r.Origin == "" {
		r.Origin = c.opt.Config.name(c.self.ID)
	}
	reply, err := c.await(ctx, r.ID, replica.Submit{Request: r})
	return reply.Version, err
}

// Read returns the document as the DC has it, with all changes acknowledged
// before the call. It must not be changed.
func (c *Cluster) Read(ctx context.Context) (*cib.Document, error) {
	id := rand.Text()
	reply, err := c.await(ctx, id, replica.Read{ID: id})
	return reply.Doc, err
}

// await sends one request into the loop and waits for its answer.
func (c *Cluster) await(ctx context.Context, id string, ev replica.Event) (replica.Reply, error) {
	answer := make(chan replica.Reply, 1)
	c.mu.Lock()
	first := len(c.clients[id]) == 0
	c.clients[id] = append(c.clients[id], answer)
	c.mu.Unlock()
	if first {
		c.inbox.Put(func() { c.do(c.core.StepReplica(ev, now())) })
	}
	select {
	case r := <-answer:
		return r, r.Err
	case <-c.done:
		return replica.Reply{}, ErrStopped
	case <-ctx.Done():
		c.withdraw(id, answer)
		if s := c.state.get(); s.DC == 0 {
			return replica.Reply{}, fmt.Errorf("the cluster has no DC at the moment: %w", ctx.Err())
		}
		return replica.Reply{}, fmt.Errorf("the cluster did not answer in time: %w", ctx.Err())
	}
}

// withdraw forgets one waiter, and the request with the last of them.
func (c *Cluster) withdraw(id string, answer chan replica.Reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var left []chan replica.Reply
	for _, a := range c.clients[id] {
		if a != answer {
			left = append(left, a)
		}
	}
	if c.clients[id] = left; len(left) == 0 {
		delete(c.clients, id)
		c.inbox.Put(func() { c.do(c.core.StepReplica(replica.Cancel{ID: id}, now())) })
	}
}

func (c *Cluster) reply(r replica.Reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.clients[r.ID] {
		a <- r
	}
	delete(c.clients, r.ID)
}

// Send queues a message for the daemon of a node, this one too. Messages from
// one node come in order and once, unless a view without it is installed here or
// its daemon starts again, which the views tell. The error says that it is lost now.
func (c *Cluster) Send(ctx context.Context, to uint32, kind string, payload []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if to == c.self.ID {
		c.apps.Put(link.App{From: c.self, Kind: kind, Payload: payload})
		return nil
	}
	return c.mesh.SendApp(to, kind, payload)
}
