package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// binDir is where a node sees the directory with gpcs and gpcsd.
const binDir = "/usr/lib/gpcs"

// answerSchemas describes the answers of Pacemaker's own helper programs in XML.
// It comes with them, and so is on no host that has gpcs in their place; a pcs
// that finds it refuses the answers of any other release.
const answerSchemas = "/usr/share/pacemaker/api"

// enterDisk makes the node's file system and moves into it: the machine's own
// under an overlay, and fresh /run, /tmp, /dev, /proc and /sys. Nothing of it is
// seen outside this process's mount namespace.
func enterDisk(b birth) error {
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		return err
	}
	root := filepath.Join(b.Dir, b.Node, "root")
	if err := overlay("/", b.Dir, b.Node, root); err != nil {
		return err
	}
	// Directories that are file systems of their own on this machine.
	for _, dir := range []string{"/usr", "/etc", "/var", "/opt", "/srv", "/home", "/root"} {
		if !isMountPoint(dir) {
			continue
		}
		if err := overlay(dir, b.Dir, b.Node, filepath.Join(root, dir)); err != nil {
			return err
		}
	}
	if b.BinDir != "" {
		target := filepath.Join(root, binDir)
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(b.BinDir, target, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("cannot show %s to the node: %w", b.BinDir, err)
		}
	}
	if err := mountSystem(root); err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(root, answerSchemas)); err != nil {
		return fmt.Errorf("cannot take away %s from the node: %w", answerSchemas, err)
	}
	if err := showStateDisk(b, root); err != nil {
		return err
	}
	return pivot(root)
}

// overlay mounts lower at target with the node's changes above it.
func overlay(lower, dir, node, target string) error {
	name := "disk"
	if lower != "/" {
		name = "disk-" + filepath.Base(lower)
	}
	upper, work := filepath.Join(dir, node, name, "upper"), filepath.Join(dir, node, name, "work")
	for _, d := range []string{upper, work, target} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	err := unix.Mount("overlay", target, "overlay", 0, "lowerdir="+lower+",upperdir="+upper+",workdir="+work)
	if errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("cannot lay the node's disk over %s: %s must be on a file system that can hold "+
			"the upper layer of an overlay (tmpfs, ext4, xfs; inside a container mount a tmpfs there): %w", lower, BaseDir, err)
	}
	if err != nil {
		return fmt.Errorf("cannot lay the node's disk over %s: %w", lower, err)
	}
	return nil
}

func isMountPoint(dir string) bool {
	var here, above unix.Stat_t
	if unix.Lstat(dir, &here) != nil || unix.Lstat("/", &above) != nil {
		return false
	}
	return here.Mode&unix.S_IFMT == unix.S_IFDIR && here.Dev != above.Dev
}

// mountSystem mounts what a kernel and an initial RAM disk give a machine.
func mountSystem(root string) error {
	const safe = unix.MS_NOSUID | unix.MS_NODEV
	mounts := []struct {
		target, fs string
		flags      uintptr
		data       string
	}{
		{"/proc", "proc", safe | unix.MS_NOEXEC, ""},
		{"/sys", "sysfs", safe | unix.MS_NOEXEC, ""},
		{"/run", "tmpfs", safe, "mode=755"},
		{"/tmp", "tmpfs", safe, "mode=1777"},
		{"/dev", "tmpfs", unix.MS_NOSUID, "mode=755"},
		{"/dev/pts", "devpts", unix.MS_NOSUID | unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"},
		{"/dev/shm", "tmpfs", safe, "mode=1777"},
	}
	for _, m := range mounts {
		target := filepath.Join(root, m.target)
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(m.fs, target, m.fs, m.flags, m.data); err != nil {
			return fmt.Errorf("cannot mount %s: %w", m.target, err)
		}
	}
	if err := makeDevices(filepath.Join(root, "dev")); err != nil {
		return err
	}
	// What systemd-tmpfiles makes at boot and agents rely on.
	for name, mode := range map[string]os.FileMode{"run/lock": 0o777 | os.ModeSticky, "run/resource-agents": 0o755 | os.ModeSticky} {
		dir := filepath.Join(root, name)
		if err := errors.Join(os.Mkdir(dir, 0o755), os.Chmod(dir, mode)); err != nil {
			return err
		}
	}
	// A node must not restart the machine: agents that fence themselves write here.
	trigger := filepath.Join(root, "proc/sysrq-trigger")
	if err := unix.Mount(filepath.Join(root, "dev/null"), trigger, "", unix.MS_BIND, ""); err != nil && !errors.Is(err, unix.ENOENT) {
		return err
	}
	return mountCgroup(filepath.Join(root, "sys/fs/cgroup"))
}

// mountCgroup gives the node's part of cgroup v2, where systemd has it; a
// machine without cgroups leaves the directory empty.
func mountCgroup(target string) error {
	if cgroupRoot() == "" || !exists(target) {
		return nil
	}
	if err := unix.Mount("cgroup2", target, "cgroup2", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("cannot mount the node's cgroups: %w", err)
	}
	return nil
}

func makeDevices(dev string) error {
	devices := []struct {
		name         string
		major, minor uint32
	}{{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}}
	for _, d := range devices {
		name := filepath.Join(dev, d.name)
		if err := unix.Mknod(name, unix.S_IFCHR|0o666, int(unix.Mkdev(d.major, d.minor))); err != nil {
			return fmt.Errorf("cannot make /dev/%s: %w", d.name, err)
		}
		if err := os.Chmod(name, 0o666); err != nil { // the umask took some
			return err
		}
	}
	links := map[string]string{
		"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "/proc/self/fd/0",
		"stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
	}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(dev, name)); err != nil {
			return err
		}
	}
	return nil
}

// pivot makes root the root directory and lets go of the old one.
func pivot(root string) error {
	if err := os.Chdir(root); err != nil {
		return err
	}
	// Both in one place (pivot_root(2)): the old root lies on top until unmounted.
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("cannot change the root directory: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return err
	}
	return os.Chdir("/")
}
