package ledger

import (
	"os"
	"testing"

	"gpcs/internal/cib"
	"gpcs/internal/fence"
	"gpcs/internal/paths"
)

func add(t *testing.T, doc *cib.Document, id string) *cib.Document {
	t.Helper()
	r := fence.Chain(fence.Record{ID: id, Target: "n1", Action: fence.Off, State: fence.Success}, fence.LastHash(fence.Records(doc)))
	next, err := cib.Apply(doc, cib.Request{Ops: fence.Append(doc, r)}, "")
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func open(t *testing.T, root paths.Root) *Ledger {
	t.Helper()
	l, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestRecordsOutlastTheDocument(t *testing.T) {
	root := paths.Root(t.TempDir())
	doc := cib.New("pacemaker-3.9", "3.16.1")
	l := open(t, root)
	for _, id := range []string{"a", "b"} {
		doc = add(t, doc, id)
		for range 2 { // the same document twice adds nothing
			if err := l.Take(doc); err != nil {
				t.Fatal(err)
			}
		}
	}
	// The node died while it wrote.
	f, err := os.OpenFile(File(root), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"id":"c`); err != nil {
		t.Fatal(err)
	}
	f.Close()
	l = open(t, root)
	if err := l.Take(add(t, doc, "c")); err != nil {
		t.Fatal(err)
	}
	list, bad, err := Load(root)
	if err != nil || bad != 1 || len(list) != 3 || list[2].ID != "c" || fence.Verify(list) != nil {
		t.Error(list, bad, err)
	}
}
