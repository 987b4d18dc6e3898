package sim

import (
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/view"
)

// The cluster's times. They stand in the proportions of package cluster.
const (
	token    = time.Second
	tick     = token / ticks
	ticks    = 20 // of the cores, per token
	beat     = token / 10
	grace    = 3 * token
	guard    = token / 4
	faultsOf = 30 * token // time with faults
	settling = 60 * token // time after the last fault in which all must be well again
)

// Options say what to simulate.
type Options struct {
	Seed uint64
	// Engine adds controllers, executors and agents to the nodes.
	Engine bool
	// Fencing has small clusters with an engine in trouble that is about
	// fencing.
	Fencing bool
	// Mutant is a rule that is switched off, see Mutants.
	Mutant view.Mutant
	// Trace takes one line for each thing that happens, if it is not nil.
	Trace io.Writer
}

// Stats count what happened.
type Stats struct {
	Nodes, Faults, Views, Acked, Unknown, Reads, Lost int
	Undecided                                         int // histories that could not be judged in time
	Starts, Stops, Failures                           int // of agents
	Fenced                                            int // nodes switched off by their devices
	Proofs, Races, Lies, Confirmed                    int // recoveries by a proof, fencing of one of two, by devices that lie, confirmed by a human
	StallHolds                                        int // times that an address was held twice, once by a node that stood still
	DeadHolds                                         int // the same, by a node without a daemon
	Settled                                           time.Duration
	ByKind                                            map[string]int // faults
}

// Add adds up what several seeds counted; Settled is the longest.
func (s *Stats) Add(o Stats) {
	s.Nodes += o.Nodes
	s.Faults += o.Faults
	s.Views += o.Views
	s.Acked += o.Acked
	s.Lost += o.Lost
	s.Unknown += o.Unknown
	s.Reads += o.Reads
	s.Undecided += o.Undecided
	s.Starts += o.Starts
	s.Stops += o.Stops
	s.Failures += o.Failures
	s.Fenced += o.Fenced
	s.Proofs += o.Proofs
	s.Races += o.Races
	s.Lies += o.Lies
	s.Confirmed += o.Confirmed
	s.StallHolds += o.StallHolds
	s.DeadHolds += o.DeadHolds
	s.Settled = max(s.Settled, o.Settled)
	if s.ByKind == nil {
		s.ByKind = map[string]int{}
	}
	for kind, n := range o.ByKind {
		s.ByKind[kind] += n
	}
}

// Run simulates one seed. The error is the first thing that must not happen
// and did, at its time.
func Run(opt Options) (Stats, error) {
	w := newWorld(opt)
	w.run()
	return w.stats, w.broken
}

// world is all that there is: hosts, the network between them, clients.
type world struct {
	opt    Options
	rnd    *rand.Rand
	now    time.Duration
	agenda agenda
	hosts  []*host        // by node id - 1; those that are no nodes, too
	conf   *configuration // that the administrator wrote last
	net    network
	calm   bool // the faults are over
	more   bool // with the faults that came later: seeds without them find what they found before
	live   bool // nodes and votes change while the cluster runs
	broken error
	stats  Stats

	clients []*client
	history []*call
	asked   int
	tickets int64 // orders calls and answers

	views  map[term]string // what each ballot installed
	texts  map[stored][]byte
	saved  map[string]bool // changes in documents that gave way, by request
	opened []opened        // quorate views, in the order of their opening
	ctime  string
	second time.Duration

	plan        *plan   // resources, where the engine is simulated
	fences      *fences // where nodes are fenced
	settledOnce bool    // after the faults
}

func newWorld(opt Options) *world {
	opt.Engine = opt.Engine || opt.Fencing
	w := &world{opt: opt, conf: &configuration{}, live: live(opt), rnd: rand.New(rand.NewPCG(opt.Seed, 0x67706373)), now: time.Second,
		views: map[term]string{}, texts: map[stored][]byte{}, saved: map[string]bool{}, stats: Stats{ByKind: map[string]int{}}}
	n := 3 + w.rnd.IntN(3)
	if w.chance(5) {
		n = 6 + w.rnd.IntN(2)
	}
	w.more = opt.Engine || opt.Seed%5 != 4
	if w.more && !opt.Engine && !w.live && opt.Seed%8 == 1 {
		n, w.conf.votes.TwoNode = 2, true
	}
	if opt.Fencing {
		n = w.small()
	}
	w.stats.Nodes = n
	w.configure(n)
	spare := 0
	if w.live {
		spare = 1 + w.rnd.IntN(2)
	}
	w.net = newNetwork(n + spare)
	doc := w.firstDocument()
	for id := range uint32(n + spare) {
		w.hosts = append(w.hosts, newHost(w, id+1, doc))
	}
	for _, h := range w.members() {
		h.conf = w.conf
	}
	clients := 2 + w.rnd.IntN(3)
	if opt.Fencing {
		clients = 1
	}
	for i := range clients {
		w.clients = append(w.clients, &client{w: w, n: i})
	}
	return w
}

