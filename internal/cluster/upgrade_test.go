package cluster

import (
	"slices"
	"strings"
	"testing"

	"gpcs/internal/cluster/view"
)

// Nodes are upgraded one after the other: the cluster works at the highest
// level that all have, and an older node that is left behind for good is
// refused, with the reason on both sides.
func TestRollingUpgrade(t *testing.T) {
	l := newLab(t, 3, 1)
	older := view.Features{Level: 1, Oldest: 1, Set: "3.16.1"}
	newer := view.Features{Level: 2, Oldest: 1, Set: "3.17.0"}
	l.features = map[uint32]view.Features{1: older, 2: older, 3: older}
	l.form(1, 2, 3)
	at := func(level int) func(State) bool {
		return func(s State) bool { return members(1, 2, 3)(s) && s.View.Level == level }
	}
	l.await(1, "level 1", at(1))
	for _, id := range []uint32{3, 2, 1} {
		l.submit(id, "before")
		must(t, l.nodes[id].Leave(t.Context()))
		l.nodes[id].stop()
		l.features[id] = newer
		l.start(id)
		level := 1
		if id == 1 {
			level = 2 // it was the last one
		}
		other := id%3 + 1
		s := l.await(other, "the upgraded node", func(s State) bool { return at(level)(s) && s.Members[id-1].FeatureSet == newer.Set })
		l.await(id, "the same", at(level))
		if i := slices.IndexFunc(s.Members, func(m Member) bool { return m.FeatureSet == older.Set }); (i >= 0) != (level == 1) {
			t.Errorf("feature sets at level %d: %+v", level, s.Members)
		}
		l.submit(other, "after")
	}

	t.Log("one node is put back, after the others went on")
	must(t, l.nodes[3].Leave(t.Context()))
	l.nodes[3].stop()
	for _, id := range []uint32{1, 2} {
		must(t, l.nodes[id].Leave(t.Context()))
		l.nodes[id].stop()
		l.features[id] = view.Features{Level: 3, Oldest: 2, Set: newer.Set}
		l.start(id)
		l.await(id, "a view", func(s State) bool { return s.Open })
	}
	l.features[3] = older
	l.start(3)
	says := func(text string) func(State) bool {
		return func(s State) bool {
			return slices.ContainsFunc(s.Troubles, func(s string) bool { return strings.Contains(s, text) })
		}
	}
	l.await(1, "that node 3 is too old", says("Node node3 is not taken into the cluster: its gpcs is too old (feature level 1, this node needs at least 2)"))
	l.await(3, "that it is too old", says("gpcs here is too old (feature level 1, node1 needs at least 2)"))
	s := l.await(1, "both newer ones", members(1, 2))
	if s.View.Level != 3 || !s.Quorate() {
		t.Errorf("the newer nodes go on: %s", s.View)
	}
	must(t, l.nodes[3].Leave(t.Context()))
	l.await(1, "no trouble", func(s State) bool { return len(s.Troubles) == 0 })
}
