package failover

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gpcs/internal/sandbox"
)

// FenceByBMC gives each node of a sandbox with BMCs its fence_ipmilan and
// switches fencing on. The preferred node is fenced delay later than the other;
// more are further parameters of the devices.
func (c *Cluster) FenceByBMC(preferred, delay string, more ...string) error {
	var lines []string
	for i, node := range c.Nodes() {
		params := append([]string{"ip=" + sandbox.BMCAddress(i+1), "lanplus=1", "username=" + sandbox.BMCUser,
			"password=" + sandbox.BMCPassword, "pcmk_host_list=" + node}, more...)
		if node == preferred {
			params = append(params, "pcmk_delay_base="+delay)
		}
		lines = append(lines, "pcs stonith create fence-"+node+" fence_ipmilan "+strings.Join(params, " "),
			"pcs constraint location fence-"+node+" avoids "+node)
	}
	if err := c.quietly(append(lines, "pcs property set stonith-enabled=true no-quorum-policy=stop")...); err != nil {
		return err
	}
	return c.AwaitSettled(setupPatience)
}

// Split is the story of two nodes that do not see each other and fence.
type Split struct {
	Survivor, Loser string
	Moved           bool // the loser had the address
	Struck          time.Time
	Noticed         time.Time // the survivor's view is without the loser
	Off             time.Time // the loser's power
	Started         time.Time // the survivor has the address
	Offs            []string  // all that were switched off
	HeldTwice       bool
}

// SplitTwo cuts the cable of one of two nodes, waits until the survivor runs
// the address, heals the cable, and waits until both are members at rest. The
// caller says who is to survive.
func (c *Cluster) SplitTwo(survivor, cut string, patience time.Duration) (Split, error) {
	s := Split{Survivor: survivor}
	for _, n := range c.Nodes() {
		if n != survivor {
			s.Loser = n
		}
	}
	before, err := c.PowerEvents()
	if err != nil {
		return s, err
	}
	networks, err := c.networks()
	defer closeAll(networks)
	if err != nil {
		return s, err
	}
	owners, err := WatchOwners(networks, VIP, Rarely)
	if err != nil {
		return s, err
	}
	time.Sleep(5 * Rarely)
	had := owners.Events()
	s.Moved = len(had) > 0 && had[len(had)-1].Node == s.Loser
	if s.Struck, err = c.Cut(cut); err == nil {
		err = c.watchSplit(&s, owners, patience)
	}
	if err == nil && cut == survivor {
		err = c.Heal(survivor)
	}
	if err == nil {
		err = c.AwaitSettled(patience)
	}
	events, ownersErr := owners.Stop()
	_, s.HeldTwice = HeldTwice(events)
	all, powerErr := c.PowerEvents()
	for _, e := range all[min(len(before), len(all)):] {
		if !e.On {
			s.Offs = append(s.Offs, e.Node)
		}
	}
	return s, errors.Join(err, ownersErr, powerErr)
}

// watchSplit waits for the phases of a split, one after the other.
func (c *Cluster) watchSplit(s *Split, owners *Owners, patience time.Duration) error {
	await := func(what string, at *time.Time, look func() (time.Time, bool)) error {
		for deadline := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) {
			found := false
			if *at, found = look(); found {
				return nil
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("%s: not within %v", what, patience)
			}
		}
	}
	return errors.Join(
		await(s.Survivor+" notices that "+s.Loser+" is gone", &s.Noticed, func() (time.Time, bool) {
			state, err := c.State(s.Survivor)
			return time.Now(), err == nil && len(state.View.Members) > 0 && !isMember(state.View.Members, s.Loser)
		}),
		await(s.Loser+" is switched off", &s.Off, func() (time.Time, bool) {
			events, _ := c.PowerEvents()
			i := slices.IndexFunc(events, func(e sandbox.PowerEvent) bool { return !e.On && e.At.After(s.Struck) })
			if i < 0 {
				return time.Time{}, false
			}
			return events[i].At, true
		}),
		await(s.Survivor+" has the address", &s.Started, func() (time.Time, bool) {
			events := owners.Events()
			if len(events) == 0 || events[len(events)-1].Node != s.Survivor || !events[len(events)-1].Has {
				return time.Time{}, false
			}
			return events[len(events)-1].At, true
		}))
}
