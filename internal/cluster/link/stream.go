package link

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"time"

	"gpcs/internal/cluster/view"
)

// ALPN is the protocol that tells the cluster's streams from HTTPS on pcsd's port.
const ALPN = "gpcs-cluster/1"

const (
	maxFrame     = 256 << 20
	maxHello     = 4096
	frameStep    = 64 << 10 // memory set aside before a frame's bytes are there
	helloTimeout = 5 * time.Second
	writeTimeout = 10 * time.Second
	queueLength  = 4096
)

// What a stream is for.
const (
	purposePeer   = "peer"
	purposeRoster = "roster"
)

// greeting is the first thing that each end says: who it is, and the proof
// that it holds the cluster key, bound to this TLS session.
type greeting struct {
	From    view.Peer `json:"from"`
	To      uint32    `json:"to"`
	Purpose string    `json:"purpose"`
	AppSeen uint64    `json:"app_seen"` // of the messages to this node: the last one that came
	Proof   []byte    `json:"proof"`
}

var errProof = errors.New("the other end does not hold this cluster's key")

// connect dials a peer and proves the key both ways.
func (m *Mesh) connect(ctx context.Context, p *peer, host, purpose string) (*tls.Conn, greeting, error) {
	// Not for long: a connection begun while the peer was cut off would hold
	// up the next one until the kernel's retries are over.
	ctx, cancel := context.WithTimeout(ctx, min(helloTimeout, 2*m.token()))
	defer cancel()
	raw, err := m.opt.Dial(ctx, p.ID, host)
	if err != nil {
		return nil, greeting{}, err
	}
	// The certificate is not what is trusted here: the proof is, and it is
	// bound to this session, so that nobody can stand between.
	conn := tls.Client(raw, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{ALPN}, MinVersion: tls.VersionTLS13})
	hello, err := m.introduce(ctx, conn, p, purpose)
	if err != nil {
		_ = conn.Close()
		return nil, greeting{}, err
	}
	return conn, hello, nil
}

func (m *Mesh) introduce(ctx context.Context, conn secureConn, p *peer, purpose string) (greeting, error) {
	if err := conn.HandshakeContext(ctx); err != nil {
		return greeting{}, err
	}
	if got := conn.ConnectionState().NegotiatedProtocol; got != ALPN {
		return greeting{}, fmt.Errorf("the other end does not speak %s", ALPN)
	}
	_ = conn.SetDeadline(time.Now().Add(helloTimeout))
	if err := m.greetStream(conn, p.ID, purpose, "dialler"); err != nil {
		return greeting{}, err
	}
	hello, err := m.readGreeting(conn, "listener")
	if err == nil && hello.From.ID != p.ID {
		err = fmt.Errorf("node %d answers at the address of node %d", hello.From.ID, p.ID)
	}
	_ = conn.SetDeadline(time.Time{})
	return hello, err
}

func (m *Mesh) greetStream(conn secureConn, to uint32, purpose, role string) error {
	exporter, err := exporterOf(conn)
	if err != nil {
		return err
	}
	g := greeting{From: m.opt.Self, To: to, Purpose: purpose, Proof: m.ring().proof(exporter, role+purpose, m.opt.Self, to)}
	m.mu.Lock()
	if p := m.peers[to]; p != nil {
		g.AppSeen = p.app.seen
	}
	m.mu.Unlock()
	data, err := json.Marshal(g)
	if err != nil {
		return err
	}
	return writeFrame(conn, data)
}

func (m *Mesh) readGreeting(conn secureConn, role string) (greeting, error) {
	data, err := readFrame(conn, maxHello)
	if err != nil {
		return greeting{}, err
	}
	g, err := parseGreeting(data)
	if err != nil {
		return greeting{}, err
	}
	exporter, err := exporterOf(conn)
	if err != nil {
		return greeting{}, err
	}
	if !g.proved(m.ring(), exporter, role, m.opt.Self.ID) {
		return greeting{}, errProof
	}
	return g, nil
}

func parseGreeting(data []byte) (greeting, error) {
	var g greeting
	err := json.Unmarshal(data, &g)
	return g, err
}

// proved tells whether a greeting to self proves the key for one TLS session.
func (g greeting) proved(ring keyring, exporter []byte, role string, self uint32) bool {
	return g.To == self && hmac.Equal(g.Proof, ring.proof(exporter, role+g.Purpose, g.From, g.To))
}

