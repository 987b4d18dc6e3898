package link

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"gpcs/internal/cluster/view"
)

// Frames of a peer's stream begin with their kind.
const (
	frameMessage = 1
	frameApp     = 2 // sequence u64, length of kind u8, kind, payload
	frameSeen    = 3 // sequence u64 of the last App that came
)

// maxWaiting bounds the messages that a peer has not confirmed: far more than
// a transition has actions in flight.
const maxWaiting = 16 * queueLength

// outbox holds messages to a peer's incarnation until it has confirmed them,
// so that a stream that breaks loses and doubles none. Under the mesh's lock.
type outbox struct {
	inc     uint64 // the peer's
	next    uint64
	waiting [][]byte // frames from next-len+1 on
	seen    uint64   // the last one that came from the peer
}

func (o *outbox) begin(inc uint64) {
	if o.inc != inc {
		*o = outbox{inc: inc}
	}
}

func (o *outbox) confirm(seq uint64) {
	if first := o.next - uint64(len(o.waiting)) + 1; seq >= first && seq <= o.next {
		o.waiting = o.waiting[seq-first+1:]
	}
}

// drop forgets what the peer did not confirm: it must not come late.
func (o *outbox) drop() { o.waiting = nil }

// keep keeps the stream with a peer: the lower node id dials, again and again
// while the peer is heard. Where a peer's process ended, it asks the host
// whether it lives. Heartbeats of a peer without a good stream, and the end of
// a stream, wake it: as long as nothing is to be done it has no timer.
func (m *Mesh) keep(ctx context.Context, p *peer) error {
	const shortest, longest = 10 * time.Millisecond, 250 * time.Millisecond
	pause := shortest
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.wake:
		}
		m.mu.Lock()
		now := m.now()
		heard, waits := m.judge.hears(p.ID, now), m.judge.waitsFor(p.ID)
		stands := p.stream != nil && (heard == 0 || p.stream.peer.Incarnation == heard) && !m.strays(p, now)
		m.mu.Unlock()
		var err error
		switch {
		case stands || (heard == 0 && !waits):
			pause = shortest
			continue
		case m.opt.Self.ID < p.ID && heard != 0:
			err = m.dial(ctx, p)
		case waits:
			err = m.probe(ctx, p)
		default:
			continue // the peer dials
		}
		if errors.Is(err, syscall.ECONNREFUSED) {
			m.mu.Lock()
			m.judge.refuse(p.ID, m.now())
			m.mu.Unlock()
		}
		if err == nil {
			pause = shortest
			continue
		}
		m.opt.Log.Debug("no stream with a node yet", "node", p.Name, "err", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = min(2*pause, longest)
		p.poke()
	}
}

func (m *Mesh) dial(ctx context.Context, p *peer) error {
	host, link := m.host(p)
	conn, hello, err := m.connect(ctx, p, host, purposePeer)
	if err != nil {
		return err
	}
	m.adopt(p, conn, hello, link)
	return nil
}

// probe only looks whether the peer's host answers.
func (m *Mesh) probe(ctx context.Context, p *peer) error {
	ctx, cancel := context.WithTimeout(ctx, m.token()/2)
	defer cancel()
	host, _ := m.host(p)
	conn, err := m.opt.Dial(ctx, p.ID, host)
	if err != nil {
		return err
	}
	_ = conn.Close()
	return errors.New("the host answers, its cluster does not yet")
}

// adopt makes a proved connection the stream with its peer; link is the one
// that it was dialled on, -1 where the peer dialled.
func (m *Mesh) adopt(p *peer, conn net.Conn, hello greeting, link int) {
	m.mu.Lock()
	if m.stopped.Err() != nil || m.peers[p.ID] != p {
		m.mu.Unlock()
		_ = conn.Close()
		return
	}
	p.app.begin(hello.From.Incarnation)
	p.app.confirm(hello.AppSeen)
	// Room for all that waits: a queue that overflows here would end this
	// stream, and each one after it.
	s := &stream{peer: hello.From, conn: conn, link: link, queue: make(chan []byte, queueLength+len(p.app.waiting)), done: make(chan struct{})}
	old := p.stream
	p.stream = s
	for _, frame := range p.app.waiting {
		s.put(frame)
	}
	verdicts := m.judge.connect(hello.From)
	m.group.Add(2)
	m.mu.Unlock()
	if old != nil {
		old.close()
	}
	m.opt.Deliver(Connected{hello.From})
	m.deliver(verdicts)
	go func() { defer m.group.Done(); s.write() }()
	go func() { defer m.group.Done(); m.receive(p, s) }()
}

