package fence

import (
	"slices"
	"strings"

	"gpcs/internal/cib"
)

// Under is the state of a fencing that is under way. It belongs to the history
// and not to the ledger: nothing has been proved yet.
const Under = "pending"

// pendingTag is the element of one that is under way.
const pendingTag = "fence_pending"

// Begun returns the operation that shows a fencing as under way.
func Begun(r Record) cib.Op {
	return modify(cib.NewElement(pendingTag, "id", "pending-"+r.ID, "target", r.Target, "action", r.Action, "origin", r.Origin,
		"client", r.Client))
}

// Done returns the operations that end that, for all that is under way of the
// record's target.
func Done(doc *cib.Document, r Record) []cib.Op {
	ids := []string{"pending-" + r.ID}
	for _, p := range Pending(doc) {
		if id := "pending-" + p.ID; p.Target == r.Target && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	var ops []cib.Op
	for _, id := range ids {
		ops = append(ops, cib.Op{Kind: cib.Delete, Path: "/cib/status/" + HistoryTag + "/" + pendingTag + "[@id='" + id + "']"})
	}
	return ops
}

// Pending returns the fencing that is under way.
func Pending(doc *cib.Document) []Record {
	status := doc.Find("status")
	if status == nil {
		return nil
	}
	var list []Record
	for _, e := range status.FindElements(HistoryTag + "/" + pendingTag) {
		at := func(name string) string { return e.SelectAttrValue(name, "") }
		list = append(list, Record{ID: strings.TrimPrefix(at("id"), "pending-"), Target: at("target"), Action: at("action"), State: Under,
			Origin: at("origin"), Client: at("client")})
	}
	return list
}
