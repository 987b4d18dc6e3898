package failover

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gpcs/internal/sandbox"
)

// Kill is the story of a node that lost its power.
type Kill struct {
	Victim, Heir  string
	Struck        time.Time
	Noticed       time.Time // a survivor's view is without the victim
	NoticedBy     string
	AddressUp     time.Time // the virtual address is on the heir
	Outage        Outage
	Requests      int
	TwoHadAddress bool
}

// settle is how long a failover is watched after the site is back: a lost
// request after that would be another outage.
const settle = 500 * time.Millisecond

// KillActive powers off the node that answers at the virtual address and
// watches until the site is back, at most for patience.
func (c *Cluster) KillActive(patience time.Duration) (Kill, error) {
	active, err := c.AwaitSite(patience)
	if err != nil {
		return Kill{}, err
	}
	k := Kill{Victim: active.Body}
	networks, err := c.networks()
	defer closeAll(networks)
	if err != nil {
		return k, err
	}
	owners, err := WatchOwners(networks, VIP, Rarely)
	if err != nil {
		return k, err
	}
	site := WatchSite(c.Client, VIP)
	time.Sleep(20 * Every) // what was before is part of the story
	k.Struck, err = c.Sandbox.Kill(k.Victim)
	if err == nil {
		err = c.watchReturn(&k, site, patience)
	}
	requests := site.Stop()
	events, ownersErr := owners.Stop()
	k.Requests, k.Outage = len(requests), FindOutage(requests)
	k.Heir = k.Outage.First.Body
	_, k.TwoHadAddress = HeldTwice(events)
	for _, e := range events {
		if e.Has && e.Node != k.Victim && e.At.After(k.Struck) {
			k.AddressUp = e.At
		}
	}
	if err == nil && !k.Outage.Back {
		err = fmt.Errorf("the site did not come back within %v", patience)
	}
	return k, errors.Join(err, ownersErr)
}

// watchReturn waits until a request made after the strike is answered, and a while more.
func (c *Cluster) watchReturn(k *Kill, site *Site, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var err error
	if k.NoticedBy, k.Noticed, err = c.AwaitLost(ctx, k.Victim); err != nil {
		return fmt.Errorf("no survivor noticed within %v: %w", patience, err)
	}
	for ctx.Err() == nil {
		requests := site.Requests()
		if n := len(requests); n > 0 && requests[n-1].Err == nil && requests[n-1].At.After(k.Struck) {
			time.Sleep(settle)
			return nil
		}
		time.Sleep(Every)
	}
	return nil
}

// networks opens those of all nodes.
func (c *Cluster) networks() ([]*sandbox.Network, error) {
	var networks []*sandbox.Network
	for _, node := range c.Nodes() {
		n, err := c.Network(node)
		if err != nil {
			return networks, err
		}
		networks = append(networks, n)
	}
	return networks, nil
}

func closeAll(networks []*sandbox.Network) {
	for _, n := range networks {
		n.Close()
	}
}
