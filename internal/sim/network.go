package sim

import (
	"time"

	"gpcs/internal/cluster/link"
	"gpcs/internal/cluster/member"
	"gpcs/internal/cluster/view"
)

// network says what becomes of what is sent. Faults add to and take from its
// counts, so that they may overlap.
type network struct {
	n        int
	blocked  []int           // by from*n+to: how many faults cut this direction
	filtered []int           // the same, for datagrams only
	loss     int             // percent of datagrams lost
	jitter   time.Duration   // further delay, at most
	taps     []tapped        // by from*n+to
	heard    []time.Duration // by to*n+from: when a packet came that was sent then
}

func newNetwork(n int) network {
	return network{n: n, blocked: make([]int, n*n), filtered: make([]int, n*n), taps: make([]tapped, n*n), heard: make([]time.Duration, n*n)}
}

func (n *network) cut(from, to int) *int { return &n.blocked[from*n.n+to] }

func (w *world) passes(from, to *host) bool { return *w.net.cut(from.index, to.index) == 0 }

func (w *world) bothWays(a, b *host) bool {
	return a.power && b.power && w.passes(a, b) && w.passes(b, a)
}

// delay is how long a packet takes.
func (w *world) delay() time.Duration {
	d := w.between(200*time.Microsecond, 2*time.Millisecond)
	if w.net.jitter > 0 && w.chance(3) {
		d += w.between(0, w.net.jitter)
	}
	return d
}

// packet is a heartbeat as it goes over the network. Its seal cannot be forged,
// but whoever has seen one can send it again.
type packet struct {
	from view.Peer
	beat link.Beat
	seq  uint64
}

// tapped are the packets of one direction that came last, which somebody has
// recorded.
type tapped struct {
	packets [8]packet
	n       int
}

// datagram sends a packet that may be lost, doubled and overtaken.
func (w *world) datagram(from, to *host, p packet) {
	copies := 1
	switch {
	case w.net.loss > 0 && w.rnd.IntN(100) < w.net.loss:
		return
	case w.chance(50):
		copies = 2
	}
	for range copies {
		w.in(w.delay(), func() {
			if w.passes(from, to) && w.net.filtered[from.index*w.net.n+to.index] == 0 && to.power {
				w.net.heard[to.index*w.net.n+from.index] = w.now
				t := &w.net.taps[from.index*w.net.n+to.index]
				t.packets[t.n%len(t.packets)] = p
				t.n++
				w.arrives(to, p)
			}
		})
	}
}

func (w *world) arrives(to *host, p packet) {
	switch d := to.d; {
	case d == nil:
	case to.stalled:
		d.now(arrival, func() { d.packet(p) })
	default:
		d.packet(p)
	}
}

// replay sends recorded packets again, cut or not, for a while: those of all
// nodes to one.
func (w *world) replay(to *host) {
	d := w.between(token, 6*token)
	w.logf("FAULT heartbeats to %s are replayed for %v", to.name, d)
	end := w.now + d
	var again func()
	again = func() {
		if w.now > end || w.calm {
			return
		}
		for _, from := range w.hosts {
			if t := &w.net.taps[from.index*w.net.n+to.index]; from != to && t.n > 0 && to.power {
				w.arrives(to, t.packets[w.rnd.IntN(min(t.n, len(t.packets)))])
			}
		}
		w.in(beat, again)
	}
	again()
}

// frameKind tells what goes through a stream.
type frameKind int

const (
	frameMessage frameKind = iota
	frameApp               // to be confirmed
	frameSeen              // confirms
	frameEnd               // the sender closed its end
)

// frame is one item of a stream.
type frame struct {
	at      time.Duration // when it is there
	kind    frameKind
	message member.Message
	quorate bool // of a result: the view in which the DC gave it had a quorum
	seq     uint64
	app     command
}

// conn is one connection between two daemons. Each direction keeps the order;
// while its path is cut everything waits, as TCP does.
type conn struct {
	ends   [2]*daemon
	closed [2]bool // by the daemon at that end
	wires  [2]wire // by sender
}

