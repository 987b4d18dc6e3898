package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gpcs/internal/cluster/quorum"
	"gpcs/internal/durable"
	"gpcs/internal/paths"
)

// reserve is by how much ballots are reserved ahead, so that a promise needs
// no write of its own.
const reserve = 100

// memory is what a node remembers of itself: across boots, that it never uses
// an incarnation or a ballot twice; until the next boot, what quorum says of
// the views that it was in.
type memory struct {
	file, votesFile string
	Incarnation     uint64 `json:"incarnation"`
	Ballots         uint64 `json:"ballots"` // no counter above it was ever used here
}

// remember loads the memory and begins a new incarnation. floor is the ballot
// counter below which nothing must be used. The error says that it could not
// be written; the memory is usable.
func remember(root paths.Root, lineage uint64) (m *memory, floor uint64, err error) {
	m = &memory{file: filepath.Join(root.StateDir(), "cluster.json"), votesFile: filepath.Join(root.RunDir(), "votequorum.json")}
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

// quorum is what the node remembers of the views since the boot.
func (m *memory) quorum() quorum.Memory {
	var q quorum.Memory
	if data, err := os.ReadFile(m.votesFile); err == nil && json.Unmarshal(data, &q) != nil {
		return quorum.Memory{} // as after a boot
	}
	return q
}

// keepQuorum keeps it, or with nil forgets it.
func (m *memory) keepQuorum(q *quorum.Memory) error {
	if q == nil {
		if err := os.Remove(m.votesFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	data, err := json.Marshal(q)
	if err != nil {
		return err
	}
	return durable.Write(m.votesFile, data, 0o600)
}
