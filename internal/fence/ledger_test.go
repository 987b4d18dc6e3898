package fence

import (
	"fmt"
	"testing"

	"gpcs/internal/cib"
)

// written makes a document with so many chained records of n2.
func written(t *testing.T, n int) *cib.Document {
	t.Helper()
	doc := cib.New("pacemaker-3.9", "3.16.1")
	for i := range n {
		r := Chain(Record{ID: fmt.Sprint("r", i), Target: "n2", Action: Reboot, State: Success, Proof: "p", CompletedMS: int64(i)},
			LastHash(Records(doc)))
		doc = applied(t, doc, Append(doc, r))
	}
	return doc
}

func applied(t *testing.T, doc *cib.Document, ops []cib.Op) *cib.Document {
	t.Helper()
	next, err := cib.Apply(doc, cib.Request{Ops: ops}, "")
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func TestRecordsAreChained(t *testing.T) {
	doc := written(t, 3)
	list := Records(doc)
	if err := Verify(list); err != nil || len(list) != 3 {
		t.Fatal(len(list), err)
	}
	forged := append([]Record{}, list...)
	forged[1].Target = "n3"
	if Verify(forged) == nil {
		t.Error("a changed record passes")
	}
	if Verify([]Record{list[0], list[2]}) == nil {
		t.Error("a missing record passes")
	}
	if Verify(list[1:]) != nil {
		t.Error("what fell out at the front is an error")
	}
	forked := Chain(Record{ID: "other", Target: "n1", Action: Off, State: Failed, CompletedMS: 9}, list[0].Hash)
	if err := Verify(append(list, forked)); err != nil {
		t.Error("what another partition wrote is an error:", err)
	}
}

func TestCleanupLeavesTheLedger(t *testing.T) {
	doc := written(t, 3)
	doc = applied(t, doc, Forget(doc, "N2"))
	if list := Records(doc); len(History(doc)) != 0 || len(list) != 3 || Verify(list) != nil {
		t.Error(History(doc), list)
	}
}

func TestLedgerOutlastsTheDocument(t *testing.T) {
	list, bad := ParseLedger(append(PrintLedger(Records(written(t, 3))), "{torn"...))
	if bad != 1 || len(list) != 3 || Verify(list) != nil {
		t.Fatal(bad, list)
	}
	doc := cib.New("pacemaker-3.9", "3.16.1")
	doc = applied(t, doc, Offer(doc, list))
	if again := Records(doc); len(again) != 3 || Verify(again) != nil || len(History(doc)) != 0 {
		t.Errorf("%+v", again)
	}
	if ops := Offer(doc, list); ops != nil {
		t.Error("offered twice", ops)
	}
	long := Records(written(t, keep+5))
	if len(long) != keep {
		t.Error("the document holds", len(long))
	}
	if ops := Offer(doc, long); len(ops) != keep-3 {
		t.Error("offered", len(ops))
	}
}

func TestDifferenceBetweenFileAndDocument(t *testing.T) {
	a := Records(written(t, 2))
	b := append([]Record{}, a...)
	if _, differ := Differ(a, b); differ {
		t.Error("equal lists differ")
	}
	b[1].Proof = "none"
	b[1] = Chain(b[1], b[1].Prev) // whoever forges can count, too
	if r, differ := Differ(a, b); !differ || r.ID != "r1" || Verify(b) != nil {
		t.Error("a forged record passes")
	}
}
