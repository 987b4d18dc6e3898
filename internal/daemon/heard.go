package daemon

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"gpcs/internal/paths"
)

// A daemon that is started again while its resources run must know for how
// long the others did not hear this node: they may have counted it lost and
// started the same elsewhere. The daemon before has noted when it was heard
// last, in /run, which a boot empties.

func heardFile(root paths.Root) string { return filepath.Join(root.RunDir(), "heard") }

// sinceBoot is a clock that nobody sets and that goes on while the machine sleeps.
func sinceBoot() time.Duration {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) // fails on kernels before 2.6.39 only
	return time.Duration(now.Nano())
}

// noteHeard keeps the note up to date while this node is in a view with a quorum.
func (i *instance) noteHeard(ctx context.Context) error {
	file, err := os.OpenFile(heardFile(i.root), os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		i.log.Warn("it cannot be noted until when the others heard this node; a daemon that starts again will take its addresses away", "err", err)
		return nil
	}
	defer file.Close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(i.cluster.UntilBeat(heardEvery)):
		}
		if at, ok := i.cluster.HeardByAll(); ok {
			note := binary.BigEndian.AppendUint64(nil, uint64(sinceBoot()-time.Since(at)))
			_, _ = file.WriteAt(note, 0) // an old note is a cautious one
		}
	}
}

// heardEvery is the time between two notes: that of heartbeats with the
// default token.
const heardEvery = 100 * time.Millisecond

// awaitedBack gives the time at which the others may count this node lost, a
// token after they heard it last, where a daemon ran before since the boot.
// Until then its addresses may stay as they are; a node that is in no view
// with a quorum by then takes them away as one that is isolated.
func (i *instance) awaitedBack(token time.Duration) <-chan time.Time {
	note, err := os.ReadFile(heardFile(i.root))
	if err != nil || len(note) != 8 {
		return nil
	}
	silent := sinceBoot() - time.Duration(binary.BigEndian.Uint64(note))
	return time.After(token - silent)
}
