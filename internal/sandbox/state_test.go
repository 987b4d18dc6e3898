package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A node's disk for state can be filled up from outside, is kept over a power
// cycle, and is gone with the sandbox.
func TestStateDisk(t *testing.T) {
	needRoot(t)
	o := options("test-state", 1)
	o.StateDisk = 1 << 20
	s, err := Up(o)
	if err != nil {
		t.Fatal(err)
	}
	shell(t, s, "node1", "echo kept >/var/lib/pacemaker/file; echo too >/var/lib/gpcs/file")
	if _, err := s.Kill("node1"); err != nil {
		t.Fatal(err)
	}
	if err := s.Boot("node1"); err != nil {
		t.Fatal(err)
	}
	if got := shell(t, s, "node1", "cat /var/lib/pacemaker/file /var/lib/gpcs/file"); got != "kept\ntoo" {
		t.Errorf("after a power cycle the node has %q", got)
	}
	if err := os.WriteFile(filepath.Join(s.StatePath("node1"), "filler"), make([]byte, 2<<20), 0o600); err == nil {
		t.Error("a disk of 1 MiB takes 2 MiB")
	}
	if got := shell(t, s, "node1", "dd if=/dev/zero of=/var/lib/gpcs/more bs=64k count=1 2>&1 || true"); !strings.Contains(got, unix.ENOSPC.Error()) && !strings.Contains(got, "No space") {
		t.Errorf("the node still has room: %q", got)
	}
	if err := Down(o.Name); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
		t.Errorf("the sandbox is still there: %v", err)
	}
}
