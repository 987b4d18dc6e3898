package fence

import (
	"bytes"
	"encoding/json"
	"fmt"

	"gpcs/internal/cib"
)

// The ledger is all records that a node has seen, in a file of its own: a
// record a line. The document hands them round while the cluster runs; when it
// begins anew, members hand in what it lacks. Records that two partitions wrote
// at one time name the same one before them, so that the chain forks.

// PrintLedger gives records the form of the file.
func PrintLedger(list []Record) []byte {
	var b bytes.Buffer
	for _, r := range list {
		line, err := json.Marshal(r)
		if err != nil {
			panic(err) // strings and numbers always have a form
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// ParseLedger reads the file, oldest record first, and counts lines that are
// no records.
func ParseLedger(data []byte) (list []Record, bad int) {
	for line := range bytes.Lines(data) {
		var r Record
		if json.Unmarshal(line, &r) != nil || r.ID == "" {
			bad++
			continue
		}
		list = append(list, r)
	}
	sortByTime(list)
	return list, bad
}

// Missing returns the records of have that are not in list.
func Missing(have, list []Record) []Record {
	known := make(map[string]bool, len(list))
	for _, r := range list {
		known[r.ID] = true
	}
	var missing []Record
	for _, r := range have {
		if !known[r.ID] {
			missing = append(missing, r)
		}
	}
	return missing
}

// Offer returns the operations that hand the document what it lacks of a
// ledger: of the newest, as many as it holds.
func Offer(doc *cib.Document, ledger []Record) []cib.Op {
	have := Records(doc)
	ledger = ledger[max(0, len(ledger)-keep):]
	missing := Missing(ledger, have)
	missing = missing[max(0, len(missing)-max(0, keep-len(have))):]
	var ops []cib.Op
	for _, r := range missing {
		r.Past = true
		ops = append(ops, add(r))
	}
	return ops
}

// Merge joins two lists of records, oldest first. Where both have a record that
// of the first counts; Differ tells where they do not agree.
func Merge(a, b []Record) []Record {
	list := append(append([]Record(nil), a...), Missing(b, a)...)
	sortByTime(list)
	return list
}

// Differ returns the first record that two lists have with different contents.
func Differ(a, b []Record) (Record, bool) {
	hashes := make(map[string]string, len(a))
	for _, r := range a {
		hashes[r.ID] = r.Hash
	}
	for _, r := range b {
		if h, both := hashes[r.ID]; both && h != r.Hash {
			return r, true
		}
	}
	return Record{}, false
}

// Verify checks a ledger: each record's own hash, and that the record is there
// which it names as the one before it. Only what the oldest names may be gone.
func Verify(list []Record) error {
	hashes := map[string]bool{"": true}
	for _, r := range list {
		hashes[r.Hash] = true
	}
	for i, r := range list {
		if r.sum() != r.Hash {
			return fmt.Errorf("record %s (%s of %s) was changed after it was written", r.ID, r.Action, r.Target)
		}
		if i > 0 && !hashes[r.Prev] {
			return fmt.Errorf("the record before %s (%s of %s) is missing", r.ID, r.Action, r.Target)
		}
	}
	return nil
}
