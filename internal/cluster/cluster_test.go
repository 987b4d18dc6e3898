package cluster

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	mrand "math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/link"
	"gpcs/internal/paths"
)

// lab is some nodes on this machine's loopback addresses: real datagrams and
// real TLS. Datagrams between two nodes go through a relay, and connections
// through dial, so that a node can be cut off.
type lab struct {
	t     *testing.T
	port  int
	cert  tls.Certificate
	nodes map[uint32]*labNode

	mu  sync.Mutex
	cut map[uint32]bool
}

type labNode struct {
	*Cluster
	id     uint32
	dir    string
	store  *memoryStore
	stop   func()
	listen net.Listener
	got    chan string
}

type memoryStore struct {
	mu      sync.Mutex
	doc     *cib.Document
	lineage []byte
	err     error
}

func (s *memoryStore) Save(doc *cib.Document, lineage []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.doc, s.lineage = doc, lineage
	}
	return s.err
}

const labToken = 600 * time.Millisecond

func newLab(t *testing.T, n int) *lab {
	if testing.Short() {
		t.Skip("SKIPPED: real sockets and real time are not for -short")
	}
	l := &lab{t: t, port: 20000 + mrand.IntN(20000), cert: certificate(t), nodes: map[uint32]*labNode{}, cut: map[uint32]bool{}}
	for a := 1; a <= n; a++ {
		for b := 1; b <= n; b++ {
			if a != b {
				l.relay(uint32(a), uint32(b))
			}
		}
	}
	for id := uint32(1); id <= uint32(n); id++ {
		l.nodes[id] = &labNode{id: id, dir: t.TempDir(), store: &memoryStore{}, got: make(chan string, 100)}
	}
	t.Cleanup(func() {
		for _, n := range l.nodes {
			if n.stop != nil {
				n.stop()
			}
		}
	})
	return l
}

func certificate(t *testing.T) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	must(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (l *lab) isCut(a, b uint32) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cut[a] || l.cut[b]
}

func (l *lab) setCut(id uint32, cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut[id] = cut
}

// relay takes datagrams of a for b at an address of its own.
func (l *lab) relay(a, b uint32) {
	conn, err := net.ListenPacket("udp", l.relayAddress(a, b))
	must(l.t, err)
	l.t.Cleanup(func() { _ = conn.Close() })
	to, err := net.ResolveUDPAddr("udp", fmt.Sprintf("127.0.0.%d:%d", b, l.port))
	must(l.t, err)
	go func() {
		buf := make([]byte, 65536)
		for {
			n, _, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if !l.isCut(a, b) {
				_, _ = conn.WriteTo(buf[:n], to)
			}
		}
	}()
}

func (l *lab) relayAddress(a, b uint32) string {
	return fmt.Sprintf("127.1.%d.%d:%d", a, b, l.port)
}

func (l *lab) config(self uint32) Config {
	c := Config{Name: "lab", Token: labToken, Port: l.port, TwoNode: len(l.nodes) == 2}
	for id := uint32(1); id <= uint32(len(l.nodes)); id++ {
		addr := fmt.Sprintf("127.1.%d.%d", self, id)
		if id == self {
			addr = fmt.Sprintf("127.0.0.%d", id)
		}
		c.Nodes = append(c.Nodes, Node{ID: id, Name: fmt.Sprintf("node%d", id), Addresses: []string{addr}, Votes: 1})
	}
	return c
}

func (l *lab) dial(from uint32) func(context.Context, uint32, string) (net.Conn, error) {
	return func(ctx context.Context, to uint32, _ string) (net.Conn, error) {
		if l.isCut(from, to) {
			return nil, errors.New("no route to host")
		}
		l.mu.Lock()
		ln := l.nodes[to].listen
		l.mu.Unlock()
		if ln == nil {
			return nil, syscall.ECONNREFUSED
		}
		return (&net.Dialer{}).DialContext(ctx, "tcp", ln.Addr().String())
	}
}

