package sim

import (
	"time"

	"gpcs/internal/cluster/link"
	"gpcs/internal/cluster/member"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/replica"
	"gpcs/internal/cluster/view"
)

// daemon is one start of gpcsd.
type daemon struct {
	h     *host
	self  view.Peer
	conf  *configuration // in use
	began time.Duration
	core  *member.Core
	judge *link.Judge
	peers []*peer // by node id - 1; nil for itself

	numbers  []uint64                   // datagrams, by receiver
	windows  map[view.Peer]*link.Window // of those that came
	lost     map[uint32]lost
	previous *view.View
	quorate  bool // annotation of the result being taken
	result   bool // a result is being taken

	ticking, beating, checking func() // tick, beat and check

	steps  int // that the next tick stands for, see tickAsLoop
	saves  []replica.Store
	saving bool
	write  replica.Store // under way while saving
	calls  map[string]*call
	engine *engine // nil where only the cluster is simulated
}

type lost struct {
	heard time.Duration
	left  bool
}

// standing is last_man_standing_window, in ticks.
const standing = 30

func newDaemon(h *host) *daemon {
	w := h.w
	d := &daemon{h: h, began: w.now, self: view.Peer{ID: h.id, Incarnation: h.incarnation}, lost: map[uint32]lost{},
		calls: map[string]*call{}, conf: h.conf, peers: make([]*peer, len(w.hosts)), numbers: make([]uint64, len(w.hosts)), windows: map[view.Peer]*link.Window{}}
	d.ticking, d.beating, d.checking = d.tick, d.beat, d.check
	floor := max(h.ballots, h.lineage.Ballot.Counter)
	h.ballots = floor + reserve
	doc := h.doc.Copy()
	status := doc.Section("status")
	for _, e := range status.ChildElements() {
		status.RemoveChild(e)
	}
	d.core = member.New(member.Config{Self: d.self, Nodes: d.conf.nodes, Quorum: d.conf.votes, Memory: h.memory, Floor: floor,
		Window: standing, Recent: h.recent, Unshared: h.unshared, Token: ticks, Conf: d.conf.id(), Mutant: w.opt.Mutant, Name: func(id uint32) string { return w.hosts[id-1].name }}, doc, h.lineage)
	var others []uint32
	for _, other := range w.hosts {
		if other != h && d.conf.has(other.id) {
			others = append(others, other.id)
			d.meet(other)
		}
	}
	d.judge = link.NewJudge(d.conf.token, d.conf.interval(), d.conf.grace(), d.self.Incarnation, others)
	if w.plan != nil {
		d.engine = newEngine(d, doc)
	}
	return d
}

// reserve is by how much ballots are reserved on disk ahead of their use.
const reserve = 100

func (d *daemon) start() {
	d.in(d.h.w.between(0, tick), timer, d.ticking)
	d.in(d.h.w.between(0, time.Millisecond), timer, d.beating)
}

// end is the end of the daemon, however it comes.
func (d *daemon) end() {
	d.h.d = nil
	if w := d.h.w; w.more && d.saving && !d.h.full && w.chance(2) {
		d.h.written(d.write) // it reached the disk, and nobody was told
	}
	for _, c := range d.h.w.clients {
		c.abandoned(d)
	}
}

// in plans something that the daemon does, if it is still there.
func (d *daemon) in(after time.Duration, kind lateKind, do func()) {
	d.h.w.agenda.add(event{at: d.h.w.now + after, do: do, d: d, kind: kind})
}

// now does something, or later if the machine stands still.
func (d *daemon) now(kind lateKind, do func()) {
	switch {
	case d.h.d != d:
	case d.h.stalled:
		d.h.backlog = append(d.h.backlog, late{kind, func() { d.now(kind, do) }})
	default:
		do()
	}
}

func (d *daemon) tick() {
	if d.h.w.live {
		d.tickAsLoop()
		return
	}
	d.in(tick, timer, d.ticking)
	d.do(d.core.Tick(0, d.h.w.clock()))
}

// tickAsLoop is tick as package cluster has it: hellos go at one time by the
// clocks of all nodes, and a node at rest takes two steps at once.
func (d *daemon) tickAsLoop() {
	period := d.conf.tick()
	common := int(d.h.w.wall().Add(d.h.clock+period/2).UnixNano() / int64(period) % (1 << 30))
	for n := max(d.steps, 1); n > 0 && d.h.d == d; n-- {
		d.do(d.core.Tick(common-n+1, d.h.w.clock()))
	}
	if d.steps = 1; d.core.Resting() {
		d.steps = 2
	}
	d.in(time.Duration(d.steps)*d.conf.tick(), timer, d.ticking)
}