func exporterOf(conn secureConn) ([]byte, error) {
	state := conn.ConnectionState()
	return state.ExportKeyingMaterial("EXPORTER-gpcs-cluster", nil, 32)
}

// secureConn is a TLS connection: *tls.Conn, or a server's wrapper around one
// that must learn when it is closed.
type secureConn interface {
	net.Conn
	HandshakeContext(ctx context.Context) error
	ConnectionState() tls.ConnectionState
}

// HandleStream takes a connection that was accepted on pcsd's port with the
// protocol ALPN. It returns when the other end has proved the key, or did not.
func (m *Mesh) HandleStream(c net.Conn) error {
	conn, ok := c.(secureConn)
	if !ok {
		_ = c.Close()
		return errors.New("a stream of the cluster came without TLS")
	}
	hello, err := m.welcome(conn)
	if err != nil {
		_ = conn.Close()
		return fmt.Errorf("stream from %s refused: %w", c.RemoteAddr(), err)
	}
	m.mu.Lock()
	p := m.peers[hello.From.ID]
	m.mu.Unlock()
	if p == nil {
		_ = conn.Close()
		return fmt.Errorf("node %d was just removed from corosync.conf", hello.From.ID)
	}
	if hello.Purpose == purposeRoster && m.roster.Stream != nil {
		m.roster.Stream(p.ID, conn)
		return nil
	}
	m.adopt(p, conn, hello, -1)
	return nil
}

func (m *Mesh) welcome(conn secureConn) (greeting, error) {
	_ = conn.SetDeadline(time.Now().Add(helloTimeout))
	if err := conn.HandshakeContext(context.Background()); err != nil {
		return greeting{}, err
	}
	hello, err := m.readGreeting(conn, "dialler")
	if err != nil {
		return greeting{}, err
	}
	m.mu.Lock()
	_, known := m.peers[hello.From.ID]
	m.mu.Unlock()
	if !known {
		return greeting{}, fmt.Errorf("node %d is not in this node's corosync.conf", hello.From.ID)
	}
	if hello.Purpose != purposePeer && hello.Purpose != purposeRoster {
		return greeting{}, fmt.Errorf("unknown purpose %q", hello.Purpose)
	}
	if err := m.greetStream(conn, hello.From.ID, hello.Purpose, "listener"); err != nil {
		return greeting{}, err
	}
	return hello, conn.SetDeadline(time.Time{})
}

// stream is the one ordered connection with a peer.
type stream struct {
	peer  view.Peer
	conn  net.Conn
	link  int // that this node dialled on, -1 where the peer did
	queue chan []byte
	done  chan struct{}
	once  sync.Once
}

// close ends the stream. It returns false if this end had closed it before.
func (s *stream) close() bool {
	first := false
	s.once.Do(func() {
		first = true
		close(s.done)
		_ = s.conn.Close()
	})
	return first
}

// put queues a frame; a peer that does not keep up loses the stream.
func (s *stream) put(frame []byte) bool {
	select {
	case <-s.done:
		return false
	case s.queue <- frame:
		return true
	default:
		s.close()
		return false
	}
}

// write sends what is queued until the stream ends.
func (s *stream) write() {
	w := bufio.NewWriterSize(s.conn, 64<<10)
	for {
		select {
		case <-s.done:
			return
		case frame := <-s.queue:
			_ = s.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
			err := writeFrame(w, frame)
			if err == nil && len(s.queue) == 0 {
				err = w.Flush()
			}
			if err != nil {
				s.abandon(err)
				return
			}
		}
	}
}

// abandon ends a stream that cannot be written to. Where the peer closed it
// the reader shall find that out, for it tells an ended process.
func (s *stream) abandon(err error) {
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
		_ = s.conn.SetReadDeadline(time.Now().Add(time.Second))
		return
	}
	s.close()
}

func writeFrame(w io.Writer, frame []byte) error {
	if err := binary.Write(w, binary.BigEndian, uint32(len(frame))); err != nil {
		return err
	}
	_, err := w.Write(frame)
	return err
}

func readFrame(r io.Reader, limit uint32) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > limit {
		return nil, fmt.Errorf("frame of %d bytes is larger than the limit of %d", n, limit)
	}
	if n <= frameStep {
		frame := make([]byte, n)
		_, err := io.ReadFull(r, frame)
		return frame, err
	}
	var frame bytes.Buffer
	if _, err := io.CopyN(&frame, r, int64(n)); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return frame.Bytes(), nil
}
