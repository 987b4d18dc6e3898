package quorum

import (
	"reflect"
	"slices"
)

// Config is the quorum section of corosync.conf with the votes of its nodelist.
type Config struct {
	// Votes holds quorum_votes of each configured node, by node id.
	Votes map[uint32]int
	// Expected is expected_votes; 0 = the sum of Votes and DeviceVotes.
	Expected int
	// TwoNode is two_node: one vote of two is enough.
	TwoNode bool
	// WaitForAll is wait_for_all; nil = as two_node says.
	WaitForAll *bool
	// TieBreaker is auto_tie_breaker with auto_tie_breaker_node; nil = off.
	TieBreaker *TieBreaker
	// LastManStanding is last_man_standing: when a quorate view has lasted for
	// the window, what it has lost is no longer expected (see Outcome.Shrinks).
	LastManStanding bool
	// Tracking is expected_votes_tracking: the highest number of votes ever
	// expected holds for nodes that have booted (see Memory.Tracked).
	Tracking bool
	// Downscale is allow_downscale: votes of nodes that leave on purpose are no
	// longer expected, down to Expected. It implies Tracking.
	Downscale bool
	// DeviceVotes are the votes of the quorum device (quorum.device.votes); 0 = none.
	DeviceVotes int
}

// TieBreaker says which of two halves goes on: the one with the lowest node id
// of the last quorate view, with the highest, or with the first of Nodes that
// was in that view.
type TieBreaker struct {
	Highest bool
	Nodes   []uint32
}

// Equal tells whether two configurations count votes in the same way.
func (c Config) Equal(o Config) bool { return reflect.DeepEqual(c, o) }

// waits tells whether wait_for_all is in force: two_node implies it unless it
// is set.
func (c Config) waits() bool {
	if c.WaitForAll != nil {
		return *c.WaitForAll
	}
	return c.TwoNode
}

// standing tells whether last_man_standing is in force. votequorum(5): not
// with nodes of other than one vote, nor with a quorum device.
func (c Config) standing() bool {
	if !c.LastManStanding || c.DeviceVotes > 0 {
		return false
	}
	for _, v := range c.Votes {
		if v != 1 {
			return false
		}
	}
	return true
}

// breaks tells whether auto_tie_breaker is in force. votequorum(5): not with a
// quorum device; not where the votes of all nodes are odd, unless with
// wait_for_all.
func (c Config) breaks() bool {
	return c.TieBreaker != nil && c.DeviceVotes == 0 && (c.sum()%2 == 0 || c.waits())
}

// sum is the number of votes that exist.
func (c Config) sum() int {
	sum := c.DeviceVotes
	for _, v := range c.Votes {
		sum += v
	}
	return sum
}

// configured is the number of votes expected by configuration.
func (c Config) configured() int {
	if c.Expected > 0 {
		return c.Expected
	}
	return c.sum()
}

// expected is the number of votes that the members expect. No figure hides
// nodes that are really there: votequorum raises it to the members' total.
func (c Config) expected(m Memory, total int) int {
	if m.Expected == 0 && c.tracks() {
		total = max(total, m.Tracked)
	}
	return max(c.orConfigured(m.Expected), total)
}

func (c Config) tracks() bool { return c.Tracking || c.Downscale }

// Afresh is what a member remembers to be expected when the configured votes
// have changed while it runs: what they say now, whatever was tracked.
func (c Config) Afresh() int {
	if c.tracks() {
		return c.configured()
	}
	return 0
}

// Downscaled is what to expect when members go on without nodes that left on
// purpose; 0 = as before. votequorum(5): not below the configured votes.
func (c Config) Downscaled(members []uint32) int {
	if !c.Downscale {
		return 0
	}
	return max(c.Total(members), c.configured())
}

func (c Config) orConfigured(expected int) int {
	if expected == 0 {
		return c.configured()
	}
	return expected
}

// twoNode tells whether two_node is in force; it is ignored unless two votes
// are expected.
func (c Config) twoNode(expected int) bool { return c.TwoNode && expected == 2 }

func (c Config) needed(expected int) int {
	if c.twoNode(expected) {
		return 1
	}
	return expected/2 + 1
}

// Total is the sum of the votes of members; one that is not configured has none.
func (c Config) Total(members []uint32) int {
	total := 0
	for _, id := range members {
		total += c.Votes[id]
	}
	return total
}

// wins tells whether members are the half that goes on when the members of the
// last quorate view have come apart.
func (b *TieBreaker) wins(members, last []uint32) bool {
	if b == nil || len(last) == 0 {
		return false
	}
	if len(b.Nodes) == 0 {
		if b.Highest {
			return slices.Contains(members, slices.Max(last))
		}
		return slices.Contains(members, slices.Min(last))
	}
	for _, id := range b.Nodes {
		if slices.Contains(members, id) {
			return true
		}
		if slices.Contains(last, id) {
			return false // it may be alive, in the other half
		}
	}
	return false
}
