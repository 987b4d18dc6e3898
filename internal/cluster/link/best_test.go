package link

import (
	"encoding/binary"
	"io"
	"log/slog"
	"testing"
	"time"

	"gpcs/internal/cluster/view"
)

// twoLinks is node 1 of two with two links.
func twoLinks(t *testing.T) (m *Mesh, there view.Peer) {
	t.Helper()
	there = view.Peer{ID: 2, Incarnation: 7}
	m, err := New(Options{
		Self: view.Peer{ID: 1, Incarnation: 5}, Cluster: "c", Key: []byte("key"), Token: time.Second,
		Nodes: []Node{{ID: 1, Addresses: []string{"127.0.0.1", "127.0.1.1"}}, {ID: 2, Addresses: []string{"127.0.0.2", "127.0.1.2"}}},
		Log:   slog.New(slog.NewTextHandler(io.Discard, nil)), Deliver: func(Event) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.closeSockets)
	return m, there
}

// What comes on both links is handed on once.
func TestDuplicatesAreDropped(t *testing.T) {
	m, there := twoLinks(t)
	var got []string
	m.UseRoster(RosterHooks{Packet: func(_ uint32, body []byte, _ time.Time) { got = append(got, string(body)) }})
	for n, text := range []string{"first", "second"} {
		body := append(binary.BigEndian.AppendUint64([]byte{kindRoster}, uint64(n+1)), text...)
		for link := range 2 {
			h := header{from: there, to: 1, link: uint8(link), seq: uint64(n + 1)}
			m.accept(link, sealDatagram(m.keys.seal(there), h, body), m.now())
		}
	}
	if len(got) != 2 || got[0] != "first" || got[1] != "second" {
		t.Errorf("got %q", got)
	}
}

// The first link that works both ways is the best; a stream on one that fell
// silent strays.
func TestBestLink(t *testing.T) {
	m, _ := twoLinks(t)
	p, now := m.peers[2], 10*time.Second
	beat := m.interval
	for _, tc := range []struct {
		name                       string
		heard0, back0, heard1, bk1 time.Duration // ago; 0 = never
		best                       int
		strays                     bool
	}{
		{"both work", beat, beat, beat, beat, 0, false},
		{"the first is silent", 5 * beat, 5 * beat, beat, beat, 1, true},
		{"the first works one way only", beat, 5 * beat, beat, beat, 1, true},
		{"the first was never heard back", beat, 0, beat, beat, 1, true},
		{"both are silent", 5 * beat, 5 * beat, 5 * beat, 5 * beat, 0, false},
		{"the second was never heard", 5 * beat, 5 * beat, 0, 0, 0, false},
	} {
		at := func(ago time.Duration) time.Duration {
			if ago == 0 {
				return 0
			}
			return now - ago
		}
		p.paths[0].heard, p.paths[0].back = at(tc.heard0), at(tc.back0)
		p.paths[1].heard, p.paths[1].back = at(tc.heard1), at(tc.bk1)
		p.stream = &stream{link: 0}
		if best, strays := m.best(p, now), m.strays(p, now); best != tc.best || strays != tc.strays {
			t.Errorf("%s: best %d strays %v", tc.name, best, strays)
		}
	}
}

// In passive mode the link of the highest priority that works is used, and a
// stream goes back to it when it has worked for a token.
func TestLinkPriority(t *testing.T) {
	m, _ := twoLinks(t)
	m.opt.Priorities = []int{1, 5}
	p, now := m.peers[2], 10*time.Second
	alive := func(link int, since time.Duration) {
		p.paths[link].heard, p.paths[link].back, p.paths[link].since = now, now, now-since
	}
	alive(0, 5*time.Second)
	p.stream = &stream{link: 0}
	if m.best(p, now) != 0 || m.strays(p, now) {
		t.Error("a silent link is preferred")
	}
	alive(1, time.Second/2)
	if m.best(p, now) != 1 || m.strays(p, now) {
		t.Error("the stream goes to a link that has only just come back")
	}
	alive(1, time.Second)
	if !m.strays(p, now) {
		t.Error("the stream stays on a link of less priority")
	}
	m.opt.Active = true
	if m.best(p, now) != 0 || m.strays(p, now) {
		t.Error("priorities count in active mode")
	}
}

// A datagram that came before is refused also where an earlier incarnation's
// was replayed in between: what came of each is remembered.
func TestReplayAcrossIncarnations(t *testing.T) {
	m, there := twoLinks(t)
	got := 0
	m.UseRoster(RosterHooks{Packet: func(uint32, []byte, time.Time) { got++ }})
	packet := func(from view.Peer) []byte {
		body := append(binary.BigEndian.AppendUint64([]byte{kindRoster}, 1), "x"...)
		return sealDatagram(m.keys.seal(from), header{from: from, to: 1, seq: 1}, body)
	}
	earlier := view.Peer{ID: there.ID, Incarnation: there.Incarnation - 1}
	for range 3 {
		m.accept(0, packet(earlier), m.now())
		m.accept(0, packet(there), m.now())
	}
	if got != 2 {
		t.Errorf("%d packets were taken, one of each incarnation is fresh", got)
	}
}

// A link that is not configured takes nothing and is not shown.
func TestGapInLinks(t *testing.T) {
	m, there := twoLinks(t)
	nodes := []Node{{ID: 1, Addresses: []string{"", "127.0.1.1"}}, {ID: 2, Addresses: []string{"", "127.0.1.2"}}}
	if err := m.Configure(Change{Nodes: nodes, Key: []byte("key"), Token: time.Second}); err != nil {
		t.Fatal(err)
	}
	if s := m.Status(); len(s) != 1 || s[0].Link != 1 || s[0].Address != "127.0.1.2" {
		t.Errorf("shown: %+v", s)
	}
	beat := heartbeat{sent: 1, hears: 5}.encode()
	m.accept(0, sealDatagram(m.keys.seal(there), header{from: there, to: 1, link: 0, seq: 1}, beat), m.now())
	if m.Hears(2) {
		t.Error("heard on a link that there is not")
	}
	m.accept(1, sealDatagram(m.keys.seal(there), header{from: there, to: 1, link: 1, seq: 1}, beat), m.now())
	if p := m.peers[2]; !m.Hears(2) || m.best(p, m.now()) != 1 {
		t.Error("not heard on the link that is left")
	}
}
