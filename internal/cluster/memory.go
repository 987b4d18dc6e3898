package cluster

import (
	"encoding/binary"
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
	trackedFile     string
	tracked         int    // that is in trackedFile
	Incarnation     uint64 `json:"incarnation"`
	Ballots         uint64 `json:"ballots"` // no counter above it was ever used here
}

// remember loads the memory and begins a new incarnation. floor is the ballot
// counter below which nothing must be used. The error says that it could not
// be written; the memory is usable.
func remember(root paths.Root, lineage uint64) (m *memory, floor uint64, err error) {
	m = &memory{file: filepath.Join(root.StateDir(), "cluster.json"), votesFile: filepath.Join(root.RunDir(), "votequorum.json"),
		trackedFile: root.ExpectedVotesTracking()}
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

// quorum is what the node remembers of the views since the boot, and of the
// votes tracked before.
func (m *memory) quorum() quorum.Memory {
	var q quorum.Memory
	if data, err := os.ReadFile(m.votesFile); err == nil && json.Unmarshal(data, &q) != nil {
		q = quorum.Memory{} // as after a boot
	}
	if data, err := os.ReadFile(m.trackedFile); err == nil && len(data) == 4 {
		// corosync writes the number as its machine has it in memory; an absurd
		// one is that of a damaged file.
		if n := binary.NativeEndian.Uint32(data); n <= maxTracked {
			m.tracked = int(n)
		}
	}
	q.Tracked = max(q.Tracked, m.tracked)
	return q
}

// maxTracked is more than all votes of a cluster can be.
const maxTracked = 1 << 24

// keepQuorum keeps it, or with nil forgets it but for the votes tracked.
func (m *memory) keepQuorum(q *quorum.Memory) error {
	if q == nil {
		if err := os.Remove(m.votesFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if q.Tracked > m.tracked {
		m.tracked = q.Tracked
		if err := durable.Write(m.trackedFile, binary.NativeEndian.AppendUint32(nil, uint32(q.Tracked)), 0o600); err != nil {
			return err
		}
	}
	data, err := json.Marshal(q)
	if err != nil {
		return err
	}
	return durable.Write(m.votesFile, data, 0o600)
}
