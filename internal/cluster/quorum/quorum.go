// Package quorum decides whether a set of members may act: the arithmetic of
// votes that votequorum(5) describes. It is a pure function of configuration,
// memory and members, evaluated at each installed view. It stands for
// corosync's votequorum service; what a node does without quorum
// (no-quorum-policy) belongs to the engine.
package quorum

import "slices"

// Memory is what a member keeps of the views that it was in. The zero value is
// that of a node that was in none.
type Memory struct {
	// Expected is the number of votes expected there, where that is not what
	// corosync.conf says: raised by members, lowered by last_man_standing or
	// by an administrator. 0 = as configured.
	Expected int `json:"expected,omitempty"`
	// Tracked is the highest number of votes ever expected where that is
	// tracked. A boot does not end it.
	Tracked int `json:"tracked,omitempty"`
	// SeenAll: wait_for_all is satisfied, until the next boot.
	SeenAll bool `json:"seen_all,omitempty"`
	// Last are the members of the last quorate view, Round its number among
	// quorate views.
	Last  []uint32 `json:"last,omitempty"`
	Round uint64   `json:"round,omitempty"`
	// Began says where the configuration that the last quorate view began with
	// stands in the order of all, by lexical order. A node that has an older one
	// must not act on what it remembers of that view, see AfterLoss.
	Began []int64 `json:"began,omitempty"`
	// Booted: the rest is from before a boot. It gives no right any more, but
	// says who else may be acting with fewer votes.
	Booted bool `json:"booted,omitempty"`
	// Before is what was remembered before this, until all members of the view
	// are known to remember this: others may act on that, so both have to agree.
	Before *Memory `json:"before,omitempty"`
}

// Settled is the memory when all members of its view are known to have it.
func (m Memory) Settled() Memory {
	m.Before = nil
	return m
}

// counts tells whether a memory, or one before it, has the same members and
// votes as o.
func (m *Memory) counts(o Memory) bool {
	for ; m != nil; m = m.Before {
		if m.Expected == o.Expected && m.Booted == o.Booted && slices.Equal(m.Last, o.Last) {
			return true
		}
	}
	return false
}

// Binds tells whether who remembers before, and not m, could act beside those
// who remember m: ties and fewer votes are decided by what is remembered.
func (c Config) Binds(before, m Memory) bool {
	return c.matters(before, m) && (before.Expected != m.Expected || before.Booted != m.Booted || !slices.Equal(before.Last, m.Last))
}

func (c Config) matters(before, m Memory) bool {
	return c.TieBreaker != nil || before.Expected > 0 || m.Expected > 0
}

// AfterBoot is what is left of a memory when the node has booted.
func (m Memory) AfterBoot() Memory {
	m.SeenAll, m.Booted = false, m.Round > 0
	return m
}

// AfterLoss is what is left of a memory when the daemon starts with a
// configuration at the given place, see Began. One that is older than what the
// last quorate view began with never reached the disk there: alone, or with
// nodes that were not in that view, this node would go on without it. So its
// right to be enough ends as by a boot.
func (m Memory) AfterLoss(place []int64) Memory {
	if slices.Compare(place, m.Began) < 0 {
		return m.AfterBoot()
	}
	return m
}

// Order is what an administrator, or time, has changed about a view.
type Order struct {
	Expected int  `json:"expected,omitempty"` // votes to be expected from now on; 0 = as before
	Unblock  bool `json:"unblock,omitempty"`  // do not wait for all any more
}

// IsZero tells whether the order changes nothing.
func (o Order) IsZero() bool { return o == Order{} }

// Outcome holds the figures of one evaluation, as corosync-quorumtool shows them.
type Outcome struct {
	Quorate  bool `json:"quorate"`
	Expected int  `json:"expected"`
	Highest  int  `json:"highest"`
	Total    int  `json:"total"`  // votes of the members and the device
	Needed   int  `json:"needed"` // votes that make a quorum
	// Majority is true where members with Needed votes share one with every
	// other quorum. It is false under two_node, for a half that won a tie, and
	// where fewer votes are expected than exist.
	Majority bool `json:"majority"`
	// Waits: the votes would do, but wait_for_all keeps the members waiting.
	Waits bool `json:"waits,omitempty"`
	// Device: the quorum device's votes are counted.
	Device bool `json:"device,omitempty"`
	// Shrinks is what to expect when last_man_standing's window is over and
	// the view still stands; 0 = what is expected now.
	Shrinks int      `json:"shrinks,omitempty"`
	Memory  Memory   `json:"memory"` // of the members after this evaluation
	Flags   []string `json:"flags"`
}

