package quorum

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func votes(n int) map[uint32]int {
	m := map[uint32]int{}
	for i := 1; i <= n; i++ {
		m[uint32(i)] = 1
	}
	return m
}

func TestEvaluate(t *testing.T) {
	yes, no := true, false
	heavy := votes(3)
	heavy[1] = 3
	for _, tc := range []struct {
		name    string
		cfg     Config
		members []uint32
		seen    bool
		quorate bool
		needed  int
		total   int
		flags   string
	}{
		{"three of three", Config{Votes: votes(3)}, []uint32{1, 2, 3}, false, true, 2, 3, "Quorate"},
		{"two of three", Config{Votes: votes(3)}, []uint32{1, 2}, false, true, 2, 2, "Quorate"},
		{"one of three", Config{Votes: votes(3)}, []uint32{3}, true, false, 2, 1, ""},
		{"half of four", Config{Votes: votes(4)}, []uint32{1, 2}, true, false, 3, 2, ""},
		{"one with more votes", Config{Votes: heavy}, []uint32{1}, false, true, 3, 3, "Quorate"},
		{"two without it", Config{Votes: heavy}, []uint32{2, 3}, true, false, 3, 2, ""},
		{"two_node, both", Config{Votes: votes(2), TwoNode: true}, []uint32{1, 2}, false, true, 1, 2, "2Node Quorate WaitForAll"},
		{"two_node, one left", Config{Votes: votes(2), TwoNode: true}, []uint32{2}, true, true, 1, 1, "2Node Quorate WaitForAll"},
		{"two_node, one booted", Config{Votes: votes(2), TwoNode: true}, []uint32{2}, false, false, 1, 1, "2Node WaitForAll"},
		{"two_node without waiting", Config{Votes: votes(2), TwoNode: true, WaitForAll: &no}, []uint32{2}, false, true, 1, 1, "2Node Quorate"},
		{"two_node set for three", Config{Votes: votes(3), TwoNode: true, WaitForAll: &no}, []uint32{2}, true, false, 2, 1, ""},
		{"wait_for_all of three", Config{Votes: votes(3), WaitForAll: &yes}, []uint32{1, 2}, false, false, 2, 2, "WaitForAll"},
		{"expected_votes set higher", Config{Votes: votes(3), Expected: 5}, []uint32{1, 2}, true, false, 3, 2, ""},
		{"expected_votes set too low", Config{Votes: votes(3), Expected: 1}, []uint32{1, 2, 3}, true, true, 2, 3, "Quorate"},
		{"alone", Config{Votes: votes(1)}, []uint32{1}, false, true, 1, 1, "Quorate"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := tc.cfg.Evaluate(tc.members, Memory{SeenAll: tc.seen}, false, Order{})
			if o.Quorate != tc.quorate || o.Needed != tc.needed || o.Total != tc.total || strings.Join(o.Flags, " ") != tc.flags {
				t.Errorf("got %+v", o)
			}
		})
	}
}

// What was expected once is expected of nodes that have booted, where that is
// tracked; nodes that leave on purpose lower it, down to what is configured.
func TestTracking(t *testing.T) {
	cfg := Config{Votes: votes(5), Expected: 3, Downscale: true}
	all := cfg.Evaluate([]uint32{1, 2, 3, 4, 5}, Memory{}, false, Order{})
	if all.Expected != 5 || all.Memory.Tracked != 5 {
		t.Errorf("all: %+v", all)
	}
	booted := Memory{Tracked: all.Memory.Tracked}
	if o := cfg.Evaluate([]uint32{1, 2}, booted, false, Order{}); o.Quorate || o.Expected != 5 {
		t.Errorf("two of five after a boot: %+v", o)
	}
	rest := []uint32{1, 2, 3, 4}
	four := cfg.Evaluate(rest, all.Memory, false, Order{Expected: cfg.Downscaled(rest)})
	if !four.Quorate || four.Expected != 4 || four.Memory.Tracked != 5 {
		t.Errorf("four after one left: %+v", four)
	}
	if got := cfg.Downscaled([]uint32{1, 2}); got != 3 {
		t.Errorf("two are to expect %d, configured are 3", got)
	}
	// The fifth, and one that was there when four were expected, are no quorum
	// beside the other three.
	if o := cfg.Evaluate([]uint32{4, 5}, Merge([]Memory{four.Memory, booted}), false, Order{}); o.Quorate {
		t.Errorf("beside three of four: %+v", o)
	}
}

