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

	"gpcs/internal/cib"
	"gpcs/internal/cluster/link"
	"gpcs/internal/cluster/view"
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

	size, links int          // of the configuration
	without     map[int]bool // links that are not in it
	token       time.Duration
	key         string
	features    map[uint32]view.Features // of nodes that are older or newer

	mu   sync.Mutex
	cut  map[uint32]bool
	down map[int]bool // links of which nothing comes through
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

func (s *memoryStore) Settle() error { return nil }

func (s *memoryStore) Save(doc *cib.Document, lineage []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.doc, s.lineage = doc, lineage
	}
	return s.err
}

const labToken = 600 * time.Millisecond

func newLab(t *testing.T, n, links int) *lab {
	if testing.Short() {
		t.Skip("NOT RUN: real sockets and real time are not for -short")
	}
	l := &lab{t: t, port: 20000 + mrand.IntN(20000), cert: certificate(t), nodes: map[uint32]*labNode{}, size: n, links: links,
		token: labToken, key: "a key of the lab",
		without: map[int]bool{}, cut: map[uint32]bool{}, down: map[int]bool{}}
	for a := 1; a <= n; a++ {
		for b := 1; b <= n; b++ {
			if a != b {
				for link := range links {
					l.relay(uint32(a), uint32(b), link)
				}
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

func (l *lab) setDown(link int, down bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down[link] = down
}

func (l *lab) isDown(link int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.down[link]
}

// relay takes datagrams of a for b on one link at an address of its own.
func (l *lab) relay(a, b uint32, link int) {
	conn, err := net.ListenPacket("udp", fmt.Sprintf("127.%d.%d.%d:%d", link+1, a, b, l.port+link))
	must(l.t, err)
	l.t.Cleanup(func() { _ = conn.Close() })
	to, err := net.ResolveUDPAddr("udp", fmt.Sprintf("127.0.%d.%d:%d", link, b, l.port+link))
	must(l.t, err)
	go func() {
		buf := make([]byte, 65536)
		for {
			n, _, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if !l.isCut(a, b) && !l.isDown(link) {
				_, _ = conn.WriteTo(buf[:n], to)
			}
		}
	}()
}

func (l *lab) config(self uint32) Config {
	c := Config{Name: "lab", Token: l.token, TwoNode: l.size == 2}
	for link := range l.links {
		c.Ports = append(c.Ports, l.port+link)
	}
	for id := uint32(1); id <= uint32(l.size); id++ {
		n := Node{ID: id, Name: fmt.Sprintf("node%d", id), Votes: 1}
		for link := range l.links {
			addr := fmt.Sprintf("127.%d.%d.%d", link+1, self, id)
			if id == self {
				addr = fmt.Sprintf("127.0.%d.%d", link, id)
			}
			if l.without[link] {
				addr = ""
			}
			n.Addresses = append(n.Addresses, addr)
		}
		c.Nodes = append(c.Nodes, n)
	}
	return c
}

func (l *lab) dial(from uint32) func(context.Context, uint32, string) (net.Conn, error) {
	return func(ctx context.Context, to uint32, host string) (net.Conn, error) {
		var link int
		if _, err := fmt.Sscanf(host, "127.%d.", &link); err != nil {
			return nil, err
		}
		link--
		if l.isCut(from, to) || l.isDown(link) {
			return nil, errors.New("no route to host")
		}
		l.mu.Lock()
		ln := l.nodes[to].listen
		l.mu.Unlock()
		if ln == nil {
			return nil, syscall.ECONNREFUSED
		}
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", ln.Addr().String())
		if err != nil {
			return nil, err
		}
		return &linkConn{conn, l, link}, nil
	}
}

// linkConn is a connection on a link: while that is down nothing comes
// through, and neither end is told.
type linkConn struct {
	net.Conn
	lab  *lab
	link int
}

func (c *linkConn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if err != nil || !c.lab.isDown(c.link) {
			return n, err
		}
	}
}

func (c *linkConn) Write(b []byte) (int, error) {
	if c.lab.isDown(c.link) {
		return len(b), nil
	}
	return c.Conn.Write(b)
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
		Root: paths.Root(n.dir), Log: log, Self: id, Config: l.config(id), Key: []byte(l.key),
		Document: n.store.doc, Lineage: n.store.lineage, Store: n.store, Schema: "pacemaker-3.9", FeatureSet: "3.16.2",
		Dial: l.dial(id), Features: l.features[id],
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

// configure has nodes take the lab's present configuration into use.
func (l *lab) configure(ids ...uint32) {
	l.t.Helper()
	for _, id := range ids {
		must(l.t, l.nodes[id].Configure(l.t.Context(), l.config(id), []byte(l.key)))
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
			l.t.Fatalf("node %d: waited for %s, is in %s open=%v isolated=%v troubles=%q", id, what, s.View, s.Open, s.Isolated, s.Troubles)
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
