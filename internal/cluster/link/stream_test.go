package link

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"math/big"
	mrand "math/rand/v2"
	"net"
	"testing"
	"time"

	"gpcs/internal/cluster/view"
)

func testMesh(t *testing.T, id uint32, key, name string, dial func() (net.Conn, error)) *Mesh {
	t.Helper()
	m, err := New(Options{
		Self: view.Peer{ID: id, Incarnation: 5}, Cluster: name, Key: []byte(key), Token: time.Second,
		Nodes: []Node{{1, "node1", []string{"127.0.0.1"}}, {2, "node2", []string{"127.0.0.2"}}},
		Ports: []int{20000 + mrand.IntN(20000)}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Deliver: func(Event) {},
		Dial: func(context.Context, uint32, string) (net.Conn, error) { return dial() },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.closeSockets)
	return m
}

func testCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// tcpPair returns the two ends of one connection.
func tcpPair(t testing.TB) (net.Conn, net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	a, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return a, b
}

// A stream stands only where both ends hold the key of the same cluster.
func TestStreamNeedsTheKey(t *testing.T) {
	for _, tc := range []struct {
		name, key, cluster string
		ok                 bool
	}{
		{"the key", "secret", "alpha", true},
		{"another key", "guess", "alpha", false},
		{"another cluster", "secret", "beta", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			here, there := tcpPair(t)
			dialler := testMesh(t, 1, tc.key, tc.cluster, func() (net.Conn, error) { return here, nil })
			listener := testMesh(t, 2, "secret", "alpha", nil)
			served := make(chan error, 1)
			go func() {
				conn := tls.Server(there, &tls.Config{Certificates: []tls.Certificate{testCertificate(t)}, NextProtos: []string{ALPN}})
				_, err := listener.welcome(conn)
				if err != nil {
					_ = conn.Close()
				}
				served <- err
			}()
			conn, hello, err := dialler.connect(t.Context(), dialler.peers[2], "127.0.0.1", purposePeer)
			if (err == nil) != tc.ok {
				t.Errorf("dialler: %v", err)
			}
			if serr := <-served; (serr == nil) != tc.ok || (!tc.ok && !errors.Is(serr, errProof)) {
				t.Errorf("listener: %v", serr)
			}
			if tc.ok {
				if hello.From != (view.Peer{ID: 2, Incarnation: 5}) {
					t.Errorf("greeting from %s", hello.From)
				}
				_ = conn.Close()
			}
		})
	}
}

// Somebody in the middle who ends both TLS sessions cannot pass the proofs on:
// they are bound to the session that they were made in.
func TestManInTheMiddle(t *testing.T) {
	cert := testCertificate(t)
	here, evilServer := tcpPair(t)
	evilClient, there := tcpPair(t)
	dialler := testMesh(t, 1, "secret", "alpha", func() (net.Conn, error) { return here, nil })
	listener := testMesh(t, 2, "secret", "alpha", nil)
	go func() {
		a := tls.Server(evilServer, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{ALPN}})
		b := tls.Client(evilClient, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{ALPN}, MinVersion: tls.VersionTLS13})
		go func() { _, _ = io.Copy(a, b); _ = a.Close() }()
		_, _ = io.Copy(b, a)
		_ = b.Close()
	}()
	served := make(chan error, 1)
	go func() {
		conn := tls.Server(there, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{ALPN}})
		_, err := listener.welcome(conn)
		_ = conn.Close()
		served <- err
	}()
	if _, _, err := dialler.connect(t.Context(), dialler.peers[2], "127.0.0.1", purposePeer); err == nil {
		t.Error("the dialler was deceived")
	}
	if err := <-served; !errors.Is(err, errProof) {
		t.Errorf("listener: %v", err)
	}
}

// A peer that is lost and back before a view without it was installed gets what
// it did not confirm; afterwards it does not.
func TestOneSideLosesAPeer(t *testing.T) {
	m := testMesh(t, 1, "secret", "alpha", nil)
	there := view.Peer{ID: 2, Incarnation: 7}
	p, s := m.peers[there.ID], m.judge.peers[there.ID]
	var far net.Conn
	raise := func(seen uint64) *bufio.Reader {
		var near net.Conn
		near, far = tcpPair(t)
		s.up = there.Incarnation
		m.adopt(p, near, greeting{From: there, AppSeen: seen}, -1)
		return bufio.NewReader(far)
	}
	next := func(r io.Reader) uint64 {
		t.Helper()
		frame, err := readFrame(r, maxFrame)
		if err != nil || frame[0] != frameApp {
			t.Fatalf("frame %x, %v", frame, err)
		}
		return binary.BigEndian.Uint64(frame[1:])
	}
	send := func(what string) {
		t.Helper()
		if err := m.SendApp(there.ID, "op", []byte(what)); err != nil {
			t.Fatal(err)
		}
	}
	lose := func() {
		s.up = 0
		m.deliver([]verdict{{peer: there}})
		_ = far.Close()
		if m.SendApp(there.ID, "op", nil) == nil {
			t.Error("a message for a lost peer was taken")
		}
	}
	r := raise(0)
	send("confirmed")
	send("not confirmed")
	if a, b := next(r), next(r); a != 1 || b != 2 {
		t.Fatalf("messages %d, %d came", a, b)
	}
	lose()
	if got := next(raise(1)); got != 2 {
		t.Fatalf("after the peer was back message %d came, want 2", got)
	}
	lose()
	m.Forget(there.ID)
	r = raise(1)
	send("new")
	if got := next(r); got != 3 {
		t.Fatalf("after a view without the peer message %d came, want 3", got)
	}
	_ = far.Close()
	m.group.Wait()
}

// A stream that comes back takes all that has waited for it, however much that
// is; what waits is bounded.
func TestMuchMayWaitForAStream(t *testing.T) {
	m := testMesh(t, 1, "secret", "alpha", nil)
	there := view.Peer{ID: 2, Incarnation: 7}
	p := m.peers[there.ID]
	m.judge.peers[there.ID].up = there.Incarnation
	p.app.begin(there.Incarnation)
	for n := range maxWaiting {
		if err := m.SendApp(there.ID, "op", []byte{byte(n)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.SendApp(there.ID, "op", nil); err == nil {
		t.Error("what waits for a peer has no bound")
	}
	near, far := tcpPair(t)
	m.adopt(p, near, greeting{From: there}, -1)
	r := bufio.NewReader(far)
	for n := range maxWaiting {
		frame, err := readFrame(r, maxFrame)
		if err != nil {
			t.Fatalf("after %d messages: %v", n, err)
		}
		if got := binary.BigEndian.Uint64(frame[1:]); got != uint64(n+1) {
			t.Fatalf("message %d came, %d was next", got, n+1)
		}
	}
	_ = far.Close()
	m.group.Wait()
}
