package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// cgroupRoot is the directory where the machine has cgroup v2: /sys/fs/cgroup,
// or beside v1 hierarchies /sys/fs/cgroup/unified. Empty where there is none;
// sandboxes then do without.
func cgroupRoot() string {
	data, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return ""
	}
	for _, line := range strings.Split(string(data), "\n") {
		if f := strings.Fields(line); len(f) > 2 && f[2] == "cgroup2" {
			return f[1]
		}
	}
	return ""
}

// makeCgroup makes the cgroup of a node and returns its directory opened, or
// nil where the machine has none to give.
func makeCgroup(sandbox, node string) *os.File {
	root := cgroupRoot()
	if root == "" {
		return nil
	}
	dir := filepath.Join(root, "gpcs-sandbox", sandbox, node)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	return f
}

// openCgroup opens the cgroup of a node that has one, else returns nil.
func openCgroup(sandbox, node string) *os.File {
	f, err := os.Open(filepath.Join(cgroupRoot(), "gpcs-sandbox", sandbox, node))
	if err != nil {
		return nil
	}
	return f
}

// removeCgroup ends what is left in a cgroup and removes it and all below; an
// empty node means the whole sandbox.
func removeCgroup(sandbox, node string) error {
	root := cgroupRoot()
	if root == "" {
		return nil
	}
	dir := filepath.Join(root, "gpcs-sandbox", sandbox, node)
	if !exists(dir) {
		return nil
	}
	// cgroup.kill needs Linux 5.14; the end of process 1 has done the work already.
	_ = os.WriteFile(filepath.Join(dir, "cgroup.kill"), []byte("1"), 0)
	err := removeTree(dir)
	for i := 0; i < 50 && (errors.Is(err, unix.EBUSY) || errors.Is(err, unix.ENOTEMPTY)); i++ {
		time.Sleep(20 * time.Millisecond) // dying processes leave their group a moment later
		err = removeTree(dir)
	}
	_ = unix.Rmdir(filepath.Join(root, "gpcs-sandbox")) // the last one only
	return err
}

// removeTree removes cgroup directories, deepest first.
func removeTree(dir string) error {
	var dirs []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			dirs = append(dirs, path)
		}
		return nil
	})
	for i := len(dirs) - 1; i >= 0; i-- {
		if e := unix.Rmdir(dirs[i]); e != nil && !errors.Is(e, unix.ENOENT) {
			err = e
		}
	}
	return err
}
