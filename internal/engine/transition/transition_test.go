package transition

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gpcs/internal/engine/graph"
)

// chain builds a graph from lines "id kind inputs..."; kind is op or pseudo.
func chain(lines ...string) *graph.Graph {
	g := &graph.Graph{}
	for i, line := range lines {
		var id int
		words := strings.Fields(line)
		fmt.Sscan(words[0], &id)
		s := &graph.Synapse{ID: i}
		kind := graph.RscOp
		if words[1] == "pseudo" {
			kind = graph.Pseudo
		}
		s.Actions = []*graph.Action{{ID: id, Kind: kind, Key: fmt.Sprintf("a%d", id)}}
		for _, in := range words[2:] {
			var n int
			fmt.Sscan(in, &n)
			s.Inputs = append(s.Inputs, n)
		}
		g.Synapses = append(g.Synapses, s)
	}
	return g
}

func started(actions []*graph.Action) string {
	var keys []string
	for _, a := range actions {
		keys = append(keys, a.Key)
	}
	return strings.Join(keys, " ")
}

func TestOrder(t *testing.T) {
	// Written in an order in which inputs come after what needs them.
	tr := New(chain("3 op 2", "2 pseudo 1", "1 op", "4 op", "5 pseudo 3 4"), 7, "u")
	if got := started(tr.Next()); got != "a1 a4" {
		t.Fatal(got)
	}
	if got := started(tr.Next()); got != "" {
		t.Fatal("started twice:", got)
	}
	tr.Confirm(4, true)
	if tr.Outcome() != Running {
		t.Fatal(tr.Outcome())
	}
	tr.Confirm(1, true)
	if got := started(tr.Next()); got != "a3" {
		t.Fatal(got)
	}
	tr.Confirm(3, true)
	if got := started(tr.Next()); got != "" || tr.Outcome() != Complete {
		t.Fatal(got, tr.Outcome())
	}
}

func TestFailureLetsOthersFinish(t *testing.T) {
	tr := New(chain("1 op", "2 op", "3 op 1"), 1, "u")
	tr.Next()
	tr.Confirm(1, false)
	if got := started(tr.Next()); got != "" || tr.Outcome() != Running {
		t.Fatal(got, tr.Outcome())
	}
	tr.Confirm(2, true)
	if tr.Outcome() != Stopped || tr.Aborted() != "a1 failed" {
		t.Fatal(tr.Outcome(), tr.Aborted())
	}
}

func TestLoopIsStuck(t *testing.T) {
	tr := New(chain("1 op 2", "2 op 1"), 1, "u")
	if got := started(tr.Next()); got != "" || tr.Outcome() != Stuck {
		t.Fatal(got, tr.Outcome())
	}
}

func TestBatchLimit(t *testing.T) {
	g := chain("1 op", "2 op", "3 op")
	g.BatchLimit = 2
	tr := New(g, 1, "u")
	if got := started(tr.Next()); got != "a1 a2" {
		t.Fatal(got)
	}
	tr.Confirm(2, true)
	if got := started(tr.Next()); got != "a3" {
		t.Fatal(got)
	}
}

func TestKeys(t *testing.T) {
	g := chain("12 op")
	g.Synapses[0].Actions[0].Attrs = []graph.Attr{{Name: "CRM_meta_op_target_rc", Value: "7"}}
	tr := New(g, 3, "73918c23-f044-4aa4-ac85-47f2eef182ed")
	a := g.Synapses[0].Actions[0]
	key := tr.Key(a)
	if key != "12:3:7:73918c23-f044-4aa4-ac85-47f2eef182ed" {
		t.Fatal(key)
	}
	if tr.Owns(key) != nil {
		t.Fatal("owned before it was started")
	}
	tr.Next()
	if tr.Owns(key) != a {
		t.Fatal("not owned")
	}
	for _, other := range []string{"", "1:2", "12:4:7:73918c23-f044-4aa4-ac85-47f2eef182ed", "12:3:7:other", "x:3:7:u"} {
		if tr.Owns(other) != nil {
			t.Errorf("owns %q", other)
		}
	}
}

func TestEveryAcyclicGraphCompletesInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		var lines []string
		for i := 1; i <= n; i++ {
			line := fmt.Sprintf("%d %s", i, rapid.SampledFrom([]string{"op", "pseudo"}).Draw(t, "kind"))
			for in := 1; in < i; in++ {
				if rapid.IntRange(0, 2).Draw(t, "edge") == 0 {
					line += fmt.Sprintf(" %d", in)
				}
			}
			lines = append(lines, line)
		}
		g := chain(rapid.Permutation(lines).Draw(t, "order")...)
		tr := New(g, 1, "u")
		var flying []*graph.Action
		for range 100 {
			for _, a := range tr.Next() {
				for _, s := range g.Synapses {
					if s.Actions[0] == a && !tr.ready(s) {
						t.Fatalf("%s started before its inputs", a.Key)
					}
				}
				flying = append(flying, a)
			}
			if len(flying) == 0 {
				break
			}
			i := rapid.IntRange(0, len(flying)-1).Draw(t, "finishes")
			tr.Confirm(flying[i].ID, true)
			flying = append(flying[:i], flying[i+1:]...)
		}
		if tr.Outcome() != Complete {
			t.Fatalf("outcome %d", tr.Outcome())
		}
	})
}
