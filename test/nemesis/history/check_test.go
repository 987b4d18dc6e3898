package history

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const s = time.Second

// good is a history in which all is as it must be.
func good() []Event {
	both := map[string]string{"node1": "0.9.0 abc", "node2": "0.9.0 abc"}
	return []Event{
		{Kind: Hold, Node: "node1", Begun: 0, Ended: 4 * s},
		{Kind: Write, Key: "k", Value: "1", Outcome: Acked, Quorate: Quorate, Version: "0.5.0", Begun: 1 * s, Ended: 2 * s},
		{Kind: Add, Value: "x", Outcome: Acked, Quorate: Quorate, Version: "0.6.0", Begun: 2500 * time.Millisecond, Ended: 3 * s},
		{Kind: Fault, Name: "cut", Nodes: []string{"node1"}, Begun: 3 * s, Ended: 6 * s},
		{Kind: Add, Value: "y", Outcome: Refused, Begun: 3 * s, Ended: 4 * s},
		{Kind: Write, Key: "k", Value: "2", Outcome: Unknown, Begun: 3 * s, Ended: 6 * s},
		{Kind: Hold, Node: "node2", Begun: 5 * s, Ended: 9 * s},
		{Kind: Read, Values: map[string]string{"k": "1"}, Outcome: Acked, Quorate: Quorate, Begun: 6 * s, Ended: 7 * s},
		{Kind: Converge, Outcome: Acked, Begun: 7 * s, Ended: 8 * s, Values: map[string]string{"k": "2"}, Set: []string{"x"}, Holds: both},
		{Kind: Remove, Set: []string{"x"}, Outcome: Acked, Begun: 8 * s, Ended: 9 * s},
		{Kind: Converge, Outcome: Acked, Begun: 10 * s, Ended: 11 * s, Values: map[string]string{"k": "2"}, Holds: both},
	}
}

func TestAGoodHistory(t *testing.T) {
	if found := Check(good()); len(found) > 0 {
		t.Errorf("violations in a good history: %q", found)
	}
}

// at is the n-th event of a kind, from 0 on.
func at(events []Event, kind string, n int) *Event {
	for i := range events {
		if events[i].Kind == kind {
			if n--; n < 0 {
				return &events[i]
			}
		}
	}
	panic("no such event")
}

// Each of these makes one thing wrong in the good history.
func TestViolationsAreFound(t *testing.T) {
	for _, c := range []struct {
		name, want string
		harm       func(h []Event) []Event
	}{
		{"address held twice", "node1 and node2 both had the address, 4.999", func(h []Event) []Event {
			at(h, Hold, 1).Begun = 3*s + 999*time.Millisecond
			at(h, Hold, 0).Ended = 5 * s
			return append(h, Event{Kind: Excuse, Node: "node1", Begun: 3 * s, Ended: 4*s + 999*time.Millisecond})
		}},
		{"acknowledged addition lost", "LOST: x was acknowledged", func(h []Event) []Event {
			at(h, Converge, 0).Set = nil
			return h
		}},
		{"lost without a quorum", "LOST: x was acknowledged", func(h []Event) []Event {
			at(h, Add, 0).Quorate = Apart
			at(h, Converge, 0).Set = nil
			return h
		}},
		{"kept but acknowledged by a quorum", "LOST: x was acknowledged", func(h []Event) []Event {
			at(h, Converge, 0).Set, at(h, Converge, 0).Saved = nil, []string{"x"}
			return h
		}},
		{"refused addition done", "y was refused by", func(h []Event) []Event {
			at(h, Converge, 0).Set = []string{"x", "y"}
			return h
		}},
		{"acknowledged write lost", "writes and reads of k are in no order", func(h []Event) []Event {
			at(h, Read, 0).Values = map[string]string{"k": ""}
			return h
		}},
		{"lost after a heal only", "writes and reads of k are in no order", func(h []Event) []Event {
			at(h, Converge, 1).Values = map[string]string{"k": "1"}
			return h
		}},
		{"one version for two changes", "both acknowledged as version 0.5.0", func(h []Event) []Event {
			at(h, Add, 0).Version = "0.5.0"
			return h
		}},
		{"version rolled back", "x was acknowledged as version 0.4.0 after 1 had been as 0.5.0", func(h []Event) []Event {
			at(h, Add, 0).Version = "0.4.0"
			return h
		}},
		{"two documents", "the nodes hold different documents", func(h []Event) []Event {
			at(h, Converge, 1).Holds = map[string]string{"node1": "0.9.0 abc", "node2": "0.9.0 abd"}
			return h
		}},
		{"no convergence", "no convergence, 10.000 s to 11.000 s: node2 is not online", func(h []Event) []Event {
			*at(h, Converge, 1) = Event{Kind: Converge, Outcome: Unknown, Text: "node2 is not online", Begun: 10 * s, Ended: 11 * s}
			return h
		}},
	} {
		found := Check(c.harm(good()))
		if len(found) != 1 && c.name != "one version for two changes" || !strings.Contains(strings.Join(found, "\n"), c.want) {
			t.Errorf("%s: found %q, want %q", c.name, found, c.want)
		}
	}
}

// What a partition without quorum took may give way if it is kept.
func TestApart(t *testing.T) {
	h := good()
	for i := range h {
		switch e := &h[i]; {
		case e.Kind == Add && e.Outcome == Acked:
			e.Quorate, e.Version = Apart, "0.4.0"
		case e.Kind == Converge:
			e.Set, e.Saved = nil, []string{"x"}
		case e.Kind == Read:
			e.Quorate, e.Values = Between, map[string]string{"k": "another"}
		}
	}
	if found := Check(h); len(found) > 0 {
		t.Errorf("found %q", found)
	}
}

// A node that was not alive may keep the address while another one has it.
func TestExcuses(t *testing.T) {
	holds := []Event{
		{Kind: Hold, Node: "node1", Begun: 0, Ended: 10 * s},
		{Kind: Hold, Node: "node2", Begun: 4 * s, Ended: 12 * s},
	}
	excuse := func(node string, begun, ended time.Duration) Event {
		return Event{Kind: Excuse, Node: node, Begun: begun, Ended: ended}
	}
	for _, c := range []struct {
		name    string
		excuses []Event
		want    int
	}{
		{"none", nil, 1},
		{"all of it", []Event{excuse("node1", 1*s, 11*s)}, 0},
		{"both, in turn", []Event{excuse("node1", 1*s, 7*s), excuse("node2", 6*s, 11*s)}, 0},
		{"ends too soon", []Event{excuse("node1", 1*s, 9*s)}, 1},
		{"a gap between two", []Event{excuse("node1", 1*s, 6*s), excuse("node1", 7*s, 11*s)}, 1},
		{"another node", []Event{excuse("node3", 1*s, 11*s)}, 1},
	} {
		if found := Check(append(c.excuses, holds...)); len(found) != c.want {
			t.Errorf("%s: found %q", c.name, found)
		}
	}
}

func TestOlder(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"", "0.1.0", true}, {"0.1.0", "", false}, {"0.9.0", "0.10.0", true}, {"1.0.0", "0.9.9", false}, {"0.1.0", "0.1.0", false}} {
		if got := older(c.a, c.b); got != c.want {
			t.Errorf("%q before %q: %v", c.a, c.b, got)
		}
	}
}

func TestLoadGivesWhatWasRecorded(t *testing.T) {
	var file bytes.Buffer
	r := NewRecorder(&file)
	for _, e := range good() {
		r.Add(e)
	}
	got, err := Load(&file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Events(), got); diff != "" {
		t.Error(diff)
	}
}
