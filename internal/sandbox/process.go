package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Words of the command lines by which hub and inits are started and found:
// gpcs sandbox hub DIR client, gpcs sandbox init DIR NODE.
const (
	wordSandbox = "sandbox"
	wordHub     = "hub"
	wordInit    = "init"
	wordBMC     = "bmc"
)

// process is the hub or a node's process 1, as seen from the machine.
type process struct {
	pid  int
	node string // Client for the hub
}

// findProcesses lists hub and inits of the sandbox in dir.
func findProcesses(dir string) []process {
	var found []process
	for _, pid := range allPids() {
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err != nil {
			continue
		}
		words := bytes.Split(bytes.TrimSuffix(line, []byte{0}), []byte{0})
		if len(words) != 5 || string(words[1]) != wordSandbox || string(words[3]) != dir {
			continue
		}
		kind := string(words[2])
		if (kind == wordHub || kind == wordInit || kind == wordBMC) && ownedByRoot(pid) {
			found = append(found, process{pid, string(words[4])})
		}
	}
	return found
}

// ownedByRoot keeps other users from passing off a process of theirs as a node:
// commands are run by root in what is found.
func ownedByRoot(pid int) bool {
	var stat unix.Stat_t
	return unix.Stat(fmt.Sprintf("/proc/%d", pid), &stat) == nil && stat.Uid == 0
}

func running(dir string) bool { return len(findProcesses(dir)) > 0 }

// leader returns the process that holds a node's namespaces open.
func (s *Sandbox) leader(node string) (int, error) {
	for _, p := range findProcesses(s.dir) {
		if p.node == node {
			return p.pid, nil
		}
	}
	if node != Client {
		if _, err := s.number(node); err != nil {
			return 0, err
		}
	}
	return 0, fmt.Errorf("%w: %s; 'gpcs sandbox start %s' powers it on", ErrNotRunning, node, node)
}

func allPids() []int {
	entries, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil
	}
	pids := make([]int, 0, len(entries))
	for _, e := range entries {
		if pid, err := strconv.Atoi(filepath.Base(e)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// members lists the processes of the pid namespace that leader is process 1 of.
func members(leader int) ([]int, error) {
	ns, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", leader))
	if err != nil {
		return nil, err
	}
	var found []int
	for _, pid := range allPids() {
		if other, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", pid)); err == nil && other == ns {
			found = append(found, pid)
		}
	}
	return found, nil
}

// stopped tells whether a process is stopped by a signal, or gone.
func stopped(pid int) bool { return inState(pid, "TtZX") }

// waiting tells whether a process waits in the kernel and takes no signal, as
// one does whose child was stopped between vfork and exec. It is gone, or takes
// its signals, before it does anything else.
func waiting(pid int) bool { return inState(pid, "DTtZX") }

// inState tells whether a process is in one of some states of proc(5), or gone.
func inState(pid int, states string) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, after, _ := bytes.Cut(stat[bytes.LastIndexByte(stat, ')'):], []byte(" "))
	return len(after) > 0 && strings.IndexByte(states, after[0]) >= 0
}

// killAndWait ends a process and returns when it is gone. With process 1 of a
// namespace all the others in there are gone too.
func killAndWait(pid int) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return err
	}
	const patience = 10 * time.Second
	deadline := time.Now().Add(patience)
	for {
		poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := unix.Poll(poll, int(time.Until(deadline).Milliseconds()))
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return err
		case n == 0:
			return fmt.Errorf("still there %v after SIGKILL", patience)
		default:
			return nil
		}
	}
}
