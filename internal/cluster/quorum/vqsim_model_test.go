package quorum

import "slices"

// Why votequorum and ours may differ at a step. Of each there is an account in
// DESIGN.md, or beside the test.
const (
	whyTwoNode  = "two_node with more than two votes: votequorum(5) says that it is off then, corosync-vqsim leaves it on"
	whyLowered  = "fewer votes expected than configured: votequorum counts nodes that were not in that view"
	whyFresh    = "auto_tie_breaker_node list: votequorum lets a half that has just booted win"
	whyOdd      = "auto_tie_breaker, odd number of votes expected: votequorum rounds down"
	whyTie      = "auto_tie_breaker: votequorum asks who was in its last membership, ours who was in the last quorate one"
	whyFloor    = "allow_downscale with last_man_standing, incomplete by votequorum(5): votequorum stops lowering at some point"
	whyWaits    = "wait_for_all after a lost quorum: votequorum's answer depends on the order of its messages"
	whyExpected = "nodes come together that expect different votes: votequorum's answer depends on the order of its messages"
	whyItself   = "votequorum's nodes in one partition contradict each other for good"
)

// model is what our arithmetic says of the nodes of a script.
type model struct {
	cfg    Config
	part   map[uint32]int // of the nodes that are up
	memory map[uint32]Memory
	// voting is the partition to which the device gives its votes, -1 = none.
	voting  int
	last    map[uint32][]uint32 // members of each node's last partition
	tracked int                 // of all nodes: in corosync-vqsim they share the file
	// quorate are the nodes whose last partition was.
	quorate map[uint32]bool
	// late are fresh nodes with what they joined. Under wait_for_all votequorum
	// tells such a node only at the next change that it need not wait.
	late map[uint32]string
	why  string // votequorum may come to another result in this step
}

func newModel(cfg Config, nodes int) *model {
	m := &model{cfg: cfg, part: map[uint32]int{}, memory: map[uint32]Memory{}, voting: -1, quorate: map[uint32]bool{}, last: map[uint32][]uint32{}, late: map[uint32]string{}}
	for id := uint32(1); id <= uint32(nodes); id++ {
		m.part[id] = 0
	}
	return m
}

// boot puts a fresh node into a partition.
func (m *model) boot(id uint32, part int) {
	m.part[id], m.memory[id], m.late[id] = part, Memory{Tracked: m.tracked}, ""
	delete(m.quorate, id)
	delete(m.last, id)
}

func (m *model) down(id uint32) {
	delete(m.part, id)
	delete(m.memory, id)
}

// members returns the nodes of one partition in order.
func (m *model) members(part int) []uint32 {
	var out []uint32
	for id, p := range m.part {
		if p == part {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// judge evaluates all partitions: what the peer should say of each node, ""
// where it may say either.
func (m *model) judge() map[uint32]string {
	m.why = ""
	out := map[uint32]string{}
	for part := range 4 {
		ids := m.members(part)
		if len(ids) == 0 {
			continue
		}
		o := m.evaluate(ids, m.voting == part, Order{})
		if o.Shrinks > 0 {
			o = m.evaluate(ids, m.voting == part, Order{Expected: o.Shrinks})
		}
		for _, id := range ids {
			out[id], m.last[id] = describe(o.Quorate, ids), ids
			switch at, late := m.late[id]; {
			case late && o.Quorate && m.cfg.waits() && (at == "" || at == out[id]):
				m.late[id], out[id] = out[id], ""
			case o.Quorate:
				delete(m.late, id)
			}
		}
	}
	return out
}

func (m *model) evaluate(ids []uint32, device bool, order Order) Outcome {
	var list []Memory
	for _, id := range ids {
		list = append(list, m.memory[id])
	}
	merged := Merge(list)
	o := m.cfg.Evaluate(ids, merged, device, order)
	if why := m.exception(ids, o, merged); why != "" {
		m.why = why
	}
	m.tracked = max(m.tracked, o.Memory.Tracked)
	for _, id := range ids {
		m.memory[id], m.quorate[id] = o.Memory.Settled(), o.Quorate
	}
	return o
}

// exception tells why votequorum may come to another result than o.
func (m *model) exception(ids []uint32, o Outcome, merged Memory) string {
	short := o.Total < o.Expected
	b := m.cfg.TieBreaker
	switch {
	case m.cfg.TwoNode && o.Expected != 2 && !o.Quorate:
		return whyTwoNode
	case merged.Expected > 0 && merged.Expected < max(m.cfg.configured(), m.cfg.sum(), merged.Tracked) && !o.Quorate && o.Total >= o.Needed:
		return whyLowered
	case b != nil && len(b.Nodes) > 0 && merged.Round == 0 && !o.Quorate:
		return whyFresh
	case b != nil && o.Expected%2 == 1 && !o.Quorate && o.Total == o.Expected/2:
		return whyOdd
	case b != nil && o.Expected%2 == 0 && !o.Quorate && o.Total == o.Expected/2 && slices.ContainsFunc(ids, func(id uint32) bool { return !slices.Equal(m.last[id], merged.Last) }):
		return whyTie
	case m.cfg.Downscale && m.cfg.standing() && o.Quorate && merged.Expected < m.cfg.sum():
		return whyFloor
	case m.cfg.waits() && o.Quorate && short && !slices.ContainsFunc(ids, func(id uint32) bool { return m.quorate[id] }):
		return whyWaits
	}
	for _, id := range ids {
		switch was := m.memory[id]; {
		case !o.Quorate || !short || was.Round == 0:
		case was.Expected != merged.Expected:
			return whyExpected
		case m.cfg.waits() && !m.quorate[id]:
			return whyWaits
		}
	}
	return ""
}
