package cluster

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"gpcs/internal/cluster/quorum"
	"gpcs/internal/durable"
	"gpcs/internal/paths"
)

// reserve is by how much ballots are reserved ahead, so that a promise needs
// no write of its own.
const reserve = 100

// memory is what a node remembers of itself: across boots, that it never uses
// an incarnation or a ballot twice, and what quorum says of the views that it
// was in. A second copy of that does not outlive a boot: where it is missing,
// the first counts as from before one.
type memory struct {
	file, votesFile, bootFile string
	trackedFile               string
	mu                        sync.Mutex // guards the following two, and the files of votes
	tracked                   int        // that is in trackedFile
	newest                    int        // number of the newest note that was kept
	Incarnation               uint64     `json:"incarnation"`
	Ballots                   uint64     `json:"ballots"` // no counter above it was ever used here
}

// remember loads the memory and begins a new incarnation. floor is the ballot
// counter below which nothing must be used. The error says that it could not
// be written; the memory is usable.
func remember(root paths.Root, lineage uint64) (m *memory, floor uint64, err error) {
	m = &memory{file: filepath.Join(root.StateDir(), "cluster.json"), votesFile: filepath.Join(root.StateDir(), "votequorum.json"),
		bootFile: filepath.Join(root.RunDir(), "votequorum.json"), trackedFile: root.ExpectedVotesTracking()}
	data, err := os.ReadFile(m.file)
	if err == nil {
		err = m.decode(data)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("cannot read %s: %w", m.file, err)
	} else {
		err = nil
	}
	floor = m.begin(lineage, time.Now())
	return m, floor, errors.Join(err, m.save())
}

// mostCounted is more than incarnations, which are nanoseconds since 1970, and
// ballots can come to.
const mostCounted = 1 << 62

// decode reads what was kept across boots; on an error nothing is taken.
func (m *memory) decode(data []byte) error {
	var kept memory
	if err := json.Unmarshal(data, &kept); err != nil {
		return err
	}
	if kept.Incarnation > mostCounted || kept.Ballots > mostCounted {
		return errors.New("its numbers are absurd")
	}
	m.Incarnation, m.Ballots = kept.Incarnation, kept.Ballots
	return nil
}

// begin is a new incarnation.
func (m *memory) begin(lineage uint64, now time.Time) (floor uint64) {
	m.Incarnation = max(uint64(now.UnixNano()), m.Incarnation+1)
	floor = max(m.Ballots, lineage)
	m.Ballots = floor + reserve
	return floor
}

// save writes what is kept across boots, durably.
func (m *memory) save() error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return durable.Write(m.file, data, 0o600)
}

// quorum is what the node remembers of views, and of the votes tracked.
func (m *memory) quorum() quorum.Memory {
	// A file that is not there is as an empty one.
	kept, _ := os.ReadFile(m.votesFile)
	boot, _ := os.ReadFile(m.bootFile)
	tracked, _ := os.ReadFile(m.trackedFile)
	var q quorum.Memory
	q, m.tracked = decodeVotes(kept, boot, tracked)
	return q
}

// decodeVotes reads the three files of quorum's memory: that kept across boots,
// that of this boot, and corosync's. What is damaged is as none. It returns what
// corosync's says, too.
func decodeVotes(kept, boot, tracked []byte) (q quorum.Memory, most int) {
	q, ok := decodeVote(kept)
	switch now, same := decodeVote(boot); {
	case !same:
		q = q.AfterBoot()
	case !ok || now.Round >= q.Round: // else it was not written any more
		q = now
	}
	if len(tracked) == 4 {
		// corosync writes the number as its machine has it in memory; an absurd
		// one is that of a damaged file.
		if n := binary.NativeEndian.Uint32(tracked); n <= maxTracked {
			most = int(n)
		}
	}
	q.Tracked = max(q.Tracked, most)
	return q, most
}

func decodeVote(data []byte) (q quorum.Memory, ok bool) {
	if json.Unmarshal(data, &q) != nil {
		return quorum.Memory{}, false
	}
	return q, true
}

// maxTracked is more than all votes of a cluster can be.
const maxTracked = 1 << 24

// keepNewest keeps the newest of several notes. That the cluster ended does not
// undo what was remembered before.
func (m *memory) keepNewest(list []note) error {
	for _, n := range slices.Backward(list) {
		if n.memory != nil {
			if err := m.keepQuorum(n); err != nil {
				return err
			}
			break
		}
	}
	if len(list) == 0 || list[len(list)-1].memory != nil {
		return nil
	}
	return m.keepQuorum(list[len(list)-1])
}

// keepQuorum keeps a note, unless a newer one was kept. The end of the cluster
// on this node is as a boot.
func (m *memory) keepQuorum(n note) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n.number < m.newest {
		return nil
	}
	if err := m.write(n.memory); err != nil {
		return err
	}
	m.newest = n.number
	return nil
}

func (m *memory) write(q *quorum.Memory) error {
	if q == nil {
		if err := os.Remove(m.bootFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if q.Tracked > m.tracked {
		if err := durable.Write(m.trackedFile, binary.NativeEndian.AppendUint32(nil, uint32(q.Tracked)), 0o600); err != nil {
			return err
		}
		m.tracked = q.Tracked
	}
	data, err := json.Marshal(q)
	if err != nil {
		return err
	}
	return errors.Join(durable.Write(m.votesFile, data, 0o600), durable.Write(m.bootFile, data, 0o600))
}
