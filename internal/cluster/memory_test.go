package cluster

import (
	"encoding/json"
	"log/slog"
	"os"
	"testing"
	"time"

	"gpcs/internal/cluster/quorum"
	"gpcs/internal/paths"
	"gpcs/internal/queue"
)

// What a node remembers of itself survives; a damaged file is as none.
func TestMemory(t *testing.T) {
	root := paths.Root(t.TempDir())
	first, floor, err := remember(root, 7)
	if err != nil || floor != 7 {
		t.Fatal(floor, err)
	}
	want := quorum.Memory{Expected: 2, Last: []uint32{1, 2}, Round: 3, SeenAll: true}
	if err := first.keepQuorum(note{1, &want}); err != nil {
		t.Fatal(err)
	}
	second, floor, err := remember(root, 0)
	if err != nil || second.Incarnation <= first.Incarnation || floor < 7+reserve {
		t.Errorf("%+v then %+v floor %d: %v", first, second, floor, err)
	}
	if got := second.quorum(); got.Round != 3 || got.Expected != 2 || len(got.Last) != 2 {
		t.Errorf("%+v", got)
	}
	if err := second.keepQuorum(note{1, nil}); err != nil {
		t.Fatal(err)
	}
	if got := second.quorum(); got.Round != 3 || got.Tracked != 0 || !got.Booted || got.SeenAll {
		t.Errorf("%+v after the cluster ended here", got)
	}
	want.Tracked = 5
	if err := second.keepNewest([]note{{2, &want}, {3, nil}}); err != nil {
		t.Fatal(err)
	}
	if got := second.quorum(); got.Round != 3 || got.Tracked != 5 {
		t.Errorf("%+v after votes were tracked", got)
	}
	data, err := os.ReadFile(root.ExpectedVotesTracking())
	if err != nil || len(data) != 4 {
		t.Errorf("the tracked votes are kept as %x, %v", data, err)
	}
}

// What decides who may act is on the disk when a view is entered; what came
// late does not undo it, and of two files the newer one counts.
func TestMemoryThatBinds(t *testing.T) {
	root := paths.Root(t.TempDir())
	mem, _, err := remember(root, 0)
	if err != nil {
		t.Fatal(err)
	}
	c := &Cluster{memory: mem, votes: queue.New[note](), opt: Options{Log: slog.New(slog.DiscardHandler)},
		config: Config{Nodes: []Node{{ID: 1, Votes: 1}, {ID: 2, Votes: 1}, {ID: 3, Votes: 1}, {ID: 4, Votes: 1}}}}
	all, fewer := quorum.Memory{Last: []uint32{1, 2, 3, 4}, Round: 1}, quorum.Memory{Expected: 3, Last: []uint32{1, 2, 3}, Round: 2}
	c.remember(&all)
	if got := mem.quorum(); got.Round != 0 {
		t.Errorf("%+v was written at once", got)
	}
	c.remember(&fewer)
	if got := mem.quorum(); got.Round != 2 || got.Expected != 3 || got.Booted {
		t.Errorf("%+v is kept when the view is entered", got)
	}
	if err := mem.keepNewest(c.votes.Take()); err != nil || mem.quorum().Round != 2 {
		t.Errorf("%+v after an earlier one was written, %v", mem.quorum(), err)
	}
	data, _ := json.Marshal(all)
	if err := os.WriteFile(mem.bootFile, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := mem.quorum(); got.Round != 2 || got.Booted {
		t.Errorf("%+v where the other file is older", got)
	}
}

// The files themselves are left out: what is forced to the disk for each input
// would leave time for a few hundred inputs only.
func FuzzMemory(f *testing.F) {
	f.Add([]byte(`{"incarnation":18446744073709551615,"ballots":18446744073709551615}`), []byte(`{"expected":-1,"last":[1,1]}`), []byte("\xff\xff\xff\xff"))
	f.Add([]byte(`{"incarnation":7,"ballots":100}`), []byte(`{"expected":2,"tracked":9,"last":[1],"round":3,"before":{"round":2,"booted":true}}`), []byte{3, 0, 0, 0})
	f.Add([]byte(`{"ballot":{"counter":3,"node":1},"agreed":{"Epoch":4},"recent":[{"id":"a"}],"unshared":[{"diff":"<diff/>"}]}`), []byte("["), []byte(nil))
	f.Fuzz(func(t *testing.T, data, votes, tracked []byte) {
		var m memory
		_ = m.decode(data)
		ballots, incarnation := m.Ballots, m.Incarnation
		if floor := m.begin(1, time.Unix(1, 0)); floor < ballots || m.Ballots <= floor || m.Incarnation <= incarnation {
			t.Errorf("ballots %d then %d above %d, incarnation %d then %d", ballots, m.Ballots, floor, incarnation, m.Incarnation)
		}
		for _, boot := range []bool{true, false} {
			var now []byte
			if !boot {
				now = votes
			}
			q, _ := decodeVotes(votes, now, tracked)
			for _, c := range []quorum.Config{{LastManStanding: true, TieBreaker: &quorum.TieBreaker{}}, {Tracking: true, DeviceVotes: 1}, {TwoNode: true}} {
				c.Votes = map[uint32]int{1: 1, 2: 1}
				if o := c.Evaluate([]uint32{1}, q, false, quorum.Order{}); o.Needed < 1 {
					t.Errorf("%+v remembering %+v", o, q)
				}
				c.Evaluate([]uint32{1, 2}, quorum.Merge([]quorum.Memory{q, {}}), true, quorum.Order{Unblock: true})
			}
		}
		_, _ = decodeStored(data)
	})
}
