package failover

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"time"

	"gpcs/internal/sandbox"
)

// OwnerEvent says that a node got or lost the watched address.
type OwnerEvent struct {
	At   time.Time
	Node string
	Has  bool
}

// How often the kernels are asked: closely where two holders must not be
// missed, rarely where the asking itself would slow down what is measured.
const (
	Closely = time.Millisecond
	Rarely  = 10 * time.Millisecond
)

// Owners asks the kernels of several nodes, again and again, for an address.
type Owners struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
	mu     sync.Mutex
	events []OwnerEvent
	err    error
}

// WatchOwners starts to look for an address in the networks, until Stop. A
// network whose node dies goes on being looked at.
func WatchOwners(networks []*sandbox.Network, address string, every time.Duration) (*Owners, error) {
	ip := net.ParseIP(address)
	looks := make([]*sandbox.Watch, 0, len(networks))
	for _, n := range networks {
		w, err := n.Watch()
		if err != nil {
			for _, l := range looks {
				l.Close()
			}
			return nil, err
		}
		looks = append(looks, w)
	}
	ctx, cancel := context.WithCancel(context.Background())
	o := &Owners{cancel: cancel}
	o.wg.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		had := make([]bool, len(looks))
		for ctx.Err() == nil {
			// Losses are seen before gains: a move between two looks is no double hold.
			o.note(networks, looks, ip, had)
			<-ticker.C
		}
		for _, l := range looks {
			l.Close()
		}
	})
	return o, nil
}

func (o *Owners) note(networks []*sandbox.Network, looks []*sandbox.Watch, ip net.IP, had []bool) {
	var events []OwnerEvent
	for i, look := range looks {
		has, err := look.Has(ip)
		if err != nil {
			o.mu.Lock()
			o.err = errors.Join(o.err, err)
			o.mu.Unlock()
			o.cancel()
			return
		}
		if has != had[i] {
			had[i] = has
			events = append(events, OwnerEvent{time.Now(), networks[i].Node(), has})
		}
	}
	if len(events) == 0 {
		return
	}
	slices.SortStableFunc(events, func(a, b OwnerEvent) int {
		switch {
		case a.Has == b.Has:
			return 0
		case b.Has:
			return -1
		}
		return 1
	})
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = append(o.events, events...)
}

// Events returns what was seen so far.
func (o *Owners) Events() []OwnerEvent {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.events)
}

// Stop ends the watch and returns all that was seen.
func (o *Owners) Stop() ([]OwnerEvent, error) {
	o.cancel()
	o.wg.Wait()
	return o.Events(), o.err
}

// HeldTwice tells whether two nodes had the address at one time, and from when.
func HeldTwice(events []OwnerEvent) (time.Time, bool) {
	holders := map[string]bool{}
	for _, e := range events {
		if !e.Has {
			delete(holders, e.Node)
			continue
		}
		holders[e.Node] = true
		if len(holders) > 1 {
			return e.At, true
		}
	}
	return time.Time{}, false
}