// Two disjoint sets are never both quorate, unless two_node says so.
func TestNoTwoQuorums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := Config{Votes: map[uint32]int{}, Expected: rapid.IntRange(0, 12).Draw(t, "expected")}
		sum := 0
		var a, b []uint32
		for i := range rapid.IntRange(1, 7).Draw(t, "nodes") {
			id := uint32(i + 1)
			cfg.Votes[id] = rapid.IntRange(0, 3).Draw(t, "votes")
			sum += cfg.Votes[id]
			switch rapid.IntRange(0, 2).Draw(t, "side") {
			case 0:
				a = append(a, id)
			case 1:
				b = append(b, id)
			}
		}
		if cfg.Expected != 0 && cfg.Expected < sum {
			t.Skip("expected_votes below the votes that exist is the administrator's override")
		}
		seen := Memory{SeenAll: true}
		if cfg.Evaluate(a, seen, false, Order{}).Quorate && cfg.Evaluate(b, seen, false, Order{}).Quorate {
			t.Fatalf("%v and %v both quorate under %+v", a, b, cfg)
		}
	})
}

// What the last quorate view decides is remembered over boots, where it binds
// but gives no right, and until all members have the next one.
func TestMemoryBinds(t *testing.T) {
	four := Config{Votes: votes(4), TieBreaker: &TieBreaker{}}
	five := Config{Votes: votes(5), LastManStanding: true}
	last := Memory{Last: []uint32{1, 2, 3}, Round: 7}
	lowered := Memory{Last: []uint32{1, 2, 3}, Round: 7, Expected: 3}
	next := four.Evaluate([]uint32{2, 3, 4}, last, false, Order{}).Memory
	for _, tc := range []struct {
		name    string
		cfg     Config
		members []uint32
		m       Memory
		quorate bool
	}{
		{"the half with the lowest", four, []uint32{1, 2}, last, true},
		{"the same after a boot", four, []uint32{1, 2}, last.AfterBoot(), false},
		{"more than half after a boot", four, []uint32{1, 2, 4}, last.AfterBoot(), true},
		{"two of three that are expected", five, []uint32{1, 2}, lowered, true},
		{"the same after a boot", five, []uint32{1, 2}, lowered.AfterBoot(), false},
		{"three of five, but one of three", five, []uint32{1, 4, 5}, lowered.AfterBoot(), false},
		{"three of five, and two of three", five, []uint32{1, 2, 5}, lowered.AfterBoot(), true},
		{"a half, where others may not know the last view", four, []uint32{2, 4}, next, false},
		{"the same where all know it", four, []uint32{2, 4}, next.Settled(), true},
	} {
		if o := tc.cfg.Evaluate(tc.members, tc.m, false, Order{}); o.Quorate != tc.quorate {
			t.Errorf("%s: %+v", tc.name, o)
		}
	}
	if m := Merge([]Memory{lowered.AfterBoot(), lowered}); m.Booted {
		t.Errorf("one of the last view has run on, but: %+v", m)
	}
}

