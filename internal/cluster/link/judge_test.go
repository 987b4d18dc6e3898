package link

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"gpcs/internal/cluster/view"
)

// bench steps a judge along a line of milliseconds. Between the lines of a
// script its owner checks every interval, and peers named in "beats" send
// heartbeats at each.
type bench struct {
	t     *testing.T
	j     *judge
	at    time.Duration
	beats map[uint32]uint64
	log   strings.Builder
}

func (b *bench) say(vs []verdict) {
	for _, v := range vs {
		switch {
		case v.stalled:
			fmt.Fprintf(&b.log, "%d stalled\n", b.at.Milliseconds())
		case v.up:
			fmt.Fprintf(&b.log, "%d up %s\n", b.at.Milliseconds(), v.peer)
		default:
			fmt.Fprintf(&b.log, "%d down %s\n", b.at.Milliseconds(), v.peer)
		}
	}
}

// hear takes a heartbeat that acknowledges what was sent at acked.
func (b *bench) hear(id uint32, inc, hears uint64, acked time.Duration) {
	if !b.j.takes(id, inc, b.at) {
		fmt.Fprintf(&b.log, "%d refused %d/%d\n", b.at.Milliseconds(), id, inc)
		return
	}
	vs, _ := b.j.hear(id, inc, Beat{Hears: hears, Sent: b.at, Acked: acked}, b.at)
	b.say(vs)
}

// pass lets time go by, with checks when the judge wants them.
func (b *bench) pass(to time.Duration) {
	for beat := b.at; b.at < to; {
		next := min(b.j.next(b.at), to)
		if len(b.beats) > 0 {
			next = min(next, beat+b.j.interval)
		}
		b.at = next
		if b.at >= beat+b.j.interval {
			beat = b.at
			for id := uint32(1); id < 10; id++ {
				if inc := b.beats[id]; inc != 0 {
					b.hear(id, inc, b.j.self, b.at)
				}
			}
		}
		b.say(b.j.check(b.at))
	}
}

func (b *bench) line(text string) {
	var at, acked int
	var verb string
	var p view.Peer
	var hears uint64
	n, _ := fmt.Sscanf(text, "%d %s %d/%d %d %d", &at, &verb, &p.ID, &p.Incarnation, &hears, &acked)
	if n < 2 {
		b.t.Fatalf("cannot read %q", text)
	}
	if to := time.Duration(at) * time.Millisecond; verb == "asleep" {
		b.at = to // nothing ran until now
		b.say(b.j.check(b.at))
	} else {
		b.pass(to)
	}
	switch verb {
	case "hear":
		ack := time.Duration(acked) * time.Millisecond
		if n < 6 {
			ack = b.at
		}
		b.hear(p.ID, p.Incarnation, hears, ack)
	case "says":
		fmt.Fprintf(&b.log, "%d says that it hears %d\n", b.at.Milliseconds(), b.j.beat(p.ID, b.at).Hears)
	case "beats":
		b.beats[p.ID] = p.Incarnation
	case "silent":
		delete(b.beats, p.ID)
	case "connect":
		b.say(b.j.connect(p))
	case "ended":
		b.j.end(p, b.at)
	case "refused":
		b.j.refuse(p.ID, b.at)
	}
}

func TestJudge(t *testing.T) {
	datadriven.RunTest(t, "testdata/judge.txt", func(t *testing.T, d *datadriven.TestData) string {
		b := &bench{t: t, at: time.Millisecond, beats: map[uint32]uint64{}}
		b.j = newJudge(time.Second, 100*time.Millisecond, 3*time.Second, 9, []uint32{1, 2})
		b.say(b.j.check(b.at))
		for _, line := range strings.Split(strings.TrimSpace(d.Input), "\n") {
			b.line(line)
		}
		return b.log.String()
	})
}
