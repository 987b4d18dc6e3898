package view

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/quorum"
)

// stage is a few cores and the network between them. Messages are delivered in
// order of sending, at once, unless the pair is cut.
type stage struct {
	t     *testing.T
	cfg   quorum.Config
	ids   []uint32
	cores map[uint32]*Core
	self  map[uint32]Peer
	stamp map[uint32]Stamp
	can   map[uint32]Features
	cut   map[[2]uint32]bool
	kept  map[uint32]quorum.Memory // that outlives the daemon
	lose  map[uint32]Kind          // what does not come from a node
	queue []envelope
	log   strings.Builder
}

type envelope struct {
	from Peer
	send Send
}

func newStage(t *testing.T, d *datadriven.TestData) *stage {
	s := &stage{t: t, cores: map[uint32]*Core{}, self: map[uint32]Peer{}, stamp: map[uint32]Stamp{}, can: map[uint32]Features{}, cut: map[[2]uint32]bool{},
		kept: map[uint32]quorum.Memory{}, lose: map[uint32]Kind{}}
	n := 3
	d.MaybeScanArgs(t, "nodes", &n)
	s.cfg = quorum.Config{Votes: map[uint32]int{}, TwoNode: d.HasArg("two_node"), LastManStanding: d.HasArg("last_man_standing")}
	if d.HasArg("auto_tie_breaker") {
		s.cfg.TieBreaker = &quorum.TieBreaker{}
	}
	if on := d.HasArg("wait_for_all"); on {
		s.cfg.WaitForAll = &on
	}
	d.MaybeScanArgs(t, "device_votes", &s.cfg.DeviceVotes)
	for id := uint32(1); id <= uint32(n); id++ {
		s.ids = append(s.ids, id)
		s.cfg.Votes[id] = 1
		s.self[id] = Peer{ID: id}
	}
	return s
}

func (s *stage) node(arg string) uint32 {
	var id uint32
	if _, err := fmt.Sscan(arg, &id); err != nil || s.self[id].ID == 0 {
		s.t.Fatalf("no node %q", arg)
	}
	return id
}

func (s *stage) start(id uint32) {
	s.self[id] = Peer{ID: id, Incarnation: s.self[id].Incarnation + 1}
	s.cores[id] = New(Config{
		Self: s.self[id], Nodes: s.ids, Quorum: s.cfg, Floor: s.stamp[id].Lineage.Ballot.Counter,
		Features: s.can[id], Memory: s.kept[id], Conf: 1,
		Start: 10, Answer: 5, Alone: 2, Resend: 2, Hello: 5, Window: 20,
		Stamp: func() Stamp { return s.stamp[id] },
	})
	for _, other := range s.ids {
		if s.cores[other] != nil && other != id && !s.apart(id, other) {
			s.step(id, Reach{s.self[other], true})
			s.step(other, Reach{s.self[id], true})
		}
	}
}

func (s *stage) apart(a, b uint32) bool { return s.cut[[2]uint32{min(a, b), max(a, b)}] }

func (s *stage) link(a, b uint32, up bool) {
	s.cut[[2]uint32{min(a, b), max(a, b)}] = !up
	if s.cores[a] != nil && s.cores[b] != nil {
		s.step(a, Reach{s.self[b], up})
		s.step(b, Reach{s.self[a], up})
	}
}

func (s *stage) kill(id uint32) {
	s.cores[id] = nil
	for _, other := range s.ids {
		if s.cores[other] != nil {
			s.step(other, Reach{s.self[id], false})
		}
	}
}

func (s *stage) step(id uint32, ev Event) {
	effects := s.cores[id].Step(ev)
	defer func() {
		if MustCarry(effects) {
			s.step(id, Carried{})
		}
	}()
	for _, e := range effects {
		switch e := e.(type) {
		case Send:
			if e.Attach {
				with := *e.Message
				with.Document = fmt.Appendf(nil, "%d", id)
				e.Message = &with
			}
			s.queue = append(s.queue, envelope{s.self[id], e})
		case Closed:
			fmt.Fprintf(&s.log, "%d closed\n", id)
		case Entered:
			s.take(id, e.Document)
			fmt.Fprintf(&s.log, "%d entered %s\n", id, e.View)
		case Adopt:
			fmt.Fprintf(&s.log, "%d adopts the document of %s\n", id, e.Document)
			s.take(id, e.Document)
		case Opened:
			fmt.Fprintf(&s.log, "%d opened %s\n", id, e.View)
		case Refuses:
			for _, r := range s.cores[id].Refused() {
				fmt.Fprintf(&s.log, "%d refuses %d of level %d\n", id, r.Peer, r.Features.Level)
			}
		case Differs:
			word := "the same configuration as"
			if slices.Contains(s.cores[id].Differing(), e.Peer) {
				word = "another configuration than"
			}
			fmt.Fprintf(&s.log, "%d uses %s %d\n", id, word, e.Peer)
		case Isolated:
			fmt.Fprintf(&s.log, "%d isolated: %v\n", id, e.Now)
		}
	}
}

