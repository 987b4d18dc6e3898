package failover

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Isolation is the story of a node that was cut off from all others.
type Isolation struct {
	Victim, Heir string
	Cut          time.Time
	Dropped      time.Time // the victim let go of the address
	Taken        time.Time // the heir has it
	Outage       Outage
	HeldTwice    bool // both had it at one time
	Events       []OwnerEvent
}

// IsolateActive cuts the node that answers at the virtual address off, waits
// until another one answers and the first has let go, heals the network, and
// waits until all are members again and at rest.
func (c *Cluster) IsolateActive(patience time.Duration) (Isolation, error) {
	active, err := c.AwaitSite(patience)
	if err != nil {
		return Isolation{}, err
	}
	i := Isolation{Victim: active.Body}
	networks, err := c.networks()
	defer closeAll(networks)
	if err != nil {
		return i, err
	}
	owners, err := WatchOwners(networks, VIP, Closely)
	if err != nil {
		return i, err
	}
	site := WatchSite(c.Client, VIP)
	time.Sleep(20 * Every) // what was before is part of the story
	i.Cut, err = c.Cut(i.Victim)
	if err == nil {
		err = c.awaitHandover(&i, owners, patience)
	}
	if err == nil {
		err = c.Heal(i.Victim)
	}
	if err == nil {
		err = c.AwaitSettled(patience)
	}
	time.Sleep(settle)
	i.Outage = FindOutage(site.Stop())
	events, ownersErr := owners.Stop()
	i.Events = events
	_, i.HeldTwice = HeldTwice(events)
	return i, errors.Join(err, ownersErr)
}

// awaitHandover waits until the victim has let go of the address and another
// node has it, and a client sees that.
func (c *Cluster) awaitHandover(i *Isolation, owners *Owners, patience time.Duration) error {
	for deadline := time.Now().Add(patience); ; time.Sleep(Every) {
		events := owners.Events()
		dropped := slices.IndexFunc(events, func(e OwnerEvent) bool { return e.Node == i.Victim && !e.Has })
		taken := slices.IndexFunc(events, func(e OwnerEvent) bool { return e.Node != i.Victim && e.Has })
		if dropped >= 0 {
			i.Dropped = events[dropped].At
		}
		if taken >= 0 {
			i.Taken, i.Heir = events[taken].At, events[taken].Node
		}
		if dropped >= 0 && taken >= 0 {
			if r := Get(c.Client, VIP); r.Err == nil && r.Body == i.Heir {
				return nil
			}
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s was cut off; after %v it has let go of the address: %v, another node has it: %v",
				i.Victim, patience, dropped >= 0, taken >= 0)
		}
	}
}
