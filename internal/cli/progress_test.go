package cli

import (
	"bytes"
	"testing"
	"time"
)

func TestProgressLine(t *testing.T) {
	var screen bytes.Buffer
	p := &progress{out: &screen, open: map[string]int{}}
	expect := func(want string) {
		t.Helper()
		if got := screen.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		screen.Reset()
	}
	p.draw(time.Now())
	expect("")
	done2 := p.waiting("node2")
	done1 := p.waiting("node1")
	p.draw(p.since.Add(progressAfter - 1))
	expect("")
	p.draw(p.since.Add(3 * time.Second))
	expect("waiting for node1, node2, 3 s")
	_, _ = p.over(&screen).Write([]byte("node2: Stopping\n"))
	expect("\r\x1b[Knode2: Stopping\n")
	done2()
	p.draw(p.since.Add(4 * time.Second))
	expect("waiting for node1, 4 s")
	done1()
	expect("\r\x1b[K")
	p.draw(p.since.Add(5 * time.Second))
	expect("")
}

func TestNoProgressInAPipe(t *testing.T) {
	if newProgress(&bytes.Buffer{}) != nil {
		t.Error("a line for what is no terminal")
	}
}