type wire struct {
	waiting []frame
	busy    bool          // an event for the first of them is planned
	last    time.Duration // arrival of the last one

	arriving func() // the event
}

func (c *conn) end(d *daemon) int {
	if c.ends[0] == d {
		return 0
	}
	return 1
}

// put sends a frame from d's end.
func (c *conn) put(d *daemon, f frame) {
	e := c.end(d)
	if c.closed[e] {
		return
	}
	c.push(e, f)
}

func (c *conn) push(e int, f frame) {
	w, wr := c.ends[e].h.w, &c.wires[e]
	wr.last = max(w.now+w.delay(), wr.last)
	f.at = wr.last
	wr.waiting = append(wr.waiting, f)
	c.pump(e)
}

// pump plans the arrival of the next frame of a direction.
func (c *conn) pump(e int) {
	wr := &c.wires[e]
	if wr.busy || len(wr.waiting) == 0 {
		return
	}
	wr.busy = true
	w := c.ends[e].h.w
	if wr.arriving == nil {
		wr.arriving = func() { c.arrive(e) }
	}
	w.agenda.add(event{at: max(w.now, wr.waiting[0].at), do: wr.arriving})
}

// arrive delivers what has been on its way for long enough, unless the path is cut.
func (c *conn) arrive(e int) {
	from, to := c.ends[e], c.ends[1-e]
	w, wr := from.h.w, &c.wires[e]
	if to.h.d != to {
		wr.waiting = nil // nobody is there any more
		return
	}
	if !w.passes(from.h, to.h) {
		w.in(w.between(20*time.Millisecond, 200*time.Millisecond), func() { c.arrive(e) })
		return
	}
	n := 0
	for n < len(wr.waiting) && wr.waiting[n].at <= w.now {
		n++
	}
	batch := wr.waiting[:n:n]
	wr.waiting, wr.busy = wr.waiting[n:], false
	c.pump(e)
	to.now(arrival, func() {
		for _, f := range batch {
			if to.h.d != to {
				return
			}
			to.take(c, f)
		}
	})
}

// close ends the connection from d's side. What is on its way may still come,
// and may not.
func (c *conn) close(d *daemon) {
	e := c.end(d)
	if c.closed[e] {
		return
	}
	if w, wr := d.h.w, &c.wires[e]; len(wr.waiting) > 0 && w.chance(2) {
		wr.waiting = wr.waiting[:w.rnd.IntN(len(wr.waiting)+1)]
	}
	c.push(e, frame{kind: frameEnd})
	c.closed[e] = true
}

// peer is what a daemon has of another node: its stream and what is to be
// confirmed on it.
type peer struct {
	host    *host
	conn    *conn
	with    view.Peer // the other end of conn
	keeping bool      // an attempt to connect is planned
	pause   time.Duration
	app     outbox
}

// outbox keeps commands until they are confirmed, as package link does.
type outbox struct {
	inc        uint64
	next, seen uint64
	waiting    []frame
}

func (o *outbox) confirm(seq uint64) {
	for len(o.waiting) > 0 && o.waiting[0].seq <= seq {
		o.waiting = o.waiting[1:]
	}
}

const shortest, longest = 10 * time.Millisecond, 250 * time.Millisecond

// keep looks after the stream with a peer: the lower node id dials.
func (d *daemon) keep(p *peer) {
	if p.keeping || d.peers[p.host.index] != p {
		return
	}
	heard, waits := d.judge.Hears(p.host.id, d.h.w.now), d.judge.WaitsFor(p.host.id)
	stands := p.conn != nil && (heard == 0 || p.with.Incarnation == heard)
	dials := d.self.ID < p.host.id && heard != 0
	if stands || (heard == 0 && !waits) || (!dials && !waits) {
		p.pause = shortest
		return
	}
	p.keeping = true
	w := d.h.w
	d.in(w.delay()+w.delay(), timer, func() { d.dial(p, dials) })
}

