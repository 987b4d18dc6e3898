// Package ledger keeps this node's fencing ledger on its disk: each record of
// fencing and of leaving that the node has ever seen in the cluster's document,
// in a file to which lines are only added. What a record is, and how records
// are tied to each other and checked, is package fence's. Pacemaker has no such
// thing: its history ends with the cluster.
package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"gpcs/internal/cib"
	"gpcs/internal/fence"
	"gpcs/internal/paths"
)

// File is the file's name.
func File(root paths.Root) string { return filepath.Join(root.StateDir(), "fencing-ledger") }

// Load reads a node's ledger, oldest record first, and counts lines that cannot
// be read. Without a file it is empty.
func Load(root paths.Root) ([]fence.Record, int, error) {
	data, err := os.ReadFile(File(root))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, 0, err
	}
	list, bad := fence.ParseLedger(data)
	return list, bad, nil
}

// Ledger is a node's ledger while cluster services run.
type Ledger struct {
	root paths.Root

	mu    sync.Mutex
	list  []fence.Record
	count int // what the last document had
	last  string
}

// Open reads the ledger.
func Open(root paths.Root) (*Ledger, error) {
	list, _, err := Load(root)
	if err != nil {
		return nil, fmt.Errorf("the fencing ledger cannot be read: %w; without the file this node gets the records from the others", err)
	}
	return &Ledger{root: root, list: list}, nil
}

// Records returns all records, oldest first.
func (l *Ledger) Records() []fence.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.list
}

// Take adds the records of a document that are new, durably.
func (l *Ledger) Take(doc *cib.Document) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	count, last := fence.Count(doc)
	if count == l.count && last == l.last {
		return nil
	}
	fresh := fence.Missing(fence.Records(doc), l.list)
	if err := l.append(fresh); err != nil {
		return fmt.Errorf("records of fencing cannot be added to %s: %w", File(l.root), err)
	}
	l.count, l.last, l.list = count, last, fence.Merge(l.list, fresh)
	return nil
}

func (l *Ledger) append(list []fence.Record) error {
	if len(list) == 0 {
		return nil
	}
	if err := os.MkdirAll(l.root.StateDir(), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(File(l.root), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o640)
	if err != nil {
		return err
	}
	text := fence.PrintLedger(list)
	if torn(f) {
		text = append([]byte{'\n'}, text...)
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// torn tells whether the file ends within a line: the node died while it wrote.
func torn(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}
