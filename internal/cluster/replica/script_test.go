package replica

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/view"
)

// stage is the replicas of one view and the wires between them. Messages wait
// until "deliver", stores until "stored".
type stage struct {
	t      *testing.T
	cores  map[uint32]*Core
	cfg    quorum.Config
	view   *view.View
	queue  []envelope
	stores map[uint32]int
	log    strings.Builder
}

type envelope struct {
	from uint32
	Send
}

func newStage(t *testing.T, d *datadriven.TestData) *stage {
	n := 3
	d.MaybeScanArgs(t, "nodes", &n)
	s := &stage{t: t, cores: map[uint32]*Core{}, stores: map[uint32]int{}, cfg: quorum.Config{Votes: map[uint32]int{}, TwoNode: d.HasArg("two_node")}}
	for id := uint32(1); id <= uint32(n); id++ {
		s.cfg.Votes[id] = 1
	}
	for id := range s.cfg.Votes {
		doc := cib.New("pacemaker-3.9", "3.16.2")
		s.cores[id] = New(Config{Self: id, Quorum: s.cfg, Retry: 10, Name: func(id uint32) string { return fmt.Sprintf("node%d", id) }}, doc, view.Lineage{})
	}
	return s
}

func (s *stage) step(id uint32, ev Event) {
	for _, e := range s.cores[id].Step(ev, "") {
		switch e := e.(type) {
		case Send:
			s.queue = append(s.queue, envelope{id, e})
		case Store:
			fmt.Fprintf(&s.log, "%d stores %s\n", id, e.Doc.Version())
			s.stores[id] = e.N
		case Changed:
			fmt.Fprintf(&s.log, "%d holds %s\n", id, e.Doc.Version())
		case Lost:
			fmt.Fprintf(&s.log, "%d gives %s up for %s:\n", id, e.Version, e.Winner)
			for _, p := range e.Changes {
				fmt.Fprintf(&s.log, "%v %s", p.IDs, p.Diff)
			}
		case Reply:
			switch {
			case e.Err != nil:
				fmt.Fprintf(&s.log, "%d answers %s: error: %v\n", id, e.ID, e.Err)
			case e.Doc != nil:
				fmt.Fprintf(&s.log, "%d answers %s: document %s\n", id, e.ID, e.Doc.Version())
			default:
				fmt.Fprintf(&s.log, "%d answers %s: %s\n", id, e.ID, e.Version)
			}
		}
	}
}

// install puts members into a new view; the first is the DC.
func (s *stage) install(d *datadriven.TestData) {
	v := &view.View{Ballot: view.Ballot{Counter: 1}}
	if s.view != nil {
		v.Ballot.Counter = s.view.Ballot.Counter + 1
	}
	for i, arg := range d.CmdArgs {
		id := s.node(arg.Key)
		if i == 0 {
			v.DC, v.Ballot.Node = id, id
		}
		v.Members = append(v.Members, view.Peer{ID: id})
	}
	v.Quorum = s.cfg.Evaluate(v.IDs(), quorum.Memory{SeenAll: true}, false, quorum.Order{})
	s.view = v
	fmt.Fprintf(&s.log, "%s\n", v)
	for _, m := range v.Members {
		s.step(m.ID, Close{})
	}
	best := s.cores[v.DC].Stamp()
	for _, m := range v.Members {
		var doc []byte
		if m.ID != v.DC && s.cores[m.ID].Stamp() != best {
			doc = s.cores[v.DC].Snapshot()
		}
		s.step(m.ID, Enter{v, doc})
	}
	s.step(v.DC, Open{})
}

func (s *stage) node(arg string) uint32 {
	var id uint32
	if _, err := fmt.Sscan(arg, &id); err != nil || s.cores[id] == nil {
		s.t.Fatalf("no node %q", arg)
	}
	return id
}

// deliver hands over what waits, and what that leads to; messages to nodes
// that are named are lost.
func (s *stage) deliver(lost map[uint32]bool) {
	for len(s.queue) > 0 {
		e := s.queue[0]
		s.queue = s.queue[1:]
		mark := ""
		if lost[e.To] {
			mark = " (lost)"
		}
		fmt.Fprintf(&s.log, "%d -> %d %s%s\n", e.from, e.To, e.Message, mark)
		if !lost[e.To] {
			s.step(e.To, Receive{e.from, e.Message})
		}
	}
}

func (s *stage) run(d *datadriven.TestData) {
	switch d.Cmd {
	case "view":
		s.install(d)
	case "submit":
		r := cib.Request{ID: d.CmdArgs[1].Key}
		switch xml := strings.TrimSpace(d.Input); {
		case strings.HasPrefix(xml, "<status"):
			r.Ops = []cib.Op{{Kind: cib.Modify, XML: xml}}
		default:
			r.Ops = []cib.Op{{Kind: cib.Create, Path: "/cib/configuration/resources", XML: xml}}
		}
		s.step(s.node(d.CmdArgs[0].Key), Submit{r})
	case "read":
		s.step(s.node(d.CmdArgs[0].Key), Read{d.CmdArgs[1].Key})
	case "deliver":
		lost := map[uint32]bool{}
		for _, arg := range d.CmdArgs {
			for _, id := range arg.Vals {
				lost[s.node(id)] = true
			}
		}
		s.deliver(lost)
	case "stored":
		for _, arg := range d.CmdArgs {
			ev := Stored{N: s.stores[s.node(arg.Key)]}
			if len(arg.Vals) > 0 {
				ev.Err = strings.ReplaceAll(arg.Vals[0], "_", " ")
			}
			s.step(s.node(arg.Key), ev)
		}
	case "tick":
		var n int
		_, _ = fmt.Sscan(d.CmdArgs[0].Key, &n)
		for range n {
			for id := range uint32(len(s.cores)) {
				s.step(id+1, Tick{})
			}
		}
	default:
		s.t.Fatalf("no command %q", d.Cmd)
	}
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