// All nodes together always have a quorum, whatever views they were in, with
// or without one, and whichever have booted: a cluster that is whole again goes on.
func TestAllTogetherAct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 6).Draw(t, "nodes")
		c := Config{Votes: votes(n), LastManStanding: rapid.Bool().Draw(t, "standing"), Tracking: rapid.Bool().Draw(t, "tracking"),
			Downscale: rapid.Bool().Draw(t, "downscale"), TwoNode: n == 2 && rapid.Bool().Draw(t, "two_node")}
		if rapid.Bool().Draw(t, "ties") {
			c.TieBreaker = &TieBreaker{Highest: rapid.Bool().Draw(t, "highest")}
		}
		if rapid.Bool().Draw(t, "waits") {
			yes := true
			c.WaitForAll = &yes
		}
		memories := make([]Memory, n+1)
		view := func(members []uint32, order Order) Outcome {
			var list []Memory
			for _, id := range members {
				list = append(list, memories[id])
			}
			o := c.Evaluate(members, Merge(list), false, order)
			settled := rapid.Bool().Draw(t, "settled")
			for _, id := range members {
				if memories[id] = o.Memory; settled {
					memories[id] = o.Memory.Settled()
				}
			}
			return o
		}
		var all []uint32
		for id := range n {
			all = append(all, uint32(id+1))
		}
		for range rapid.IntRange(1, 12).Draw(t, "views") {
			var members []uint32
			for _, id := range all {
				switch rapid.IntRange(0, 5).Draw(t, "node") {
				case 0, 1, 2:
					members = append(members, id)
				case 3:
					memories[id] = memories[id].AfterBoot()
				}
			}
			if len(members) == 0 {
				continue
			}
			if o := view(members, Order{}); o.Shrinks > 0 && rapid.Bool().Draw(t, "window") {
				view(members, Order{Expected: o.Shrinks})
			}
		}
		if o := view(all, Order{}); !o.Quorate {
			t.Fatalf("all %d nodes have no quorum: %+v", n, o)
		}
	})
}

// The last men standing stay what they are in a view without a quorum, or they
// would be too few for ever.
func TestNothingIsRaisedWithoutQuorum(t *testing.T) {
	c := Config{Votes: votes(5), LastManStanding: true, TieBreaker: &TieBreaker{}}
	two := Memory{Expected: 2, Last: []uint32{1, 4}, Round: 7}
	o := c.Evaluate([]uint32{2, 3, 4, 5}, two, false, Order{})
	if o.Quorate || o.Expected != 4 || o.Memory.Expected != 2 {
		t.Errorf("four of five without node 1: %+v", o)
	}
	if o := c.Evaluate([]uint32{1, 2, 3, 4, 5}, o.Memory.AfterBoot(), false, Order{}); !o.Quorate {
		t.Errorf("all of them: %+v", o)
	}
}

// A node whose configuration is older than what the last quorate view began
// with is as one that has booted: it waits, and wins no tie.
func TestAfterLoss(t *testing.T) {
	yes := true
	cfg := Config{Votes: map[uint32]int{1: 1, 2: 1, 3: 1, 4: 1}, TieBreaker: &TieBreaker{}, WaitForAll: &yes}
	seen := Memory{SeenAll: true, Last: []uint32{1, 3}, Round: 7, Began: []int64{5, 2, 0, 17, 0, 18}}
	for _, c := range []struct {
		place []int64
		wins  bool
	}{
		{[]int64{5, 2, 0, 17, 0, 18}, true},
		{[]int64{6, 1, 0, 3, 0, 3}, true}, // of a later view
		{[]int64{5, 2, 0, 17, 0, 17}, false},
		{[]int64{5, 2, 0, 16, 0, 40}, false}, // edited alone since
		{[]int64{5, 1, 0, 17, 0, 18}, false},
		{nil, false},
	} {
		o := cfg.Evaluate([]uint32{1, 4}, seen.AfterLoss(c.place), false, Order{})
		if o.Quorate != c.wins || o.Waits == c.wins {
			t.Errorf("with %v: %+v", c.place, o)
		}
	}
	if m := (Memory{Round: 3}).AfterLoss(nil); m.Booted {
		t.Error("a memory that says nothing of a configuration counts as lost")
	}
}
