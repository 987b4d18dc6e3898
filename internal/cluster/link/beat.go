package link

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"runtime"
	"slices"
	"syscall"
	"time"

	"gpcs/internal/cluster/view"
)

// beat reads what has come, judges silence and sends heartbeats. It has a thread
// of its own, with real-time priority where that is allowed, so that load on this
// machine is not taken for death of the others.
//
// A cluster at rest wakes it up once in an interval: what came meanwhile bears the
// time at which it came, and is read before anybody is judged. While peers come or
// go it looks more often.
func (m *Mesh) beat(ctx context.Context) error {
	runtime.LockOSThread()
	if err := realtime(); err != nil {
		m.opt.Log.Debug("heartbeats run without real-time priority", "err", err)
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	var due time.Duration
	buf := make([]byte, maxDatagram)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-m.kick:
			due = 0
		}
		m.readAll(buf)
		now := m.now()
		m.mu.Lock()
		verdicts := m.judge.check(now)
		if now >= due {
			due = now + m.untilBeat(m.interval)
			for _, p := range m.peers {
				m.greet(p, now)
			}
		}
		timer.Reset(min(m.judge.next(now), m.look(now), due) - now)
		m.mu.Unlock()
		m.deliver(verdicts)
	}
}

// look is when to read at the latest. The roster's datagrams wait for that too,
// also where heartbeats are rare. The lock is held.
func (m *Mesh) look(now time.Duration) time.Duration {
	if now < m.lively {
		return now + m.interval/10
	}
	return now + m.untilBeat(min(m.interval, mostRest))
}

// mostRest is for how long datagrams may wait to be read.
const mostRest = 100 * time.Millisecond

// phaseOf is where in an interval a node beats. What a node says acknowledges
// what came before: where all beat at one moment each acknowledgement is an
// interval older than it need be. In a cluster of more nodes they do all the same,
// for what comes in streams would come all the time.
func phaseOf(id uint32, nodes int, interval time.Duration) time.Duration {
	eighths := [8]time.Duration{0, 4, 2, 6, 1, 5, 3, 7} // neighbours are far apart
	if nodes > len(eighths) {
		return 0
	}
	return interval * eighths[id%8] / 8
}

// UntilBeat is the time until a period's next begin, all of which lie at the phase
// of this node's beats on the wall clock: what is periodic in a daemon is done then,
// when it wakes up anyway. It is at least a quarter of the period, and at most a
// quarter more than it.
func (m *Mesh) UntilBeat(period time.Duration) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.untilBeat(period)
}

// untilBeat is UntilBeat; the lock is held.
func (m *Mesh) untilBeat(period time.Duration) time.Duration {
	wait := period - m.phased()%period
	if wait < period/4 {
		wait += period
	}
	return wait
}

// phased is the time by the wall clock and the phase. The lock is held.
func (m *Mesh) phased() time.Duration {
	return time.Duration(time.Now().UnixNano()) - phaseOf(m.opt.Self.ID, len(m.opt.Nodes), m.interval)
}

// Beats is how many periods there have been, by the wall clock, when one begins.
// Where clocks agree all nodes have the same number within an interval.
func (m *Mesh) Beats(period time.Duration) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	const enough = 1 << 30 // for an int of any size
	return int((m.phased() + period/2) / period % enough)
}

// greet sends a heartbeat to a peer on all links. The lock is held.
func (m *Mesh) greet(p *peer, now time.Duration) {
	b := m.judge.beat(p.ID, now)
	for _, i := range p.links() {
		h := heartbeat{sent: uint64(b.Sent), hears: b.Hears, acked: uint64(b.Acked)}
		if path := &p.paths[i]; path.echo != 0 {
			h.echo, h.held = path.echo, uint64(now-path.heard)
		}
		m.transmit(p, i, h.encode())
	}
}

// transmit sends one datagram. What the kernel refuses is as good as lost on
// the way: silence tells.
func (m *Mesh) transmit(p *peer, link int, body []byte) {
	if link >= len(m.sockets) || m.sockets[link] == nil || link >= len(p.addrs) || !p.addrs[link].IsValid() {
		return
	}
	path := &p.paths[link]
	path.seq++
	h := header{from: m.opt.Self, to: p.ID, link: uint8(link), seq: path.seq}
	_ = m.sockets[link].send(sealDatagram(m.sealing, h, body), p.addrs[link])
}

// SendPacket sends one of the roster's datagrams on the best link, or on all.
func (m *Mesh) SendPacket(to uint32, body []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.peers[to]; p != nil {
		p.sent++
		packet := append(binary.BigEndian.AppendUint64([]byte{kindRoster}, p.sent), body...)
		if !m.opt.Active {
			m.transmit(p, m.best(p, m.now()), packet)
			return
		}
		for _, i := range p.links() {
			m.transmit(p, i, packet)
		}
	}
}

