package link

import (
	"net"
	"testing"
	"time"
)

// Datagrams wait until the beat reads them, which may be late on a busy machine:
// they count from when they came, and are read before anybody is judged.
func TestDatagramsCountFromWhenTheyCame(t *testing.T) {
	m, there := twoLinks(t)
	m.readAt = m.now()
	conn, err := net.Dial("udp", net.JoinHostPort("127.0.1.1", "5406"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for seq := range uint64(3) {
		h := header{from: there, to: 1, link: 1, seq: seq + 1}
		if _, err := conn.Write(sealDatagram(m.keys.seal(there), h, heartbeat{sent: seq + 1, hears: 5}.encode())); err != nil {
			t.Fatal(err)
		}
	}
	came := m.now()
	time.Sleep(50 * time.Millisecond) // nobody reads
	read := m.now()
	m.readAll(make([]byte, maxDatagram))
	path := &m.peers[2].paths[1]
	if path.echo != 3 {
		t.Fatalf("read up to heartbeat %d of 3", path.echo)
	}
	if path.heard > (came+read)/2 {
		t.Errorf("a datagram that came before %v and was read at %v was heard at %v", came, read, path.heard)
	}
	if m.readAt < read {
		t.Errorf("all that came by %v is said to be read, at %v", m.readAt, read)
	}
}

// The wall clock tells when a datagram came. Where it was set meanwhile, that is
// not before the last reading, nor in the future.
func TestTimeOfArrivalIsBounded(t *testing.T) {
	for _, tc := range []struct{ ago, want time.Duration }{
		{0, 10 * time.Second},
		{30 * time.Millisecond, 9970 * time.Millisecond},
		{time.Hour, 9900 * time.Millisecond},
		{-time.Hour, 10 * time.Second},
	} {
		if got := cameAt(tc.ago, 9900*time.Millisecond, 10*time.Second); got != tc.want {
			t.Errorf("%v ago by the wall clock: %v, want %v", tc.ago, got, tc.want)
		}
	}
}