// start starts a node's daemon with what its disk holds.
func (l *lab) start(id uint32) {
	l.t.Helper()
	n := l.nodes[id]
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if os.Getenv("LAB_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})).With("node", id)
	}
	c, err := New(Options{
		Root: paths.Root(n.dir), Log: log, Self: id, Config: l.config(id), Key: []byte("a key of the lab"),
		Document: n.store.doc, Lineage: n.store.lineage, Store: n.store, Schema: "pacemaker-3.9", FeatureSet: "3.16.2",
		Dial: l.dial(id),
		Receive: func(from uint32, kind string, payload []byte) {
			n.got <- fmt.Sprintf("%d %s %s", from, kind, payload)
		},
	})
	must(l.t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(l.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	n.Cluster = c
	l.mu.Lock()
	n.listen = ln
	l.mu.Unlock()
	go func() {
		defer close(done)
		if err := c.Run(ctx); err != nil {
			l.t.Errorf("node %d: %v", id, err)
		}
	}()
	go l.accept(n.Cluster, ln)
	n.stop = func() {
		l.mu.Lock()
		n.listen = nil
		l.mu.Unlock()
		_ = ln.Close()
		cancel()
		<-done
		n.stop = nil
	}
}

func (l *lab) accept(c *Cluster, ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		go c.HandleStream(tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{l.cert}, NextProtos: []string{link.ALPN}}))
	}
}

// await waits until the node's state is as wanted.
func (l *lab) await(id uint32, what string, ok func(State) bool) State {
	l.t.Helper()
	c, end := l.nodes[id].Watch()
	defer end()
	deadline := time.After(30 * time.Second)
	for {
		select {
		case s := <-c:
			if ok(s) {
				return s
			}
		case <-deadline:
			s := l.nodes[id].State()
			l.t.Fatalf("node %d: waited for %s, is in %s open=%v isolated=%v", id, what, s.View, s.Open, s.Isolated)
		}
	}
}

func members(ids ...uint32) func(State) bool {
	return func(s State) bool { return s.Open && fmt.Sprint(s.View.IDs()) == fmt.Sprint(ids) }
}

func (l *lab) form(ids ...uint32) {
	l.t.Helper()
	for _, id := range ids {
		l.start(id)
	}
	for _, id := range ids {
		l.await(id, "all in one view", members(ids...))
	}
}

func create(name string) cib.Request {
	return cib.Request{ID: name, Ops: []cib.Op{{Kind: cib.Create, Path: "/cib/configuration/resources",
		XML: fmt.Sprintf(`<primitive id="%s" class="ocf" provider="heartbeat" type="Dummy"/>`, name)}}}
}

func (l *lab) submit(id uint32, name string) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if _, err := l.nodes[id].Submit(ctx, create(name)); err != nil {
		l.t.Fatalf("node %d: %s: %v", id, name, err)
	}
}

// awaitDocument waits until a node's document contains all names.
func (l *lab) awaitDocument(id uint32, names ...string) {
	l.t.Helper()
	c, end := l.nodes[id].WatchDocument()
	defer end()
	deadline := time.After(30 * time.Second)
	for {
		select {
		case doc := <-c:
			text, missing := string(doc.Bytes()), ""
			for _, name := range names {
				if !strings.Contains(text, `"`+name+`"`) {
					missing = name
				}
			}
			if missing == "" {
				return
			}
		case <-deadline:
			l.t.Fatalf("node %d: its document is without one of %v", id, names)
		}
	}
}