// beat sends heartbeats and judges silence.
func (d *daemon) beat() {
	w := d.h.w
	interval := d.conf.interval()
	d.in(interval, timer, d.beating)
	d.check()
	w.truthful(d)
	for _, p := range d.peers {
		if p != nil && d.h.d == d {
			d.greet(p)
			d.keep(p)
		}
	}
	if at := d.judge.Next(w.now); at < w.now+interval {
		d.in(at-w.now, timer, d.checking)
	}
}

func (d *daemon) check() { d.news(d.judge.Check(d.h.w.now)) }

func (d *daemon) greet(p *peer) {
	d.numbers[p.host.index]++
	d.h.w.datagram(d.h, p.host, packet{from: d.self, beat: d.judge.Beat(p.host.id, d.h.w.now), seq: d.numbers[p.host.index]})
}

// packet takes a datagram, but none twice.
func (d *daemon) packet(p packet) {
	w := d.windows[p.from]
	if w == nil {
		w = &link.Window{}
		d.windows[p.from] = w
	}
	switch {
	case w.Fresh(p.seq):
		d.heartbeat(p.from, p.beat)
	case d.h.w.opt.Mutant == noWindow:
		p.beat.Acked = d.h.w.now // or it would keep nobody up
		d.heartbeat(p.from, p.beat)
	}
}

func (d *daemon) heartbeat(from view.Peer, b link.Beat) {
	news, answer := d.judge.Hear(from, b, d.h.w.now)
	p := d.peers[from.ID-1]
	if p == nil {
		return
	}
	if answer {
		d.greet(p)
	}
	if p.conn == nil || p.with != from {
		d.keep(p)
	}
	d.news(news)
}

// news of the judge.
func (d *daemon) news(list []link.Event) {
	for _, e := range list {
		switch e := e.(type) {
		case link.Stalled:
			d.h.w.logf("%s: stood still", d.h.name)
			d.do(d.core.StepView(view.Stalled{}, d.h.w.clock()))
		case link.Up:
			d.h.w.logf("%s: %s is up", d.h.name, e.Peer)
			d.do(d.core.StepView(view.Reach{Peer: e.Peer, Up: true}, d.h.w.clock()))
		case link.Down:
			d.down(e.Peer)
		}
	}
}

func (d *daemon) down(p view.Peer) {
	d.h.w.logf("%s: %s is lost", d.h.name, p)
	q := d.peers[p.ID-1]
	if q.conn != nil {
		q.conn.close(d)
		q.conn = nil
	}
	if !d.lost[p.ID].left {
		d.lost[p.ID] = lost{heard: d.judge.LastHeard(p.ID)}
	}
	d.do(d.core.StepView(view.Reach{Peer: p}, d.h.w.clock()))
}

// connected tells the core of a stream that stands anew.
func (d *daemon) connected(p view.Peer) {
	if inc, up := d.judge.IsUp(p.ID); up && inc == p.Incarnation {
		d.do(d.core.StepView(view.Reach{Peer: p, Up: true}, d.h.w.clock()))
	}
}

func (d *daemon) receive(from view.Peer, f frame) {
	if f.message.View != nil && f.message.View.Kind == view.Bye {
		d.lost[from.ID] = lost{heard: d.h.w.now, left: true}
	}
	d.result = f.message.Replica != nil && f.message.Replica.Kind == replica.Result
	d.quorate = f.quorate
	d.do(d.core.Receive(from, f.message, d.h.w.clock()))
	d.result = false
}

// do carries the core's effects out, in order.
func (d *daemon) do(effects []member.Effect) {
	w := d.h.w
	if used := d.core.Counter(); used+reserve/2 > d.h.ballots {
		d.h.ballots = used + reserve
	}
	for _, e := range effects {
		switch e := e.(type) {
		case member.Send:
			d.sent(e)
		case view.Entered:
			w.logf("%s: entered %s holding %s", d.h.name, e.View, d.core.Document().Version())
			d.entered(e.View)
		case view.Opened:
			w.logf("%s: opened view %s", d.h.name, e.View.Ballot)
			w.viewOpened(e.View, d.conf.votes)
			d.changed()
		case view.Closed:
			d.changed()
		case view.Isolated:
			w.logf("%s: isolated %v", d.h.name, e.Now)
			d.changed()
		case view.Differs:
			d.in(w.between(0, time.Millisecond), timer, d.reload)
		case replica.Changed:
			d.engine.documentChanged()
		case replica.Store:
			w.agreedOn(d, e)
			d.saves = append(d.saves, e)
			d.save()
		case replica.Lost:
			w.gaveWay(d.h, e)
		case replica.Reply:
			d.reply(e)
		}
	}
}