// Merge joins what members remember: the newest quorate view counts. A fresh
// node adds nothing to it, a node that was elsewhere meanwhile is behind. Of
// that view's members one that has run on since is enough.
func Merge(list []Memory) Memory {
	var out Memory
	seen, tracked := false, 0
	for _, m := range list {
		seen, tracked = seen || m.SeenAll, max(tracked, m.Tracked)
		switch {
		case m.Round != out.Round:
			if m.Round > out.Round {
				out = m
			}
		case m.Booted != out.Booted:
			if out.Booted {
				out = m
			}
		case m.Expected > out.Expected || (m.Expected == out.Expected && m.Before == nil):
			out = m
		}
	}
	out.SeenAll, out.Tracked = seen, tracked
	return out
}

// Enough tells whether members would have a quorum if nobody waited for all:
// device says whether the quorum device gives them its votes.
//
// Where fewer votes are expected than configured, or exist, only members of the
// view for which that was said count: votequorum counts whoever is there, so
// that nodes lost long ago and a minority of that view can act beside its majority.
// Members that only remember such a view from before their boot need a quorum
// of both; votequorum forgets it.
func (c Config) Enough(members []uint32, m Memory, device bool) bool {
	for before := m.Before; before != nil; before = before.Before {
		if !c.Enough(members, before.Settled(), device) {
			return false
		}
	}
	lowered := m.Expected > 0 && m.Expected < max(c.configured(), c.sum(), m.Tracked)
	if blank := (Memory{Tracked: m.Tracked}); m.Booted && (!lowered || !c.Enough(members, blank, device)) {
		return c.Enough(members, blank, device)
	}
	if lowered {
		members = slices.DeleteFunc(slices.Clone(members), func(id uint32) bool { return !slices.Contains(m.Last, id) })
	}
	total := c.total(members, device)
	expected := c.expected(m, total)
	return total >= c.needed(expected) || c.tied(members, m, total, expected)
}

func (c Config) total(members []uint32, device bool) int {
	total := c.Total(members)
	if device {
		total += c.DeviceVotes
	}
	return total
}

// tied tells whether the members are the half that wins. A device breaks ties
// itself. Of an odd number there is no half: votequorum, with wait_for_all,
// rounds down there and can let two partitions act at once; this does not.
func (c Config) tied(members []uint32, m Memory, total, expected int) bool {
	return c.breaks() && expected%2 == 0 && total == expected/2 && c.TieBreaker.wins(members, m.Last)
}

// Evaluate judges a view of members, in the order of their ids. m is what they
// remember (see Merge), order what was changed since.
func (c Config) Evaluate(members []uint32, m Memory, device bool, order Order) Outcome {
	if order.Expected > 0 {
		m.Expected, m.Last, m.Booted = order.Expected, members, false
	}
	if m.Booted && order.Unblock {
		m.Expected = 0
	}
	device = device && c.DeviceVotes > 0
	enough, before := c.Enough(members, m, device), m
	if m.Booted {
		m.Expected = 0
	}
	total := c.total(members, device)
	expected := c.expected(m, total)
	o := Outcome{Expected: expected, Highest: expected, Total: total, Needed: c.needed(expected), Device: device}
	seen := m.SeenAll || order.Unblock || total >= expected || !c.waits()
	o.Quorate, o.Waits = enough && seen, !seen
	o.Majority = !c.twoNode(expected) && expected >= c.sum() && c.Total(members) >= o.Needed
	if c.standing() && o.Quorate && total < expected && c.Total(m.Last) > total && (total > 1 || c.breaks()) {
		o.Shrinks = total
		if c.Downscale {
			o.Shrinks = max(total, c.configured())
		}
		if o.Shrinks >= expected {
			o.Shrinks = 0
		}
	}
	o.Memory = c.remember(o, before, members, seen)
	o.Flags = c.flags(o)
	return o
}

func (c Config) remember(o Outcome, m Memory, members []uint32, seen bool) Memory {
	next := Memory{SeenAll: c.waits() && seen, Last: m.Last, Round: m.Round, Began: m.Began}
	if c.tracks() {
		next.Tracked = max(m.Tracked, o.Expected)
	}
	// Without a quorum nothing is raised: of the members of the last quorate view
	// more would be expected than they have, whoever comes back.
	next.Expected, next.Before = m.Expected, m.Before
	switch {
	case o.Quorate:
		next.Expected = 0
		if o.Expected != c.configured() || c.tracks() {
			next.Expected = o.Expected
		}
		next.Last, next.Round = slices.Clone(members), m.Round+1
		if c.matters(m, next) && m.Round > 0 && !(&m).counts(next) {
			next.Before = &m
		}
	case m.Booted:
		next.Booted = true
	}
	return next
}

// flags are named and ordered as corosync-quorumtool prints them.
func (c Config) flags(o Outcome) []string {
	flags := []string{}
	for _, f := range []struct {
		name string
		on   bool
	}{{"2Node", c.twoNode(o.Expected)}, {"Quorate", o.Quorate}, {"WaitForAll", c.waits()},
		{"LastManStanding", c.standing()}, {"AutoTieBreaker", c.breaks()}, {"AllowDownscale", c.Downscale}, {"Qdevice", o.Device}} {
		if f.on {
			flags = append(flags, f.name)
		}
	}
	return slices.Clip(flags)
}
