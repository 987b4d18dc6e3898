package fence

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/cib"
)

// States of a fencing, by Pacemaker's names.
const (
	Success = "success"
	Failed  = "failed"
)

// keep is how many records the document holds; older ones fall out (Pacemaker
// keeps 500).
const keep = 500

// Leave is the action of a record of a node that went on purpose. It belongs to
// the ledger and not to the history of fencing.
const Leave = "leave"

// Record is one fencing that came to an end. It stands in the status section,
// so all members have it, and in each node's ledger, which outlasts the
// cluster's stop. Each names the hash of the one before.
type Record struct {
	ID          string `json:"id"`
	Target      string `json:"target"`
	Action      string `json:"action"`             // Reboot, Off, On or Leave
	State       string `json:"state"`              // Success or Failed
	Origin      string `json:"origin,omitempty"`   // node that asked for it
	Client      string `json:"client,omitempty"`   // program that asked for it
	Delegate    string `json:"delegate,omitempty"` // node that ran the device
	Device      string `json:"device,omitempty"`   // ids, parted by commas
	Proof       string `json:"proof,omitempty"`    // what a success rests on
	Reason      string `json:"reason,omitempty"`   // why it failed
	CompletedMS int64  `json:"completed_ms"`       // epoch, ms
	Prev        string `json:"prev,omitempty"`
	Hash        string `json:"hash"`
	// Past: of an earlier run of the cluster, or cleaned up. The ledger has it,
	// the history has not; the hash does not cover this.
	Past bool `json:"-"`
}

// fields are the attributes of a record in the order in which they are hashed.
func (r *Record) fields() []struct {
	name  string
	value *string
} {
	return []struct {
		name  string
		value *string
	}{{"id", &r.ID}, {"target", &r.Target}, {"action", &r.Action}, {"state", &r.State}, {"origin", &r.Origin},
		{"client", &r.Client}, {"delegate", &r.Delegate}, {"device", &r.Device}, {"proof", &r.Proof}, {"exit-reason", &r.Reason},
		{"prev", &r.Prev}}
}

func (r Record) sum() string {
	h := sha256.New()
	for _, f := range r.fields() {
		fmt.Fprintf(h, "%s=%q\n", f.name, *f.value)
	}
	fmt.Fprintf(h, "completed=%d\n", r.CompletedMS)
	return hex.EncodeToString(h.Sum(nil))
}

// HistoryTag is the element of the status section that holds the records.
const HistoryTag = "fence_history"

const (
	historyID = "fence-history"
	eventTag  = "fence_event"
)

// History returns what Pacemaker's history of fencing shows, oldest first.
func History(doc *cib.Document) []Record {
	return slices.DeleteFunc(Records(doc), func(r Record) bool { return r.Past || r.Action == Leave })
}

// Count is the number of records in the document, and the id of the last: a
// cheap way to see whether there are new ones.
func Count(doc *cib.Document) (int, string) {
	n, last := 0, ""
	if status := doc.Find("status"); status != nil {
		for _, h := range status.SelectElements(HistoryTag) {
			if events := h.SelectElements(eventTag); len(events) > 0 {
				n, last = n+len(events), events[len(events)-1].SelectAttrValue("id", "")
			}
		}
	}
	return n, last
}

// Records returns all records of the document, oldest first.
func Records(doc *cib.Document) []Record {
	status := doc.Find("status")
	if status == nil {
		return nil
	}
	var list []Record
	for _, h := range status.SelectElements(HistoryTag) {
		for _, e := range h.SelectElements(eventTag) {
			var r Record
			for _, f := range r.fields() {
				*f.value = e.SelectAttrValue(f.name, "")
			}
			r.Hash, r.Past = e.SelectAttrValue("hash", ""), e.SelectAttrValue("past", "") != ""
			r.CompletedMS, _ = strconv.ParseInt(e.SelectAttrValue("completed", ""), 10, 64)
			list = append(list, r)
		}
	}
	sortByTime(list)
	return list
}

func sortByTime(list []Record) {
	slices.SortStableFunc(list, func(a, b Record) int { return cmp.Compare(a.CompletedMS, b.CompletedMS) })
}

// Chain sets what ties a record to the one before it.
func Chain(r Record, prev string) Record {
	r.Reason, r.Prev = cib.OneLine(r.Reason), prev
	r.Hash = r.sum()
	return r
}

// LastHash is the hash that the next record names.
func LastHash(list []Record) string {
	if len(list) > 0 {
		return list[len(list)-1].Hash
	}
	return ""
}

// Append returns the operations that add a chained record to the document.
func Append(doc *cib.Document, r Record) []cib.Op {
	ops := []cib.Op{add(r)}
	if list := Records(doc); len(list) >= keep {
		ops = append(ops, cib.Op{Kind: cib.Delete, Path: "/cib/status/" + HistoryTag + "/" + eventTag + "[@id='" + list[0].ID + "']"})
	}
	return ops
}

func add(r Record) cib.Op {
	e := cib.NewElement(eventTag)
	for _, f := range r.fields() {
		e.CreateAttr(f.name, *f.value)
	}
	e.CreateAttr("completed", strconv.FormatInt(r.CompletedMS, 10))
	e.CreateAttr("hash", r.Hash)
	if r.Past {
		e.CreateAttr("past", "true")
	}
	return modify(e)
}

func modify(event *cib.Element) cib.Op {
	history := cib.NewElement(HistoryTag, "id", historyID)
	history.AddChild(event)
	status := cib.NewElement("status")
	status.AddChild(history)
	return cib.Op{Kind: cib.Modify, XML: string(cib.Print(status))}
}

// Forget returns the operations that take the records of a target, "" = of
// all, out of the history. The ledger keeps them.
func Forget(doc *cib.Document, target string) []cib.Op {
	var ops []cib.Op
	for _, r := range History(doc) {
		if target == "" || strings.EqualFold(r.Target, target) {
			ops = append(ops, modify(cib.NewElement(eventTag, "id", r.ID, "past", "true")))
		}
	}
	return ops
}
