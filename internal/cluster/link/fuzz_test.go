package link

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	mrand "math/rand/v2"
	"testing"
	"time"

	"gpcs/internal/cluster/view"
)

// fuzzMesh is node 1 of two, with a socket on a loopback address that nobody
// sends to, and what it delivers is only counted.
func fuzzMesh(f *testing.F) (m *Mesh, there view.Peer, delivered *int) {
	f.Helper()
	delivered = new(int)
	there = view.Peer{ID: 2, Incarnation: 7}
	m, err := New(Options{
		Self: view.Peer{ID: 1, Incarnation: 5}, Cluster: "fuzz", Key: []byte("key"), Token: time.Second, Grace: time.Second,
		Nodes: []Node{{ID: 1, Name: "a", Addresses: []string{"127.0.0.1"}}, {ID: 2, Name: "b", Addresses: []string{"127.0.0.2"}}},
		Ports: []int{20000 + mrand.IntN(20000)}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Deliver: func(Event) { *delivered++ },
	})
	if err != nil {
		f.Skip("NOT RUN: no socket on the loopback address: ", err)
	}
	f.Cleanup(m.closeSockets)
	return m, there, delivered
}

// A datagram that was not sealed with the key changes nothing: whatever it
// says, nobody is up or heard.
func FuzzDatagram(f *testing.F) {
	m, there, delivered := fuzzMesh(f)
	h := header{from: there, to: 1, seq: 1}
	other := keyring{[]byte("another key"), "fuzz"}
	f.Add(sealDatagram(other.seal(there), h, heartbeat{sent: 1, hears: 5}.encode()))
	f.Add(h.append(nil))
	f.Add([]byte{datagramVersion})
	f.Fuzz(func(t *testing.T, data []byte) {
		m.accept(0, data, m.now())
		if *delivered != 0 || m.Hears(2) || m.peers[2].inc != 0 {
			t.Errorf("an unsealed datagram was believed: %x", data)
		}
	})
}

// What a member seals may be anything, it harms nobody.
func FuzzSealedBody(f *testing.F) {
	m, there, _ := fuzzMesh(f)
	aead := m.keys.seal(there)
	seq := uint64(0)
	f.Add(heartbeat{sent: 1, hears: 5, echo: 1, held: 1}.encode())
	f.Add([]byte{kindRoster, 0, 0, 0, 0, 0, 0, 0, 1, 'x'})
	f.Add([]byte{kindHeartbeat})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		seq++
		m.accept(0, sealDatagram(aead, header{from: there, to: 1, seq: seq}, body), m.now())
		now := m.now()
		if p := &m.peers[2].paths[0]; p.heard > now || p.back > now || p.rtt < 0 {
			t.Errorf("heard %v back %v rtt %v at %v", p.heard, p.back, p.rtt, now)
		}
	})
}

// A frame is read whole or not at all, and what its length says costs no
// memory before the bytes are there.
func FuzzFrame(f *testing.F) {
	var whole bytes.Buffer
	if err := writeFrame(&whole, []byte("frame")); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add([]byte{0x0f, 0xff, 0xff, 0xff, 1})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := readFrame(bytes.NewReader(data), maxFrame)
		if err == nil && !bytes.Equal(frame, data[4:4+len(frame)]) {
			t.Errorf("%x was read as %x", data, frame)
		}
		if cap(frame) > 2*len(data)+frameStep {
			t.Errorf("%d bytes were set aside for %d", cap(frame), len(data))
		}
	})
}

// Frames of a peer that proved the key: application messages, confirmations.
func FuzzPeerFrame(f *testing.F) {
	m, there, _ := fuzzMesh(f)
	p := m.peers[2]
	near, _ := tcpPair(f)
	m.adopt(p, near, greeting{From: there}, -1)
	s := p.stream
	f.Cleanup(func() { s.close(); m.group.Wait() })
	f.Add([]byte{frameSeen, 0, 0, 0, 0, 0, 0, 0, 1})
	f.Add([]byte{frameApp, 0, 0, 0, 0, 0, 0, 0, 1, 2, 'o', 'p', 'x'})
	f.Add([]byte{frameApp, 0, 0, 0, 0, 0, 0, 0, 2, 255, 'o'})
	f.Add([]byte{frameMessage})
	f.Fuzz(func(_ *testing.T, frame []byte) {
		if len(frame) == 0 {
			return // the reader of the stream refuses it
		}
		m.take(p, s, frame)
	})
}

// A greeting is read before its sender has proved anything.
func FuzzGreeting(f *testing.F) {
	data, err := json.Marshal(greeting{From: view.Peer{ID: 2, Incarnation: 7}, To: 1, Purpose: purposePeer, Proof: []byte("proof")})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"from":{"id":-1},"to":1e99}`))
	ring := keyring{[]byte("key"), "fuzz"}
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := parseGreeting(data)
		if err == nil && g.proved(ring, []byte("exporter"), "dialler", 1) {
			t.Errorf("%q proves the key", data)
		}
	})
}