// small makes a cluster for seeds about fencing: half of them have two nodes.
func (w *world) small() int {
	if w.opt.Seed%2 == 0 {
		w.conf.votes.TwoNode = true
		return 2
	}
	return 3 + w.rnd.IntN(4)/3
}

// firstDocument is what all nodes start with.
func (w *world) firstDocument() *cib.Document {
	doc := cib.New("pacemaker-3.9", "3.16.1")
	if w.opt.Engine {
		w.plan = newPlan(w)
		w.plan.configure(doc, len(w.conf.nodes), w.fences)
	}
	doc.Section("crm_config").AddChild(cib.NewElement("cluster_property_set", "id", "sim"))
	return doc
}

// chance is true once in n times.
func (w *world) chance(n int) bool { return w.rnd.IntN(n) == 0 }

// between is a random time from a up to b, a if that is less.
func (w *world) between(a, b time.Duration) time.Duration {
	return a + time.Duration(w.rnd.Int64N(int64(max(b-a, 0))+1))
}

// in plans something.
func (w *world) in(d time.Duration, do func()) { w.agenda.add(event{at: w.now + d, do: do}) }

func (w *world) logf(format string, args ...any) {
	if w.opt.Trace != nil {
		fmt.Fprintf(w.opt.Trace, "%9.3f  "+format+"\n", append([]any{w.now.Seconds() - 1}, args...)...)
	}
}

// fail notes the first violation.
func (w *world) fail(format string, args ...any) {
	if w.broken == nil {
		w.broken = fmt.Errorf("at %.3f s: "+format, append([]any{w.now.Seconds() - 1}, args...)...)
		w.logf("VIOLATION: %v", w.broken)
	}
}

// clock is the time in the form of ctime(3).
func (w *world) clock() string {
	if s := w.now.Truncate(time.Second); s != w.second || w.ctime == "" {
		w.second, w.ctime = s, w.wall().Format(time.ANSIC)
	}
	return w.ctime
}

// wall is the time of day.
func (w *world) wall() time.Time { return time.Unix(1_800_000_000, 0).UTC().Add(w.now) }

// until lets everything happen up to a time, or until stop is true.
func (w *world) until(end time.Duration, stop func() bool) bool {
	for w.broken == nil {
		if len(w.agenda.heap) == 0 || w.agenda.heap[0].at > end {
			w.now = end
			return false
		}
		e, _ := w.agenda.next()
		w.now = e.at
		if e.d != nil {
			e.d.now(e.kind, e.do)
		} else {
			e.do()
		}
		if stop != nil && stop() {
			return true
		}
	}
	return false
}

// run is the whole history: faults, their end, and peace.
func (w *world) run() {
	for _, h := range w.members() {
		w.in(w.between(0, token/2), h.boot)
	}
	for _, c := range w.clients {
		w.in(w.between(2*token, 4*token), c.next)
	}
	w.in(3*token, w.trouble)
	w.until(w.now+faultsOf, nil)
	w.logf("the faults are over")
	w.calm = true
	w.healAll()
	start := w.now
	next := w.now
	if w.fences != nil {
		next += 2 * token // what was cut last may not have been noticed yet
	}
	settled := w.until(w.now+settling, func() bool {
		if w.now < next {
			return false
		}
		next = w.now + token/4
		return w.unsettled() == ""
	})
	if w.broken == nil && !settled {
		w.fail("not settled %v after the last fault: %s", settling, w.unsettled())
	}
	w.stats.Settled = w.now - start
	w.settledOnce = true
	w.peace()
	w.restartsAreHarmless()
}

// Replay is the command that shows a seed again.
func (o Options) Replay() string {
	with := ""
	switch {
	case o.Fencing:
		with = " -fencing"
	case o.Engine:
		with = " -engine"
	}
	return fmt.Sprintf("go run ./test/sim -seed %d%s -trace", o.Seed, with)
}