// binding tells whether what a view answers holds for ever: one of two nodes
// that goes on alone may lose against the other.
func (w *world) binding(v *view.View) bool {
	return v != nil && v.Quorum.Quorate && (len(v.Members) > 1 || !w.conf.votes.TwoNode)
}

func (d *daemon) sent(e member.Send) {
	v := d.core.View()
	if m := e.Message; m.View == nil || m.View.Kind != view.Hello {
		d.h.w.logf("%s -> %s: %s", d.h.name, e.To, m)
	}
	d.send(e.To, e.Message, d.h.w.binding(v))
}

func (d *daemon) entered(v *view.View) {
	d.h.w.viewEntered(d.h, v)
	if d.previous != nil {
		for _, id := range d.previous.IDs() {
			if _, known := d.lost[id]; !known && !v.Has(id) {
				d.lost[id] = lost{heard: d.judge.LastHeard(id)}
			}
		}
	}
	for _, id := range v.IDs() {
		delete(d.lost, id)
	}
	for _, p := range d.peers {
		if p != nil && !v.Has(p.host.id) {
			p.app.waiting = nil
		}
	}
	d.previous = v
	d.remember(d.core.Memory())
	d.changed()
	d.h.w.entering(d.h)
}

// remember keeps what quorum must know: on the disk at once only what binds.
func (d *daemon) remember(m quorum.Memory) {
	h := d.h
	binds := d.conf.votes.Binds(h.memory, m)
	if h.memory = m; binds {
		h.kept = m
		return
	}
	h.w.in(h.w.between(time.Millisecond, 10*time.Millisecond+h.slow), func() {
		if h.d == d && h.kept.Round <= m.Round {
			h.kept = m
		}
	})
}

// changed tells the engine that the membership may be another one.
func (d *daemon) changed() { d.engine.stateChanged() }

// save writes documents, of several that wait the newest only.
func (d *daemon) save() {
	if d.saving || len(d.saves) == 0 {
		return
	}
	d.saving = true
	last := d.saves[len(d.saves)-1]
	d.saves, d.write = nil, last
	w := d.h.w
	took := w.between(500*time.Microsecond, 5*time.Millisecond)
	if d.h.slow > took {
		took = w.between(took, d.h.slow)
	}
	d.in(took, arrival, func() {
		d.saving = false
		stored := replica.Stored{N: last.N}
		if d.h.full {
			stored.Err = "no space left on device"
			d.h.failed = w.now
		} else {
			d.h.written(last)
		}
		w.logf("%s: stored #%d %s %s", d.h.name, last.N, last.Doc.Version(), stored.Err)
		d.do(d.core.StepReplica(stored, w.clock()))
		d.save()
	})
}

func (h *host) written(s replica.Store) {
	h.doc, h.lineage, h.recent, h.unshared = s.Doc, s.Lineage, s.Recent, s.Unshared
}

// reply gives an answer to who waits for it.
func (d *daemon) reply(r replica.Reply) {
	quorate := d.quorate
	if v := d.core.View(); !d.result {
		quorate = d.h.w.binding(v)
	}
	if c := d.calls[r.ID]; c != nil {
		delete(d.calls, r.ID)
		c.answered(r, quorate)
	}
}

// leave ends the daemon after it told the others.
func (d *daemon) leave() {
	d.h.w.logf("%s leaves", d.h.name)
	d.do(d.core.StepView(view.Leave{}, d.h.w.clock()))
	d.h.memory, d.h.stays, d.h.seenAll = d.h.memory.AfterBoot(), true, false
	d.in(50*time.Millisecond, timer, d.h.kill)
	// Who leaves while all is mended was not there to be started again.
	d.h.w.in(token, func() {
		if d.h.w.calm && d.h.stays {
			d.h.boot()
		}
	})
}
