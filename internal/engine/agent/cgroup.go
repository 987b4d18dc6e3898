package agent

import (
	"bufio"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"gpcs/internal/paths"
)

// cgroups is the directory in a cgroup2 hierarchy below which each resource
// has a cgroup of its own, see cgroups(7). Its name depends on the daemon's
// own cgroup, process namespace and root, so that a restarted daemon finds it
// again and two nodes on one machine never share it. A nil value does nothing.
type cgroups struct {
	base string
}

// initialPIDNamespace is the inode of the kernel's first process namespace.
const initialPIDNamespace = 0xEFFFFFFC

// termGrace is how long leftovers have between SIGTERM and SIGKILL.
const termGrace = 300 * time.Millisecond

func openCgroups(root paths.Root) (*cgroups, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	self, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	own, err := ownCgroup(string(mounts), string(self))
	if err != nil {
		return nil, err
	}
	base := filepath.Join(own, baseName(root))
	if err := os.MkdirAll(base, 0o755); err != nil {
		return nil, fmt.Errorf("cgroup cannot be made: %w", err)
	}
	c := &cgroups{base: base}
	return c, c.prove()
}

// prove tries the cgroups out. Where the daemon's own cgroup has seen
// cgroup.kill (see clear), children started in another one die: the daemon
// then moves to a cgroup of its own.
func (c *cgroups) prove() error {
	if c.try() == nil {
		return nil
	}
	dir := filepath.Join(c.base, "daemon")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte("0"), 0); err != nil {
		return err
	}
	return c.try()
}

// try runs a process in a new cgroup.
func (c *cgroups) try() error {
	const probe = "gpcs probe" // no resource: ids hold no blanks
	dir, err := c.open(probe)
	if err != nil {
		return err
	}
	defer c.remove(probe)
	defer dir.Close()
	cmd := exec.Command("/bin/sh", "-c", ":")
	cmd.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(dir.Fd())}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("no process can be started in a cgroup: %w", err)
	}
	return nil
}

// ownCgroup finds the directory of the process's own cgroup in the text of
// /proc/self/mountinfo and /proc/self/cgroup.
func ownCgroup(mountinfo, self string) (string, error) {
	path := ""
	for _, line := range strings.Split(self, "\n") {
		if p, ok := strings.CutPrefix(line, "0::"); ok {
			path = p
		}
	}
	if path == "" {
		return "", errors.New("the process is in no cgroup2 hierarchy")
	}
	s := bufio.NewScanner(strings.NewReader(mountinfo))
	for s.Scan() {
		before, after, ok := strings.Cut(s.Text(), " - ")
		f := strings.Fields(before)
		if !ok || len(f) < 5 || !strings.HasPrefix(after, "cgroup2 ") {
			continue
		}
		rel, err := filepath.Rel(f[3], path)
		if err != nil || strings.HasPrefix(rel, "..") {
			continue
		}
		return filepath.Join(f[4], rel), nil
	}
	return "", errors.New("no cgroup2 file system is mounted where the process's own cgroup can be seen")
}

func baseName(root paths.Root) string {
	name := "gpcs"
	if st, err := os.Stat("/proc/self/ns/pid"); err == nil {
		if ino := inode(st); ino != initialPIDNamespace {
			name += "-" + strconv.FormatUint(ino, 10)
		}
	}
	if dir := root.Join("/"); dir != "/" {
		h := fnv.New32a()
		h.Write([]byte(dir))
		name += fmt.Sprintf("-%08x", h.Sum32())
	}
	return name
}

// dir names the cgroup of a resource: what no file name should hold is escaped.
func (c *cgroups) dir(rsc string) string {
	return filepath.Join(c.base, "rsc-"+fileName(rsc))
}

// fileName turns a resource's id into a file name, one to one.
func fileName(id string) string {
	var b strings.Builder
	for i := range len(id) {
		ch := id[i]
		if ch == '/' || ch == '%' || ch < 0x20 {
			fmt.Fprintf(&b, "%%%02x", ch)
			continue
		}
		b.WriteByte(ch)
	}
	return b.String()
}

// open makes the resource's cgroup and opens its directory, for
// SysProcAttr.CgroupFD. It returns nil where there are no cgroups.
func (c *cgroups) open(rsc string) (*os.File, error) {
	if c == nil {
		return nil, nil
	}
	if err := os.MkdirAll(c.dir(rsc), 0o755); err != nil {
		return nil, err
	}
	return os.Open(c.dir(rsc))
}

// clear ends all processes in the resource's cgroup, first asking, and
// returns how many there were.
func (c *cgroups) clear(rsc string) (int, error) {
	if c == nil {
		return 0, nil
	}
	first := c.signal(rsc, unix.SIGTERM)
	if first == 0 && !c.populated(rsc) {
		return 0, nil
	}
	if c.awaitEmpty(rsc, termGrace) {
		return first, nil
	}
	// One pass may miss what was forked meanwhile.
	for range 20 {
		c.signal(rsc, unix.SIGKILL)
		if c.awaitEmpty(rsc, 50*time.Millisecond) {
			return max(first, 1), nil
		}
	}
	// What this process cannot see is left to the kernel. A cgroup in which
	// cgroup.kill was used must not be used again: kernels up to 6.18 at least
	// kill everything that clone3 then starts in it.
	_ = os.WriteFile(filepath.Join(c.dir(rsc), "cgroup.kill"), []byte("1"), 0)
	if !c.awaitEmpty(rsc, time.Second) {
		return first, fmt.Errorf("cgroup %s still has processes after SIGKILL", c.dir(rsc))
	}
	return max(first, 1), os.Remove(c.dir(rsc))
}

// signal sends sig to every process of the cgroup that this process can see.
func (c *cgroups) signal(rsc string, sig unix.Signal) int {
	data, err := os.ReadFile(filepath.Join(c.dir(rsc), "cgroup.procs"))
	if err != nil {
		return 0
	}
	n := 0
	for _, f := range strings.Fields(string(data)) {
		pid, err := strconv.Atoi(f)
		// A process of another namespace is shown as 0: never signal that.
		if err != nil || pid <= 1 || pid == os.Getpid() {
			continue
		}
		if unix.Kill(pid, sig) == nil {
			n++
		}
	}
	return n
}

func (c *cgroups) populated(rsc string) bool {
	data, err := os.ReadFile(filepath.Join(c.dir(rsc), "cgroup.events"))
	return err == nil && strings.Contains(string(data), "populated 1")
}

// awaitEmpty waits until the cgroup has no process; cgroup.events wakes the
// poll when that changes.
func (c *cgroups) awaitEmpty(rsc string, limit time.Duration) bool {
	f, err := os.Open(filepath.Join(c.dir(rsc), "cgroup.events"))
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	defer f.Close()
	end := time.Now().Add(limit)
	for {
		// Reading first arms the notification for what changes after it.
		buf := make([]byte, 256)
		n, err := f.ReadAt(buf, 0)
		if n == 0 && err != nil {
			return true
		}
		if !strings.Contains(string(buf[:n]), "populated 1") {
			return true
		}
		left := time.Until(end)
		if left <= 0 {
			return false
		}
		p := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLPRI}}
		_, _ = unix.Poll(p, int(left.Milliseconds())+1)
	}
}

// remove takes the empty cgroup away. One that is still used stays.
func (c *cgroups) remove(rsc string) {
	if c == nil {
		return
	}
	_ = os.Remove(c.dir(rsc))
}

func inode(st fs.FileInfo) uint64 {
	if s, ok := st.Sys().(*syscall.Stat_t); ok {
		return s.Ino
	}
	return 0
}
