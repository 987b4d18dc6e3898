package daemon

import (
	"encoding/binary"
	"os"
	"testing"
	"time"

	"gpcs/internal/paths"
)

// What the note of the daemon before says decides until when its addresses stay.
func TestAwaitedBack(t *testing.T) {
	i := &instance{root: paths.Root(t.TempDir())}
	if i.awaitedBack(time.Hour) != nil {
		t.Error("a daemon that starts after a boot is awaited back")
	}
	note := func(ago time.Duration) {
		if err := os.MkdirAll(i.root.RunDir(), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(heardFile(i.root), binary.BigEndian.AppendUint64(nil, uint64(sinceBoot()-ago)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	note(time.Minute)
	<-i.awaitedBack(time.Minute) // it is late already
	select {
	case <-i.awaitedBack(24 * time.Hour):
		t.Error("a node that was silent for a minute counts as lost after a day")
	default:
	}
	if err := os.WriteFile(heardFile(i.root), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if i.awaitedBack(time.Hour) != nil {
		t.Error("a torn note is read")
	}
}