// receive takes frames until the stream ends.
func (m *Mesh) receive(p *peer, s *stream) {
	r := bufio.NewReaderSize(s.conn, 64<<10)
	for {
		frame, err := readFrame(r, maxFrame)
		if err == nil && len(frame) == 0 {
			err = errors.New("empty frame")
		}
		if err != nil {
			break
		}
		m.take(p, s, frame)
	}
	theirs := s.close()
	m.mu.Lock()
	if p.stream == s {
		p.stream = nil
		if theirs {
			m.judge.end(s.peer, m.now())
		}
	}
	m.mu.Unlock()
	p.poke()
}

func (m *Mesh) take(p *peer, s *stream, frame []byte) {
	body := frame[1:]
	switch frame[0] {
	case frameMessage:
		m.opt.Deliver(Frame{s.peer, body})
	case frameApp:
		m.takeApp(p, s, body)
	case frameSeen:
		if len(body) == 8 {
			m.mu.Lock()
			if p.stream == s {
				p.app.confirm(binary.BigEndian.Uint64(body))
			}
			m.mu.Unlock()
		}
	}
}

func (m *Mesh) takeApp(p *peer, s *stream, body []byte) {
	if len(body) < 9 || len(body) < 9+int(body[8]) {
		return
	}
	seq := binary.BigEndian.Uint64(body)
	kind, payload := string(body[9:9+int(body[8])]), body[9+int(body[8]):]
	m.mu.Lock()
	fresh := p.stream == s && seq > p.app.seen
	if fresh {
		p.app.seen = seq
	}
	m.mu.Unlock()
	if fresh {
		m.opt.Deliver(App{s.peer, kind, payload})
	}
	s.put(binary.BigEndian.AppendUint64([]byte{frameSeen}, seq))
}

// Send queues a message for a peer's incarnation on its stream. It is lost
// where the stream is broken: who sends it asks again.
func (m *Mesh) Send(to view.Peer, payload []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.peers[to.ID]; p != nil && p.stream != nil && p.stream.peer == to {
		p.stream.put(append([]byte{frameMessage}, payload...))
	}
}

// SendApp queues a message for a reachable peer. It comes once and in order
// unless the peer is forgotten or starts again. The error says that it cannot
// be reached now.
func (m *Mesh) SendApp(to uint32, kind string, payload []byte) error {
	if len(kind) > 255 {
		return fmt.Errorf("kind of message of %d bytes is too long", len(kind))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.peers[to]
	if p == nil {
		return fmt.Errorf("there is no node %d in corosync.conf", to)
	}
	s := m.judge.peers[to]
	if s.up == 0 || s.up != p.app.inc {
		return fmt.Errorf("node %s cannot be reached", p.Name)
	}
	if len(p.app.waiting) >= maxWaiting {
		return fmt.Errorf("node %s has not confirmed the last %d messages", p.Name, maxWaiting)
	}
	p.app.next++
	frame := binary.BigEndian.AppendUint64([]byte{frameApp}, p.app.next)
	frame = append(append(append(frame, byte(len(kind))), kind...), payload...)
	p.app.waiting = append(p.app.waiting, frame)
	if p.stream != nil {
		p.stream.put(frame)
	}
	return nil
}

// Forget throws away what a peer has not confirmed. To be called when a view
// without it is installed, not when it is lost: where only one side lost the
// other and has it back before that, no view tells that something did not come.
func (m *Mesh) Forget(id uint32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.peers[id]; p != nil {
		p.app.drop()
	}
}

// DialRoster opens a stream for the roster.
func (m *Mesh) DialRoster(ctx context.Context, to uint32) (net.Conn, error) {
	m.mu.Lock()
	p := m.peers[to]
	m.mu.Unlock()
	if p == nil {
		return nil, fmt.Errorf("there is no node %d in corosync.conf", to)
	}
	host, _ := m.host(p)
	conn, _, err := m.connect(ctx, p, host, purposeRoster)
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// Flush waits until what was queued is written, at most for d.
func (m *Mesh) Flush(d time.Duration) {
	deadline := time.Now().Add(d)
	for time.Now().Before(deadline) {
		m.mu.Lock()
		left := 0
		for _, p := range m.peers {
			if p.stream != nil {
				left += len(p.stream.queue)
			}
		}
		m.mu.Unlock()
		if left == 0 {
			time.Sleep(5 * time.Millisecond) // for the writers' last flush
			return
		}
		time.Sleep(time.Millisecond)
	}
}
