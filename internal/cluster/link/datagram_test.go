package link

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"gpcs/internal/cluster/view"
)

func TestDatagramOpensOnlyUnderItsKey(t *testing.T) {
	from := view.Peer{ID: 3, Incarnation: 77}
	key := keyring{[]byte("authkey"), "alpha"}
	h := header{from: from, to: 4, link: 1, seq: 9}
	sealed := sealDatagram(key.seal(from), h, []byte("body"))
	got, err := parseHeader(sealed)
	if err != nil || got != h {
		t.Fatalf("header %+v, %v", got, err)
	}
	if body, err := openDatagram(key.seal(from), h, sealed); err != nil || string(body) != "body" {
		t.Fatalf("%q, %v", body, err)
	}
	for name, other := range map[string]keyring{
		"another key":     {[]byte("authkez"), "alpha"},
		"another cluster": {[]byte("authkey"), "beta"},
	} {
		if _, err := openDatagram(other.seal(from), h, sealed); err == nil {
			t.Errorf("opens under %s", name)
		}
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		h, err := parseHeader(bad)
		if err != nil {
			continue
		}
		if _, err := openDatagram(key.seal(h.from), h, bad); err == nil {
			t.Errorf("opens with byte %d changed", i)
		}
	}
	if _, err := parseHeader(sealed[:headerSize-1]); err == nil {
		t.Error("a short datagram has a header")
	}
}

// No sequence number is taken twice, and one that is not older than the window
// is taken the first time.
func TestWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w window
		taken := map[uint64]bool{}
		for range rapid.IntRange(1, 200).Draw(t, "n") {
			seq := rapid.Uint64Range(1, 150).Draw(t, "seq")
			old := w.highest >= 64 && seq <= w.highest-64
			got := w.fresh(seq)
			if want := !taken[seq] && !old; got != want {
				t.Fatalf("%d after %d: fresh %v, want %v", seq, w.highest, got, want)
			}
			taken[seq] = taken[seq] || got
		}
	})
}

func TestHeartbeatRoundTrip(t *testing.T) {
	h := heartbeat{1, 2, 3, 4, 5}
	if got, err := parseHeartbeat(h.encode()); err != nil || got != h {
		t.Errorf("%+v, %v", got, err)
	}
	h.acked = h.echo
	if got, err := parseHeartbeat(h.encode()[:33]); err != nil || got != h {
		t.Errorf("one of an older gpcs: %+v, %v", got, err)
	}
	if _, err := parseHeartbeat(h.encode()[:20]); err == nil {
		t.Error("a short heartbeat is read")
	}
}