// dial is the middle of an attempt to connect.
func (d *daemon) dial(p *peer, adopt bool) {
	w := d.h.w
	done := func(ok bool) {
		p.keeping = false
		if !ok {
			p.keeping = true
			d.in(p.pause, timer, func() { p.keeping = false; d.keep(p) })
			p.pause = min(2*p.pause, longest)
		}
	}
	other := p.host.d
	switch {
	case d.peers[p.host.index] != p: // it is no node any more
	case !w.bothWays(d.h, p.host):
		done(false)
	case p.host.stalled:
		done(false)
	case other == nil:
		d.judge.Refuse(p.host.id, w.now)
		done(false)
	case !adopt, other.peers[d.h.index] == nil: // it may not know this node yet
		done(false)
	default:
		c := &conn{ends: [2]*daemon{d, other}}
		seen := p.app.seenFrom(other.self.Incarnation)
		theirs := other.peers[d.h.index].app.seenFrom(d.self.Incarnation)
		other.in(w.delay(), arrival, func() { other.adopt(other.peers[d.h.index], c, d.self, seen) })
		d.in(w.delay()+2*time.Millisecond, arrival, func() {
			p.keeping, p.pause = false, shortest
			d.adopt(d.peers[p.host.index], c, other.self, theirs)
		})
	}
}

func (o *outbox) seenFrom(inc uint64) uint64 {
	if o.inc != inc {
		return 0
	}
	return o.seen
}

// adopt makes a connection the stream with its peer, if that is one still.
func (d *daemon) adopt(p *peer, c *conn, with view.Peer, seen uint64) {
	if p == nil {
		c.close(d)
		return
	}
	old := p.conn
	p.conn, p.with = c, with
	if p.app.inc != with.Incarnation {
		p.app = outbox{inc: with.Incarnation}
	}
	p.app.confirm(seen)
	for _, f := range p.app.waiting {
		c.put(d, f)
	}
	news := d.judge.Connect(with)
	if old != nil {
		old.close(d)
	}
	d.connected(with)
	d.news(news)
	if c.closed[c.end(d)] { // its other end came and went in the meantime
		d.ended(p, c)
	}
}

// ended notes that the other end of a connection was closed.
func (d *daemon) ended(p *peer, c *conn) {
	c.close(d)
	if p.conn == c {
		p.conn = nil
		d.judge.End(c.ends[1-c.end(d)].self, d.h.w.now)
	}
	d.keep(p)
}

// take handles one frame.
func (d *daemon) take(c *conn, f frame) {
	from := c.ends[1-c.end(d)].self
	p := d.peers[from.ID-1]
	if c.closed[c.end(d)] || p == nil {
		return
	}
	switch f.kind {
	case frameMessage:
		d.receive(from, f)
	case frameApp:
		if p.conn == c && f.seq > p.app.seen {
			p.app.seen = f.seq
			d.command(f.app)
		}
		c.put(d, frame{kind: frameSeen, seq: f.seq})
	case frameSeen:
		if p.conn == c {
			p.app.confirm(f.seq)
		}
	case frameEnd:
		d.ended(p, c)
	}
}

// send queues a message for a peer's incarnation; lost where there is no stream.
func (d *daemon) send(to view.Peer, m member.Message, quorate bool) {
	if p := d.peers[to.ID-1]; p != nil && p.conn != nil && p.with == to {
		p.conn.put(d, frame{kind: frameMessage, message: m, quorate: quorate})
	}
}

// sendCommand queues a command; false if the peer is lost now.
func (d *daemon) sendCommand(to uint32, c command) bool {
	p := d.peers[to-1]
	if p == nil {
		return false
	}
	if inc, up := d.judge.IsUp(to); !up || inc != p.app.inc {
		return false
	}
	p.app.next++
	f := frame{kind: frameApp, seq: p.app.next, app: c}
	p.app.waiting = append(p.app.waiting, f)
	if p.conn != nil {
		p.conn.put(d, f)
	}
	return true
}
