package cluster

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// stands fails where a view was made anew although nobody came or went and no
// vote was counted otherwise.
func (l *lab) stands(what string, before State) {
	l.t.Helper()
	if s := l.nodes[1].State(); !s.Open || s.View.Ballot != before.View.Ballot || len(s.Lost) > 0 {
		l.t.Errorf("%s: view %s became %s, lost %v", what, before.View, s.View, s.Lost)
	}
}

// A running cluster takes nodes in and lets them go, and changes its token, key
// and links. No daemon starts anew and nobody is lost by it.
func TestConfigureWhileRunning(t *testing.T) {
	noLeaks(t)
	l := newLab(t, 3, 2)
	l.size, l.links = 2, 1
	l.form(1, 2)
	first := l.nodes[1].State()
	l.takeThirdNode(first)
	before := l.nodes[1].State()
	l.changeToken(before)
	before = l.changeKey(before)
	l.addLink(before)
	l.removeLinks(before)
	l.dismissThirdNode(first)
	l.refuseOtherName()
}

// takeThirdNode adds node 3 to the nodes 1 and 2, which began as first says.
func (l *lab) takeThirdNode(first State) {
	l.t.Helper()
	l.size = 3
	l.configure(1, 2)
	for id := range uint32(2) {
		l.await(id+1, "three expected votes", func(s State) bool {
			return s.Open && s.Quorum.Expected == 3 && s.Quorum.Needed == 2 && len(s.Members) == 3
		})
	}
	l.start(3)
	l.await(3, "all in one view", members(1, 2, 3))
	s := l.await(1, "all in one view", members(1, 2, 3))
	if s.Self != first.Self || s.Members[1].Incarnation != first.Members[1].Incarnation || len(s.Lost) > 0 {
		l.t.Errorf("members did not stay: %+v", s)
	}
	l.await(2, "all in one view", members(1, 2, 3))
	l.submit(3, "by3")
}

// changeToken makes the token longer, then much shorter again.
func (l *lab) changeToken(before State) {
	l.t.Helper()
	for _, token := range []time.Duration{5 * time.Second, labToken} {
		l.token = token
		l.configure(2, 3, 1)
		l.submit(2, fmt.Sprint("token", token.Milliseconds()))
	}
	awaitLink(l.t, l.nodes[1].Cluster, 0, true)
	l.stands("token", before)
}

// changeKey has all use another key: who starts with it is understood. It
// returns the state with node 3 back.
func (l *lab) changeKey(before State) State {
	l.t.Helper()
	l.key = "the other key of the lab"
	l.configure(3, 1, 2)
	l.submit(1, "key")
	l.stands("key", before)
	l.nodes[3].stop()
	l.start(3)
	return l.await(1, "its return", func(s State) bool {
		return members(1, 2, 3)(s) && s.Members[2].Incarnation != before.Members[2].Incarnation
	})
}

// addLink adds a second link, which carries on without the first.
func (l *lab) addLink(before State) {
	l.t.Helper()
	l.links = 2
	l.configure(1, 3, 2)
	for id := range uint32(3) {
		for peer := range 2 {
			awaitLink(l.t, l.nodes[id+1].Cluster, 2*peer+1, true)
		}
	}
	l.setDown(0, true)
	awaitLink(l.t, l.nodes[1].Cluster, 0, false)
	l.submit(2, "second")
	l.stands("link", before)
	l.setDown(0, false)
	awaitLink(l.t, l.nodes[1].Cluster, 0, true)
}

// removeLinks takes the first link away, and the other way round: what is left
// keeps its number. The first is the only one in the end.
func (l *lab) removeLinks(before State) {
	l.t.Helper()
	for _, gone := range []int{0, 1} {
		l.without = map[int]bool{gone: true}
		l.configure(1, 2, 3)
		links := l.nodes[1].State().Links
		if len(links) != 2 || links[0].Link != 1-gone || links[1].Link != 1-gone {
			l.t.Errorf("without link %d: %+v", gone, links)
		}
		awaitLink(l.t, l.nodes[1].Cluster, 0, true)
		l.submit(3, fmt.Sprint("without", gone))
		l.stands("link removed", before)
		l.without = map[int]bool{}
		l.configure(3, 1, 2)
		awaitLink(l.t, l.nodes[1].Cluster, gone, true)
		awaitLink(l.t, l.nodes[1].Cluster, 2+gone, true)
	}
	l.links = 1
	l.configure(1, 2, 3)
	l.stands("links moved", before)
}

// dismissThirdNode lets node 3 leave for good.
func (l *lab) dismissThirdNode(first State) {
	l.t.Helper()
	must(l.t, l.nodes[3].Leave(l.t.Context()))
	l.await(1, "the view without it", members(1, 2))
	l.size = 2
	l.configure(2, 1)
	s := l.await(1, "two expected votes", func(s State) bool { return s.Open && s.Quorum.Expected == 2 && s.Quorum.Needed == 1 })
	if len(s.Members) != 2 || len(s.Lost) > 0 || s.Self != first.Self {
		l.t.Errorf("after the removal: %+v", s)
	}
	l.submit(2, "last")
	l.awaitDocument(1, "by3", "second", "last")
}

// refuseOtherName asks for what cannot be changed, after which nothing has
// changed.
func (l *lab) refuseOtherName() {
	l.t.Helper()
	other := l.config(1)
	other.Nodes[0].Name = "another"
	if err := l.nodes[1].Configure(l.t.Context(), other, []byte(l.key)); !errors.Is(err, ErrRestart) {
		l.t.Errorf("another name: %v", err)
	}
	l.submit(1, "still")
}

// Who runs alone goes on when a second node is added: wait_for_all, which comes
// with two nodes, is for those that start.
func TestConfigureSecondNode(t *testing.T) {
	l := newLab(t, 2, 1)
	l.size = 1
	l.form(1)
	l.size = 2
	l.configure(1)
	s := l.await(1, "two expected votes", func(s State) bool { return s.Open && s.Quorum.Expected == 2 })
	if !s.Quorate() || s.Isolated || s.Quorum.Waits {
		t.Errorf("beside a node that does not run: %+v", s)
	}
	l.submit(1, "alone")
	l.start(2)
	l.await(2, "both", members(1, 2))
	l.awaitDocument(2, "alone")
}

// A node that is left out although it is there is dropped by the others.
func TestConfigureWithoutALivingNode(t *testing.T) {
	l := newLab(t, 3, 1)
	l.form(1, 2, 3)
	l.size = 2
	l.configure(1, 2)
	for id := range uint32(2) {
		l.await(id+1, "a view of two", func(s State) bool { return members(1, 2)(s) && s.Quorum.Expected == 2 && s.Quorate() })
	}
	l.await(3, "being alone", func(s State) bool { return s.Isolated })
}
