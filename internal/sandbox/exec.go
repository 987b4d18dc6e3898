package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// nodePath is where programs are looked for in a node.
const nodePath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func nodeEnvironment() []string {
	env := []string{"PATH=" + nodePath, "HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/bash", "LANG=C.UTF-8"}
	if term := os.Getenv("TERM"); term != "" {
		env = append(env, "TERM="+term)
	}
	return env
}

// Command prepares a program for Start or Run. In a node it gets a clean
// environment and starts in /root; the client keeps those of the caller.
func (s *Sandbox) Command(node string, argv ...string) *exec.Cmd {
	cmd := &exec.Cmd{Args: argv, SysProcAttr: &unix.SysProcAttr{}}
	if node != Client {
		cmd.Dir, cmd.Env = "/root", nodeEnvironment()
	}
	return cmd
}

// Run starts cmd in a node and waits for its end.
func (s *Sandbox) Run(node string, cmd *exec.Cmd) error {
	if err := s.Start(node, cmd); err != nil {
		return err
	}
	return cmd.Wait()
}

// Start starts cmd in a node or as the client. It ends with the node.
func (s *Sandbox) Start(node string, cmd *exec.Cmd) error {
	leader, err := s.leader(node)
	if err != nil {
		return err
	}
	if group := openCgroup(s.name, node); group != nil {
		defer group.Close()
		cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(group.Fd())
	}
	spaces := unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWNET
	if node == Client {
		if cmd.Dir == "" {
			cmd.Dir, _ = os.Getwd() // "" then means "/"
		}
	} else {
		spaces |= unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWCGROUP
	}
	return within(leader, spaces, func() error {
		path, err := lookPath(cmd.Args[0])
		if err != nil {
			return err
		}
		cmd.Path = path
		return cmd.Start()
	})
}

// within calls f on a thread that has entered namespaces of a process. The
// thread is thrown away afterwards: it cannot come back from a file system.
func within(pid, spaces int, f func() error) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return fmt.Errorf("process %d: %w", pid, err)
	}
	defer unix.Close(fd)
	root, err := os.Open(fmt.Sprintf("/proc/%d/root", pid))
	if err != nil {
		return err
	}
	defer root.Close()
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			// The main thread never ends, and /proc/self is what it sees: keep it
			// out of this by holding it while another thread does the work.
			defer runtime.UnlockOSThread()
			done <- within(pid, spaces, f)
			return
		}
		done <- enter(fd, root, spaces, f) // never unlocked: the thread ends here
	}()
	return <-done
}

// enter moves the thread into namespaces and, with a mount namespace, to the
// root directory of the process there: it is another than the namespace's own
// where the sandbox was made inside a chroot.
func enter(fd int, root *os.File, spaces int, f func() error) error {
	if spaces&unix.CLONE_NEWNS != 0 {
		if err := unix.Unshare(unix.CLONE_FS); err != nil {
			return err
		}
	}
	if err := unix.Setns(fd, spaces); err != nil {
		return fmt.Errorf("cannot enter: %w", err)
	}
	if spaces&unix.CLONE_NEWNS != 0 {
		if err := errors.Join(root.Chdir(), unix.Chroot(".")); err != nil {
			return fmt.Errorf("cannot enter the root directory: %w", err)
		}
	}
	return f()
}

// lookPath finds a program on the file system that the thread is in.
func lookPath(name string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, dir := range strings.Split(nodePath, ":") {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", &exec.Error{Name: name, Err: exec.ErrNotFound}
}

// ExitCode turns what Run returned into a status as a shell has it: 127 for a
// program that is not there, 128 and the signal for one that was killed. ok is
// false for errors that are none of the program's.
func ExitCode(err error) (code int, ok bool) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, true
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, os.ErrNotExist):
		return 127, true
	case !errors.As(err, &exit):
		return 0, false
	}
	if ws, is := exit.Sys().(interface {
		Signaled() bool
		Signal() unix.Signal
	}); is && ws.Signaled() {
		return 128 + int(ws.Signal()), true
	}
	return exit.ExitCode(), true
}

// Path returns a name under which the machine reaches a file of a running node,
// sockets included.
func (s *Sandbox) Path(node, name string) (string, error) {
	leader, err := s.leader(node)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("/proc/%d/root%s", leader, name), nil
}

// DiskPath returns a name under which the machine reaches a file that a node
// has written to its disk, also while the node is powered off.
func (s *Sandbox) DiskPath(node, name string) string {
	return filepath.Join(s.dir, node, "disk/upper", name)
}
