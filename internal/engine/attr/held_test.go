package attr

import (
	"slices"
	"testing"
	"time"

	"gpcs/internal/cib"
)

func change(node, v string, as *cib.Caller) cib.Request {
	r := cib.Request{ID: node + "=" + v, As: as, Ops: []cib.Op{{Path: node + "=" + v}},
		Dampen: &cib.Dampen{Attribute: "pingd", Node: node, Value: &v, Milliseconds: 5000}}
	if v == "" {
		r.Dampen.Value = nil
	}
	return r
}

func TestChangesOfAllNodesGoTogether(t *testing.T) {
	var h Held
	start := time.Unix(1000, 0)
	at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	old := "100"
	everybody := func(string) bool { return true }
	ops := func(now time.Time, member func(string) bool) (done []string) {
		for _, r := range h.Due(now, member) {
			for _, op := range r.Ops {
				done = append(done, op.Path)
			}
			if r.Dampen != nil {
				t.Error("it would be held again")
			}
		}
		slices.Sort(done)
		return done
	}
	if _, ok := h.Next(); ok {
		t.Error("nothing was held")
	}
	h.Add(at(0), change("1", "100", nil), &old) // as it is
	if _, ok := h.Next(); ok {
		t.Error("a value that is so already is held")
	}
	h.Add(at(0), change("1", "0", nil), &old)
	h.Add(at(3), change("2", "0", nil), &old)
	h.Add(at(4), change("2", "0", nil), &old) // said again
	if next, ok := h.Next(); !ok || !next.Equal(at(8)) {
		t.Errorf("due at %v, the last change came at 3 s", next.Sub(start))
	}
	if got := ops(at(7), everybody); len(got) > 0 {
		t.Errorf("too early: %q", got)
	}
	if got := ops(at(8), everybody); !slices.Equal(got, []string{"1=0", "2=0"}) {
		t.Errorf("%q", got)
	}

	// What was taken back goes back, too: the first may be under way already.
	h.Add(at(20), change("1", "0", nil), &old)
	h.Add(at(21), change("1", "100", nil), &old)
	h.Add(at(22), change("3", "", nil), &old)
	h.Add(at(22), change("4", "7", &cib.Caller{User: "joe"}), nil)
	h.Add(at(22), change("5", "", nil), nil) // gone already
	if got := ops(at(30), func(node string) bool { return node != "3" }); !slices.Equal(got, []string{"1=100", "4=7"}) {
		t.Errorf("%q", got)
	}
}
