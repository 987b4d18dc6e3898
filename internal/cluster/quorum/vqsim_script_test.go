package quorum

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// script draws a configuration and the changes to it.
type script struct {
	rnd   *rand.Rand
	n     int // nodes
	cfg   Config
	ghost uint32 // a node that plays the device's part, see device
	conf  string
	opts  []string
	m     *model
}

const window = 80 // ms, of last_man_standing

func newScript(seed uint64) *script {
	s := &script{rnd: rand.New(rand.NewPCG(seed, 3))}
	s.n = 2 + s.rnd.IntN(6)
	cfg := &s.cfg
	cfg.Votes = map[uint32]int{}
	uneven := s.rnd.IntN(4) == 0
	for id := uint32(1); id <= uint32(s.n); id++ {
		cfg.Votes[id] = 1
		if uneven {
			cfg.Votes[id] = s.rnd.IntN(4)
		}
		if id == 1 {
			cfg.Votes[id] = max(cfg.Votes[id], 1)
		}
	}
	device := s.rnd.IntN(5) == 0
	switch {
	case device:
		s.device()
	case s.n <= 3 && !uneven && s.rnd.IntN(2) == 0 && (s.n == 2 || s.rnd.IntN(5) == 0):
		cfg.TwoNode = true
		s.set("two_node: 1")
	}
	s.expected(device)
	if s.ghost == 0 && s.rnd.IntN(2) == 0 {
		on := s.rnd.IntN(4) > 0
		cfg.WaitForAll = &on
		s.set("wait_for_all: %d", map[bool]int{true: 1}[on])
	}
	if !device && !cfg.TwoNode {
		s.special()
	}
	s.print()
	s.reset()
	return s
}

func (s *script) set(format string, args ...any) {
	s.opts = append(s.opts, fmt.Sprintf(format, args...))
}

// device adds a quorum device. corosync-vqsim takes its registration and its
// polls but never counts its votes: so either it gives none, or a node with
// those votes plays its part, which moves between the partitions.
func (s *script) device() {
	s.cfg.DeviceVotes = 1 + s.rnd.IntN(s.n)
	if s.rnd.IntN(3) > 0 {
		s.ghost = uint32(s.n + 1)
		return
	}
	s.set("device {\n  model: net\n  votes: %d\n }", s.cfg.DeviceVotes)
}

// expected draws expected_votes and what follows it.
func (s *script) expected(device bool) {
	sum := s.cfg.sum()
	switch s.rnd.IntN(6) {
	case 0:
		s.cfg.Expected = sum + s.rnd.IntN(3)
	case 1, 2:
		if device || s.cfg.TwoNode {
			return
		}
		// Fewer than exist make sense only with these.
		s.cfg.Expected = 1 + s.rnd.IntN(sum)
		if s.cfg.Downscale = s.rnd.IntN(2) == 0; s.cfg.Downscale {
			s.set("allow_downscale: 1")
		} else {
			s.cfg.Tracking = true
			s.set("expected_votes_tracking: 1")
		}
	default:
		return
	}
	s.set("expected_votes: %d", s.cfg.Expected)
}

// special draws what excludes two_node and a device.
func (s *script) special() {
	cfg := &s.cfg
	if s.rnd.IntN(2) == 0 {
		cfg.TieBreaker = &TieBreaker{}
		s.set("auto_tie_breaker: 1")
		switch s.rnd.IntN(3) {
		case 0:
			cfg.TieBreaker.Highest = true
			s.set("auto_tie_breaker_node: highest")
		case 1:
			a, b := uint32(1+s.rnd.IntN(s.n)), uint32(1+s.rnd.IntN(s.n))
			cfg.TieBreaker.Nodes = []uint32{a, b}
			s.set("auto_tie_breaker_node: %d %d", a, b)
		}
	}
	odd := cfg.TieBreaker != nil && (cfg.configured()%2 == 1 || cfg.sum()%2 == 1) // corosync does not start with both
	if s.rnd.IntN(3) == 0 && !odd && !slices.Contains(slices.Collect(maps.Values(cfg.Votes)), 0) {
		cfg.LastManStanding = true
		s.set("last_man_standing: 1\n last_man_standing_window: %d", window)
	}
}

// print makes corosync.conf of it.
func (s *script) print() {
	var nodes strings.Builder
	add := func(id uint32, votes int) {
		fmt.Fprintf(&nodes, " node {\n  ring0_addr: 127.0.0.%d\n  nodeid: %d\n  name: n%d\n  quorum_votes: %d\n }\n", id, id, id, votes)
	}
	for id := uint32(1); id <= uint32(s.n); id++ {
		add(id, s.cfg.Votes[id])
	}
	if s.ghost > 0 {
		add(s.ghost, s.cfg.DeviceVotes)
	}
	s.conf = fmt.Sprintf("totem {\n version: 2\n cluster_name: t\n transport: knet\n}\nnodelist {\n%s}\nquorum {\n provider: corosync_votequorum\n %s\n}\n",
		nodes.String(), strings.Join(s.opts, "\n "))
}

// reset begins again with all nodes up and fresh.
func (s *script) reset() {
	s.m = newModel(s.cfg, s.n)
	if s.ghost > 0 {
		s.m.voting = 0
	}
}

// step draws one change, makes it in the model and returns the peer's command,
// "" where nothing changes.
func (s *script) step() string {
	m := s.m
	if s.ghost > 0 && s.rnd.IntN(4) == 0 {
		to := s.rnd.IntN(3) // nobody is in the third
		if to == m.voting {
			return ""
		}
		m.voting = to
		return fmt.Sprintf("move %d:%d", to, s.ghost)
	}
	id := uint32(1 + s.rnd.IntN(s.n))
	part, up := m.part[id]
	switch {
	case !up:
		p := s.rnd.IntN(2)
		m.boot(id, p)
		return fmt.Sprintf("up %d:%d", p, id)
	case s.rnd.IntN(3) == 0:
		m.down(id)
		return fmt.Sprintf("down %d", id)
	case s.rnd.IntN(2) == 0:
		from, to := s.rnd.IntN(2), s.rnd.IntN(2)
		if from == to || len(m.members(from)) == 0 || len(m.members(to)) == 0 {
			return ""
		}
		for _, id := range m.members(from) {
			m.part[id] = to
		}
		if m.voting == from {
			m.voting = to // the node that plays the device goes along
		}
		return fmt.Sprintf("join %d %d", to, from)
	default:
		m.part[id] = (part + 1) % 2
		return fmt.Sprintf("move %d:%d", m.part[id], id)
	}
}
