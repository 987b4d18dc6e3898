// Package quorum decides whether a set of members may act: the arithmetic of
// votes that votequorum(5) describes. It is a pure function of configuration,
// memory and members, evaluated at each installed view. It stands for
// corosync's votequorum service; what a node does without quorum
// (no-quorum-policy) belongs to the engine.
package quorum

import "slices"

// Config is the quorum section of corosync.conf with the votes of its nodelist.
type Config struct {
	// Votes holds quorum_votes of each configured node, by node id.
	Votes map[uint32]int
	// Expected is expected_votes; 0 = the sum of Votes.
	Expected int
	// TwoNode is two_node: one vote of two is enough.
	TwoNode bool
	// WaitForAll is wait_for_all; nil = as two_node says.
	WaitForAll *bool
}

// Outcome holds the figures of one evaluation, as corosync-quorumtool shows them.
type Outcome struct {
	Quorate  bool `json:"quorate"`
	Expected int  `json:"expected"`
	Highest  int  `json:"highest"`
	Total    int  `json:"total"`  // votes of the members
	Needed   int  `json:"needed"` // votes that make a quorum
	// Majority is true where Needed is a majority of Expected, so that two
	// quorums always share a member. It is false under two_node.
	Majority bool `json:"majority"`
	// SeenAll is wait_for_all's memory after this evaluation: the members, or
	// some before them, have once seen all nodes.
	SeenAll bool     `json:"seen_all"`
	Flags   []string `json:"flags"`
}

// waits tells whether wait_for_all is in force: two_node implies it unless it
// is set.
func (c Config) waits() bool {
	if c.WaitForAll != nil {
		return *c.WaitForAll
	}
	return c.TwoNode
}

// expected is the number of votes in the whole cluster. A configured figure
// never hides nodes that are really there: votequorum raises it to the
// members' total.
func (c Config) expected(total int) int {
	sum := c.Expected
	if sum == 0 {
		for _, v := range c.Votes {
			sum += v
		}
	}
	return max(sum, total)
}

// twoNode tells whether two_node is in force; it is ignored unless two votes
// are expected.
func (c Config) twoNode(expected int) bool { return c.TwoNode && expected == 2 }

// Needed is the number of votes that make a quorum.
func (c Config) Needed() int { return c.needed(c.expected(0)) }

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

// Evaluate judges a view of members. seenAll is wait_for_all's memory: whether
// any of the members was part of a view with all nodes (or of a quorate one
// that had) since it booted.
func (c Config) Evaluate(members []uint32, seenAll bool) Outcome {
	total := c.Total(members)
	expected := c.expected(total)
	o := Outcome{Expected: expected, Highest: expected, Total: total, Needed: c.needed(expected)}
	o.Majority = !c.twoNode(expected)
	o.SeenAll = seenAll || total >= expected
	o.Quorate = total >= o.Needed && (o.SeenAll || !c.waits())
	o.Flags = c.flags(expected, o.Quorate)
	return o
}

// flags are named and ordered as corosync-quorumtool prints them.
func (c Config) flags(expected int, quorate bool) []string {
	flags := []string{}
	for _, f := range []struct {
		name string
		on   bool
	}{{"2Node", c.twoNode(expected)}, {"Quorate", quorate}, {"WaitForAll", c.waits()}} {
		if f.on {
			flags = append(flags, f.name)
		}
	}
	return slices.Clip(flags)
}
