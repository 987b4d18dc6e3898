package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// stateDisk is where a node sees its disk for state at first.
const stateDisk = "/run/gpcs-sandbox-state"

// stateOf are the directories that lie on it.
var stateOf = []string{"/var/lib/pacemaker", "/var/lib/gpcs"}

// StatePath is where the machine has a node's disk for state, running or not.
// What is written there takes space from the node.
func (s *Sandbox) StatePath(node string) string { return filepath.Join(s.dir, node, "state") }

// makeStateDisk makes a node's disk for state: a small tmpfs, which lives as
// long as the sandbox.
func (s *Sandbox) makeStateDisk(node string) error {
	dir := s.StatePath(node)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%d,mode=755", s.conf.StateDisk)); err != nil {
		return fmt.Errorf("cannot make the disk for the state of %s: %w", node, err)
	}
	for _, name := range stateOf {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Base(name)), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// removeStateDisks unmounts those of all nodes.
func removeStateDisks(dir string) error {
	disks, err := filepath.Glob(filepath.Join(dir, "*", "state"))
	for _, disk := range disks {
		if e := unix.Unmount(disk, unix.MNT_DETACH); e != nil && !errors.Is(e, unix.EINVAL) { // EINVAL: not mounted
			err = errors.Join(err, fmt.Errorf("cannot unmount %s: %w", disk, e))
		}
	}
	return err
}

// showStateDisk gives the node's file system at root a sight of the disk.
func showStateDisk(b birth, root string) error {
	if !b.StateDisk {
		return nil
	}
	target := filepath.Join(root, stateDisk)
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	return unix.Mount(filepath.Join(b.Dir, b.Node, "state"), target, "", unix.MS_BIND, "")
}

// mountState puts the state on the disk. It runs in the node once the state
// directories are there.
func mountState(b birth) error {
	if !b.StateDisk {
		return nil
	}
	for _, name := range stateOf {
		if err := unix.Mount(filepath.Join(stateDisk, filepath.Base(name)), name, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("cannot mount %s: %w", name, err)
		}
	}
	return nil
}
