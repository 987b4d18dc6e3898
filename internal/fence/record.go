package fence

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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

// Record is one fencing that came to an end. It stands in the status section,
// so all members have it. Each names the hash of the one before.
type Record struct {
	ID          string
	Target      string
	Action      string
	State       string // Success or Failed
	Origin      string // node that asked for it
	Client      string // program that asked for it
	Delegate    string // node that ran the device
	Device      string // ids, parted by commas
	Proof       string // what a success rests on
	Reason      string // why it failed
	CompletedMS int64  // epoch, ms
	Prev, Hash  string
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

// Records returns the history, oldest first.
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
			r.Hash = e.SelectAttrValue("hash", "")
			r.CompletedMS, _ = strconv.ParseInt(e.SelectAttrValue("completed", ""), 10, 64)
			list = append(list, r)
		}
	}
	return list
}

// Chain sets what ties a record to the one before it.
func Chain(r Record, prev string) Record {
	r.Reason, r.Prev = printable(r.Reason), prev
	r.Hash = r.sum()
	return r
}

// LastHash is the hash that the next record names.
func LastHash(doc *cib.Document) string {
	if list := Records(doc); len(list) > 0 {
		return list[len(list)-1].Hash
	}
	return ""
}

// Append returns the operations that add a chained record to the document.
func Append(doc *cib.Document, r Record) []cib.Op {
	e := cib.NewElement(eventTag)
	for _, f := range r.fields() {
		e.CreateAttr(f.name, *f.value)
	}
	e.CreateAttr("completed", strconv.FormatInt(r.CompletedMS, 10))
	e.CreateAttr("hash", r.Hash)
	history := cib.NewElement(HistoryTag, "id", historyID)
	history.AddChild(e)
	status := cib.NewElement("status")
	status.AddChild(history)
	ops := []cib.Op{{Kind: cib.Modify, XML: string(cib.Print(status))}}
	if list := Records(doc); len(list) >= keep {
		ops = append(ops, forget(list[0].ID))
	}
	return ops
}

// Forget returns the operations that remove the records of a target, "" = of
// all.
func Forget(doc *cib.Document, target string) []cib.Op {
	var ops []cib.Op
	for _, r := range Records(doc) {
		if target == "" || strings.EqualFold(r.Target, target) {
			ops = append(ops, forget(r.ID))
		}
	}
	return ops
}

func forget(id string) cib.Op {
	return cib.Op{Kind: cib.Delete, Path: "/cib/status/" + HistoryTag + "/" + eventTag + "[@id='" + id + "']"}
}

// Verify checks the chain: each record's own hash, and that it names the one
// before. Records that were removed from between others leave a gap.
func Verify(list []Record) error {
	for i, r := range list {
		if r.sum() != r.Hash {
			return fmt.Errorf("record %s (%s of %s) was changed after it was written", r.ID, r.Action, r.Target)
		}
		if i > 0 && r.Prev != list[i-1].Hash {
			return fmt.Errorf("records are missing between %s and %s", list[i-1].ID, r.ID)
		}
	}
	return nil
}

// printable keeps a text fit for an attribute of XML.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == 0xfffd {
			return ' '
		}
		return c
	}, s)
}
