package cluster

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/lost"
	"gpcs/internal/paths"
)

// noLeaks looks for goroutines that are left at the end, after a lab that is made later.
func noLeaks(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	// A probe of memberlist ends by itself, some time after its shutdown.
	probe := goleak.IgnoreTopFunction("github.com/hashicorp/memberlist.(*Memberlist).probeNode")
	t.Cleanup(func() { goleak.VerifyNone(t, ignore, probe) })
}

// A cluster forms, changes its document from every node, loses its DC, is
// isolated and healed, and has one document at the end.
func TestLife(t *testing.T) {
	noLeaks(t)
	l := newLab(t, 3, 1)
	l.form(1, 2, 3)
	dc := l.nodes[1].State().DC
	first := l.nodes[1].State().View.Since
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
	// The one that was away learns from the others that they were not.
	if now := l.nodes[dc].State().View.Since; now[low] != first[low] || now[high] != first[high] || now[dc] == first[dc] {
		t.Errorf("members since %v, at first %v; node %d was away", now, first, dc)
	}

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
	l.checkLost(high, "lost")
}

// What was acknowledged anywhere is in what is read anywhere from then on. A
// node's own copy may be behind, and needs nobody.
func TestReads(t *testing.T) {
	l := newLab(t, 3, 1)
	l.form(1, 2, 3)
	read := func(id uint32, within time.Duration) (string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		doc, err := l.nodes[id].Read(ctx)
		if err != nil {
			return "", err
		}
		return string(doc.Bytes()), nil
	}
	for i := range uint32(12) {
		id := fmt.Sprintf("change%d", i)
		l.submit(i%3+1, id)
		text, err := read((i+1)%3+1, 30*time.Second)
		must(t, err)
		if !strings.Contains(text, `"`+id+`"`) {
			t.Fatalf("node %d reads without %s, which node %d was told of:\n%s", (i+1)%3+1, id, i%3+1, text)
		}
	}
	first := l.nodes[1].State()
	dc := first.DC
	cut := dc%3 + 1
	l.setCut(cut, true)
	l.await(cut, "isolation", func(s State) bool { return s.Isolated })
	l.await(dc, "a view without it", func(s State) bool { return s.Open && len(s.View.Members) == 2 })
	l.submit(dc, "later")
	if own := string(l.nodes[cut].Document().Bytes()); !strings.Contains(own, `"change11"`) || strings.Contains(own, `"later"`) {
		t.Errorf("its own copy: %s", own)
	}
	l.setCut(cut, false)
	// Not the view that it was in before: what it reads alone is its own copy.
	l.await(cut, "being back", func(s State) bool { return members(1, 2, 3)(s) && s.View.String() != first.View.String() })
	if text, err := read(cut, 30*time.Second); err != nil || !strings.Contains(text, `"later"`) {
		t.Errorf("after that it reads %v:\n%s", err, text)
	}
}

// checkLost sees that a node kept what it made alone.
func (l *lab) checkLost(id uint32, change string) {
	l.t.Helper()
	root := paths.Root(l.nodes[id].dir)
	var names []string
	// The disk follows the document; nothing tells when it has.
	for deadline := time.Now().Add(30 * time.Second); len(names) != 1; time.Sleep(10 * time.Millisecond) {
		var err error
		names, err = lost.Names(root)
		must(l.t, err)
		if time.Now().After(deadline) {
			l.t.Fatalf("files of lost changes: %v", names)
		}
	}
	kept, err := lost.Load(root, names[0])
	must(l.t, err)
	if len(kept.Patches) != 1 || !strings.Contains(string(cib.Print(kept.Patches[0])), `"`+change+`"`) {
		l.t.Errorf("kept: %+v", kept)
	}
}

// A daemon that is killed and started again within the grace time is never
// lost: one view change takes its new incarnation in.
func TestRestart(t *testing.T) {
	l := newLab(t, 3, 1)
	l.form(1, 2, 3)
	changes, end := l.nodes[1].Watch()
	defer end()
	before := (<-changes).Members
	l.nodes[2].stop()
	time.Sleep(labToken + labToken/2) // longer than the token, within the grace
	l.start(2)
	l.await(2, "being back", members(1, 2, 3))
	deadline := time.After(30 * time.Second)
	for {
		var s State
		select {
		case s = <-changes:
		case <-deadline:
			t.Fatal("its return was not seen")
		}
		if len(s.View.Members) != 3 || len(s.Lost) != 0 {
			t.Fatalf("it was lost: %s, lost=%v", s.View, s.Lost)
		}
		if !s.Open || s.Members[1].Incarnation == before[1].Incarnation {
			continue
		}
		if s.Members[1].Since == before[1].Since || s.Members[2].Since != before[2].Since {
			t.Errorf("members since: %+v, before: %+v", s.Members, before)
		}
		return
	}
}

// Who leaves is gone at once, and messages between daemons come in order.
func TestLeaveAndMessages(t *testing.T) {
	l := newLab(t, 2, 1)
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
	l := newLab(t, 2, 1)
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

// One link of two may fail, and the other later: the view does not notice.
func TestTwoLinks(t *testing.T) {
	l := newLab(t, 2, 2)
	l.form(1, 2)
	before := l.nodes[1].State().View.Ballot
	for link := range 2 {
		l.setDown(link, true)
		awaitLink(t, l.nodes[1].Cluster, link, false)
		l.submit(2, fmt.Sprintf("without%d", link))
		must(t, l.nodes[2].Send(t.Context(), 1, "op", fmt.Append(nil, link)))
		if got, want := <-l.nodes[1].got, fmt.Sprintf("2 op %d", link); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		l.setDown(link, false)
		awaitLink(t, l.nodes[1].Cluster, link, true)
	}
	if s := l.nodes[1].State(); !s.Open || s.View.Ballot != before {
		t.Errorf("the view changed from %s to %s", before, s.View)
	}
}

// awaitLink waits until a link is seen in a state; the health of links is read,
// it makes no event.
func awaitLink(t *testing.T, c *Cluster, link int, up bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if c.State().Links[link].Up == up {
			return
		}
	}
	t.Fatalf("link %d did not become up=%v", link, up)
}