// readAll takes what has come on all links.
func (m *Mesh) readAll(buf []byte) {
	m.mu.Lock()
	sockets := slices.Clone(m.sockets)
	before := m.readAt
	m.mu.Unlock()
	for link, conn := range sockets {
		// As many as its buffer has room for: what comes faster than it is read is no heartbeat.
		for range 4096 {
			if conn == nil {
				break
			}
			n, ago, err := conn.receive(buf)
			if errors.Is(err, syscall.EAGAIN) || errors.Is(err, net.ErrClosed) {
				break
			}
			if err == nil { // else such as an ICMP error of an earlier send
				m.accept(link, buf[:n], cameAt(ago, before, m.now()))
			}
		}
	}
	m.mu.Lock()
	m.readAt = m.now()
	m.mu.Unlock()
}

// cameAt is when something came that was not there at an earlier reading. The
// wall clock, by which it came some time ago, may have been set meanwhile.
func cameAt(ago, before, now time.Duration) time.Duration { return min(max(now-ago, before), now) }

// accept takes one datagram that came at a time; what does not open, or is old,
// is dropped.
func (m *Mesh) accept(link int, b []byte, now time.Duration) {
	h, err := parseHeader(b)
	if err != nil || h.to != m.opt.Self.ID || int(h.link) != link {
		return
	}
	m.mu.Lock()
	p, body := m.unseal(h, b, now)
	if p == nil {
		m.mu.Unlock()
		return
	}
	var verdicts []verdict
	switch body[0] {
	case kindHeartbeat:
		verdicts = m.heartbeat(p, h, body, now)
	case kindRoster:
		fresh := len(body) >= 9 && p.came.fresh(binary.BigEndian.Uint64(body[1:])) // else it came on another link
		m.mu.Unlock()
		if fresh && m.roster.Packet != nil {
			m.roster.Packet(p.ID, body[9:], time.Now())
		}
		return
	}
	m.mu.Unlock()
	m.deliver(verdicts)
}

// unseal opens a datagram and refuses replays. The lock is held.
func (m *Mesh) unseal(h header, b []byte, now time.Duration) (*peer, []byte) {
	p := m.peers[h.from.ID]
	if p == nil || int(h.link) >= len(p.addrs) || p.Addresses[h.link] == "" || !m.judge.takes(p.ID, h.from.Incarnation, now) {
		return nil, nil
	}
	opener := p.opener
	if p.inc != h.from.Incarnation {
		opener = m.keys.seal(h.from)
	}
	body, err := openDatagram(opener, h, b)
	if err != nil || len(body) == 0 {
		m.refused++
		return nil, nil
	}
	if p.inc != h.from.Incarnation {
		p.turn(h.from.Incarnation, opener)
	}
	if !p.paths[h.link].window.fresh(h.seq) {
		return nil, nil
	}
	return p, body
}

func (m *Mesh) heartbeat(p *peer, h header, body []byte, now time.Duration) []verdict {
	beat, err := parseHeartbeat(body)
	if err != nil {
		return nil
	}
	path := &p.paths[h.link]
	if path.heard == 0 || now-path.heard >= m.patience() {
		path.since = now
	}
	path.heard, path.echo = now, beat.sent
	if held := time.Duration(beat.held); beat.echo != 0 && held >= 0 && held < now {
		path.back = now - held
	}
	if rtt := int64(now) - int64(beat.echo) - int64(beat.held); beat.echo != 0 && beat.hears == m.opt.Self.Incarnation && rtt > 0 {
		path.rtt = smooth(path.rtt, time.Duration(rtt))
	}
	b := Beat{Hears: beat.hears, Sent: time.Duration(beat.sent), Acked: time.Duration(beat.acked)}
	verdicts, answer := m.judge.hear(p.ID, h.from.Incarnation, b, now)
	if answer {
		m.greet(p, m.now())
	}
	if answer || len(verdicts) > 0 || m.judge.peers[p.ID].up != h.from.Incarnation {
		m.lively = m.now() + m.opt.Token
	}
	if p.stream == nil || p.stream.peer != (view.Peer{ID: p.ID, Incarnation: h.from.Incarnation}) || m.strays(p, now) {
		p.poke()
	}
	return verdicts
}

func smooth(old, new time.Duration) time.Duration {
	if old == 0 {
		return new
	}
	return old + (new-old)/8
}

// poke wakes the keeper of the peer's stream.
func (p *peer) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}