func (s *stage) take(id uint32, document []byte) {
	if document != nil {
		s.stamp[id] = s.stamp[s.node(string(document))]
	}
}

func (s *stage) deliver() {
	for n := 0; len(s.queue) > 0; n++ {
		if n > 10000 {
			s.t.Fatal("messages without end")
		}
		e := s.queue[0]
		s.queue = s.queue[1:]
		to := e.send.To
		if s.cores[to.ID] == nil || s.self[to.ID] != to || s.apart(e.from.ID, to.ID) || s.lose[e.from.ID] == e.send.Message.Kind {
			continue
		}
		if e.send.Message.Kind != Hello {
			fmt.Fprintf(&s.log, "%d -> %d %s\n", e.from.ID, to.ID, e.send.Message)
		}
		s.step(to.ID, Receive{e.from, e.send.Message})
	}
}

func (s *stage) run(d *datadriven.TestData) {
	for _, arg := range d.CmdArgs {
		switch d.Cmd {
		case "start":
			s.start(s.node(arg.Key))
		case "restart": // the daemon only: what is remembered stays
			s.kept[s.node(arg.Key)] = s.cores[s.node(arg.Key)].Memory()
			s.start(s.node(arg.Key))
		case "lose": // node=kind
			s.lose[s.node(arg.Key)] = Kind(arg.Vals[0])
		case "promised": // node-proposer=ballot
			from, to, _ := strings.Cut(arg.Key, "-")
			m := Message{Kind: Reject, Ballot: s.cores[s.node(to)].View().Ballot}
			if _, err := fmt.Sscanf(arg.Vals[0], "%d.%d", &m.Promised.Counter, &m.Promised.Node); err != nil {
				s.t.Fatal(err)
			}
			s.queue = append(s.queue, envelope{s.self[s.node(from)], Send{To: s.self[s.node(to)], Message: &m}})
		case "configure": // node=number of the configuration
			ev := Configure{Nodes: s.ids, Quorum: s.cfg, Window: 20}
			fmt.Sscan(arg.Vals[0], &ev.Conf)
			s.step(s.node(arg.Key), ev)
		case "since":
			fmt.Fprintf(&s.log, "%v\n", s.cores[s.node(arg.Key)].View().Since)
		case "kill":
			s.kill(s.node(arg.Key))
		case "stall":
			s.step(s.node(arg.Key), Stalled{})
		case "leave":
			s.step(s.node(arg.Key), Leave{})
		case "cut", "heal":
			a, b, _ := strings.Cut(arg.Key, "-")
			s.link(s.node(a), s.node(b), d.Cmd == "heal")
		case "expect":
			n := 0
			fmt.Sscan(arg.Vals[0], &n)
			s.step(s.node(arg.Key), Adjust{quorum.Order{Expected: n}})
		case "unblock":
			s.step(s.node(arg.Key), Adjust{quorum.Order{Unblock: true}})
		case "features": // node=level-oldest
			f := Features{}
			if _, err := fmt.Sscanf(arg.Vals[0], "%d-%d", &f.Level, &f.Oldest); err != nil {
				s.t.Fatal(err)
			}
			s.can[s.node(arg.Key)] = f
		case "device":
			s.step(s.node(arg.Key), Device{arg.Vals[0] == "on"})
		case "document":
			id, st := s.node(arg.Key), Stamp{}
			if _, err := fmt.Sscanf(arg.Vals[0], "%d.%d", &st.Lineage.Ballot.Counter, &st.Version.Epoch); err != nil {
				s.t.Fatal(err)
			}
			st.Version = cib.Version{Epoch: st.Version.Epoch}
			s.stamp[id] = st
		case "tick":
			n := 0
			fmt.Sscan(arg.Key, &n)
			for range n {
				for _, id := range s.ids {
					if s.cores[id] != nil {
						s.step(id, Tick{})
					}
				}
				s.deliver()
			}
		}
	}
	s.deliver()
}

func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var s *stage
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "cluster" {
				s = newStage(t, d)
				return ""
			}
			s.t = t
			s.log.Reset()
			s.run(d)
			return s.log.String()
		})
	})
}