// A cluster forms, changes its document from every node, loses its DC, is
// isolated and healed, and has one document at the end.
func TestLife(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, ignore) }) // after the lab's own
	l := newLab(t, 3)
	l.form(1, 2, 3)
	dc := l.nodes[1].State().DC
	for id := range uint32(3) {
		l.submit(id+1, fmt.Sprintf("first%d", id+1))
	}
	l.awaitDocument(2, "first1", "first2", "first3")
	l.await(3, "the roster", func(s State) bool { return s.Members[0].Seen && s.Members[1].Seen })

	t.Log("the DC's machine dies")
	begin := time.Now()
	l.setCut(dc, true)
	l.nodes[dc].stop()
	var left []uint32
	for id := range l.nodes {
		if id != dc {
			left = append(left, id)
		}
	}
	low, high := min(left[0], left[1]), max(left[0], left[1])
	s := l.await(high, "a view without the DC", members(low, high))
	t.Logf("new view %v after the death, token is %v", time.Since(begin).Round(time.Millisecond), labToken)
	if !s.Quorate() || len(s.Lost) != 1 || s.Lost[0].ID != dc || s.Lost[0].Left {
		t.Errorf("after the death: %+v", s)
	}
	l.submit(high, "second")

	t.Log("it comes back")
	l.setCut(dc, false)
	l.start(dc)
	l.await(dc, "all back", members(1, 2, 3))
	l.awaitDocument(dc, "first1", "second")

	t.Log("a member is isolated")
	l.setCut(high, true)
	l.await(high, "isolation", func(s State) bool { return s.Isolated })
	l.await(low, "a view without it", func(s State) bool { return s.Open && len(s.View.Members) == 2 })
	l.submit(low, "third")
	l.submit(high, "lost") // a view without quorum takes changes, and loses them
	l.setCut(high, false)
	for id := range uint32(3) {
		l.await(id+1, "all healed", members(1, 2, 3))
	}
	l.awaitDocument(high, "first1", "second", "third")
	var digest string
	for id := range uint32(3) {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		doc, err := l.nodes[id+1].Read(ctx)
		cancel()
		must(t, err)
		if digest == "" {
			digest = doc.Digest()
		}
		if doc.Digest() != digest || strings.Contains(string(doc.Bytes()), `"lost"`) {
			t.Errorf("node %d reads another document:\n%s", id+1, doc.Bytes())
		}
	}
}

// A daemon that is killed and started again within the grace time is never
// lost: one view change takes its new incarnation in.
func TestRestart(t *testing.T) {
	l := newLab(t, 3)
	l.form(1, 2, 3)
	changes, end := l.nodes[1].Watch()
	defer end()
	before := (<-changes).View.Ballot
	l.nodes[2].stop()
	time.Sleep(labToken + labToken/2) // longer than the token, within the grace
	l.start(2)
	l.await(2, "being back", members(1, 2, 3))
	s := l.await(1, "its return", func(s State) bool { return s.Open && s.View.Ballot != before })
	if len(s.View.Members) != 3 || fmt.Sprint(s.Restarted) != "[2]" || len(s.Lost) != 0 {
		t.Errorf("after the restart: %s restarted=%v lost=%v", s.View, s.Restarted, s.Lost)
	}
}

// Who leaves is gone at once, and messages between daemons come in order.
func TestLeaveAndMessages(t *testing.T) {
	l := newLab(t, 2)
	l.form(1, 2)
	for i := range 50 {
		must(t, l.nodes[1].Send(t.Context(), 2, "op", fmt.Append(nil, i)))
	}
	for i := range 50 {
		if got, want := <-l.nodes[2].got, fmt.Sprintf("1 op %d", i); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	must(t, l.nodes[2].Leave(t.Context()))
	s := l.await(1, "the view without it", members(1))
	if !s.Quorate() || len(s.Lost) != 1 || !s.Lost[0].Left {
		t.Errorf("after the leave: %+v", s)
	}
	if err := l.nodes[1].Send(t.Context(), 2, "op", nil); err == nil {
		t.Log("the stream was still there") // allowed: its end may not be noticed yet
	}
}

// A full disk on one of two: the client hears that its change is not safe, and
// the next is refused before it happens.
func TestDiskFull(t *testing.T) {
	l := newLab(t, 2)
	l.form(1, 2)
	l.nodes[2].store.mu.Lock()
	l.nodes[2].store.err = syscall.ENOSPC
	l.nodes[2].store.mu.Unlock()
	_, err := l.nodes[1].Submit(t.Context(), create("one"))
	if err == nil || !strings.Contains(err.Error(), "node2") || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("first: %v", err)
	}
	_, err = l.nodes[1].Submit(t.Context(), create("two"))
	if err == nil || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("second: %v", err)
	}
	l.await(2, "the trouble", func(s State) bool { return len(s.Troubles) == 1 })
}
