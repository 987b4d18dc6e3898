package member

import (
	"encoding/json"
	"fmt"
	"testing"

	"gpcs/internal/cib"
	"gpcs/internal/cluster/quorum"
	"gpcs/internal/cluster/replica"
	"gpcs/internal/cluster/view"
)

// fuzzCore is node 1 of three that reaches the others and is in a view of node 2.
func fuzzCore() (core *Core, from view.Peer) {
	votes := quorum.Config{Votes: map[uint32]int{1: 1, 2: 1, 3: 1}}
	core = New(Config{Self: view.Peer{ID: 1, Incarnation: 1}, Nodes: []uint32{1, 2, 3}, Quorum: votes, Token: 20,
		Name: func(id uint32) string { return fmt.Sprint(id) }}, cib.New("pacemaker-3.9", "3.16.2"), view.Lineage{})
	from = view.Peer{ID: 2, Incarnation: 1}
	all := []view.Peer{{ID: 1, Incarnation: 1}, from, {ID: 3, Incarnation: 1}}
	for _, p := range all[1:] {
		core.StepView(view.Reach{Peer: p, Up: true}, "")
		core.Receive(p, Message{View: &view.Message{Kind: view.Hello, Reach: all, DC: 2, Seasoned: true, Size: 2, Ballot: view.Ballot{Counter: 1, Node: 2}}}, "")
	}
	b := view.Ballot{Counter: 5, Node: 2}
	core.Receive(from, Message{View: &view.Message{Kind: view.Prepare, Ballot: b}}, "")
	v := &view.View{Ballot: b, DC: 2, Members: all, Quorum: votes.Evaluate([]uint32{1, 2, 3}, quorum.Memory{}, false, quorum.Order{})}
	core.Receive(from, Message{View: &view.Message{Kind: view.Install, Ballot: b, View: v}}, "")
	return core, from
}

// A message of a member, of another release or damaged, never brings this
// node down, nor does what comes after it.
func FuzzReceive(f *testing.F) {
	b := view.Ballot{Counter: 5, Node: 2}
	for _, m := range []Message{
		{View: &view.Message{Kind: view.Hello}},
		{View: &view.Message{Kind: view.Prepare, Ballot: view.Ballot{Counter: 6, Node: 2}}},
		{View: &view.Message{Kind: view.Install, Ballot: b, View: &view.View{Ballot: b, DC: 2}}},
		{View: &view.Message{Kind: view.Bye}},
		{View: &view.Message{Kind: view.Reorder, Order: quorum.Order{Expected: 1}}},
		{Replica: &replica.Message{Kind: replica.Patch, Ballot: b, Seq: 1, Diff: `<diff format="2"/>`}},
		{Replica: &replica.Message{Kind: replica.Snapshot, Ballot: b, Seq: 1, Document: []byte(`{"text":"<cib/>"}`)}},
		{Replica: &replica.Message{Kind: replica.Forward, ID: "x", Request: &cib.Request{Ops: []cib.Op{{Kind: cib.Delete, Path: "//*"}}}}},
		{Replica: &replica.Message{Kind: replica.Settled, Ballot: b, Seq: -1}},
	} {
		data, err := json.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var m Message
		if json.Unmarshal(data, &m) != nil {
			return
		}
		core, from := fuzzCore()
		if core.View() == nil || core.View().DC != 2 {
			t.Fatal("the core is in no view: the test tests nothing")
		}
		core.Receive(from, m, "")
		for range 60 {
			core.Tick(0, "")
		}
		core.StepView(view.Reach{Peer: from}, "") // node 2 is lost: this node makes the next view
		core.Receive(from, m, "")
		for range 60 {
			core.Tick(0, "")
		}
	})
}

// What was stored beside the document is taken as it is found.
func FuzzStored(f *testing.F) {
	f.Add([]byte(`[{"diff":"<diff","ids":["a"]}]`), []byte(`{"ballot":{"counter":18446744073709551615,"node":9},"agreed":{}}`))
	f.Fuzz(func(_ *testing.T, unshared, lineage []byte) {
		var u replica.Unshared
		var l view.Lineage
		if json.Unmarshal(unshared, &u) != nil || json.Unmarshal(lineage, &l) != nil {
			return
		}
		core := New(Config{Self: view.Peer{ID: 1, Incarnation: 1}, Nodes: []uint32{1}, Token: 20, Unshared: u,
			Quorum: quorum.Config{Votes: map[uint32]int{1: 1}}, Name: func(id uint32) string { return fmt.Sprint(id) }},
			cib.New("pacemaker-3.9", "3.16.2"), l)
		for range 30 {
			core.Tick(0, "")
		}
	})
}
