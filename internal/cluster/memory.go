package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gpcs/internal/durable"
	"gpcs/internal/paths"
)

// reserve is by how much ballots are reserved ahead, so that a promise needs
// no write of its own.
const reserve = 100

// memory is what a node remembers of itself: across boots, that it never uses
// an incarnation or a ballot twice; until the next boot, that wait_for_all is
// satisfied.
type memory struct {
	file, waitFile string
	Incarnation    uint64 `json:"incarnation"`
	Ballots        uint64 `json:"ballots"` // no counter above it was ever used here
}

// remember loads the memory and begins a new incarnation. floor is the ballot
// counter below which nothing must be used. The error says that it could not
// be written; the memory is usable.
func remember(root paths.Root, lineage uint64) (m *memory, floor uint64, err error) {
	m = &memory{file: filepath.Join(root.StateDir(), "cluster.json"), waitFile: filepath.Join(root.RunDir(), "wait_for_all")}
	data, err := os.ReadFile(m.file)
	if err == nil {
		err = json.Unmarshal(data, m)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("cannot read %s: %w", m.file, err)
	} else {
		err = nil
	}
	m.Incarnation = max(uint64(time.Now().UnixNano()), m.Incarnation+1)
	floor = max(m.Ballots, lineage)
	m.Ballots = floor + reserve
	return m, floor, errors.Join(err, m.save())
}

// save writes what is kept across boots, durably.
func (m *memory) save() error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return durable.Write(m.file, data, 0o600)
}

// seenAll tells whether wait_for_all was satisfied since the boot.
func (m *memory) seenAll() bool {
	_, err := os.Stat(m.waitFile)
	return err == nil
}

// setSeenAll keeps or forgets it.
func (m *memory) setSeenAll(on bool) error {
	if !on {
		if err := os.Remove(m.waitFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	return durable.Write(m.waitFile, []byte("satisfied\n"), 0o600)
}
