package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"gpcs/internal/engine/history"
)

const (
	// killGrace is how long an agent that ran out of time has to end itself.
	killGrace = time.Second
	// killLimit is how long to wait for a killed agent: one that hangs in the
	// kernel cannot be ended and must not hang the queue for ever.
	killLimit = 5 * time.Second
	// lateness is how late the daemon may notice that an agent's time is up and
	// still be sure that the agent had it. A node that stood still, or has no
	// processor to spare, kept the agent from running as well: it gets the
	// lost time on top.
	lateness = 250 * time.Millisecond
)

// command is a process to be run for a resource.
type command struct {
	rsc, action string
	path        string
	args, env   []string
	timeout     time.Duration
	abort       <-chan struct{}
}

// run runs the command in a session and process group of its own, inside the
// resource's cgroup. The outcome's RC is the exit status.
func (r *Runner) run(ctx context.Context, c command) history.Outcome {
	out, err := r.openOutput(c.rsc, c.action)
	if err != nil {
		return history.Outcome{RC: history.RCError, Status: history.Error, Reason: err.Error()}
	}
	defer out.close()
	cmd, err := r.startProcess(c, out)
	if err != nil {
		return startFailed(c, err)
	}
	// Signals to the group of a process that may have been awaited by nobody
	// yet are safe: its id is not given out again before Wait returns.
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	r.noteProcess(c, cmd.Process.Pid)
	o, ended := supervise(ctx, c, cmd.Process.Pid, out, done)
	if ended {
		r.forgetProcess(c.rsc)
	}
	o.Stdout, o.Stderr = tail(out.out), tail(out.err)
	if reason := exitReason(o.Stderr); reason != "" && o.Status == history.Done {
		o.Reason = reason
	}
	return o
}

// startProcess starts the command; where it cannot be started inside the
// cgroup it runs without.
func (r *Runner) startProcess(c command, out *output) (*exec.Cmd, error) {
	dir, err := r.cgroups.open(c.rsc)
	if err != nil {
		r.log.Warn("the resource gets no cgroup of its own", "rsc", c.rsc, "err", err)
	}
	if dir != nil {
		defer dir.Close()
	}
	for try := 0; ; try++ {
		cmd := exec.Command(c.path, c.args...)
		cmd.Env, cmd.Dir = c.env, "/"
		cmd.Stdout, cmd.Stderr = out.out, out.err
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if dir != nil {
			cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(dir.Fd())
		}
		err := r.ordinary.start(cmd)
		switch {
		case err == nil:
			return cmd, nil
		case errors.Is(err, syscall.ETXTBSY) && try < 10:
			// The file is still open for writing somewhere: a package upgrade.
			time.Sleep(10 * time.Millisecond)
		case dir != nil && cgroupRefused(err):
			r.log.Warn("the agent runs outside of the resource's cgroup", "rsc", c.rsc, "err", err)
			dir.Close()
			dir = nil
		default:
			return nil, err
		}
	}
}

// cgroupRefused tells the errors of clone3(2) that come from the cgroup.
func cgroupRefused(err error) bool {
	for _, e := range []error{syscall.EBUSY, syscall.EOPNOTSUPP, syscall.ENOSYS, syscall.EINVAL, syscall.ENODEV, syscall.EBADF} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func startFailed(c command, err error) history.Outcome {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return notInstalled("%s cannot be run: the file or its interpreter is missing", c.path)
	case errors.Is(err, os.ErrPermission):
		return history.Outcome{RC: history.RCPermission, Status: history.Error, Reason: fmt.Sprintf("%s cannot be run: permission denied", c.path)}
	}
	return history.Outcome{RC: history.RCError, Status: history.Error, Reason: fmt.Sprintf("%s cannot be run: %v", c.path, err)}
}

// supervise waits for the process, for its time to run out, or for ctx. It
// tells whether the process has ended.
func supervise(ctx context.Context, c command, pid int, out *output, done <-chan error) (history.Outcome, bool) {
	deadline := time.Now().Add(c.timeout)
	limit := time.NewTimer(c.timeout)
	defer limit.Stop()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return exited(err), true
		case <-ctx.Done():
			return cancelled(), false
		case <-c.abort:
			return cancelled(), killGroup(pid, done)
		case <-tick.C:
			out.bound()
		case now := <-limit.C:
			if late := now.Sub(deadline); late > lateness {
				deadline = now.Add(late)
				limit.Reset(late)
				continue
			}
			ended := killGroup(pid, done)
			return history.Outcome{RC: history.RCError, Status: history.TimedOut,
				Reason: fmt.Sprintf("Resource agent did not complete within %s", readable(c.timeout))}, ended
		}
	}
}

// exited reads the outcome from what Wait returned.
func exited(err error) history.Outcome {
	var ee *exec.ExitError
	switch {
	case err == nil:
		return history.Outcome{RC: history.RCOK}
	case !errors.As(err, &ee):
		return history.Outcome{RC: history.RCError, Status: history.Error, Reason: err.Error()}
	}
	ws, ok := ee.Sys().(syscall.WaitStatus)
	if ok && ws.Signaled() {
		return history.Outcome{RC: history.RCError, Status: history.Error,
			Reason: fmt.Sprintf("Process interrupted by signal %d", int(ws.Signal()))}
	}
	return history.Outcome{RC: ee.ExitCode()}
}

// killGroup ends the process group: first SIGTERM, then SIGKILL.
func killGroup(pid int, done <-chan error) bool {
	_ = unix.Kill(-pid, unix.SIGTERM)
	select {
	case <-done:
		// Children that ignored the signal are still in the group.
		_ = unix.Kill(-pid, unix.SIGKILL)
		return true
	case <-time.After(killGrace):
	}
	_ = unix.Kill(-pid, unix.SIGKILL)
	select {
	case <-done:
		return true
	case <-time.After(killLimit):
		return false
	}
}

// readable prints a time as Pacemaker does in this place: 20s, 1m30s, 500ms.
func readable(d time.Duration) string {
	if d < time.Second || d%time.Second != 0 {
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	s := int64(d / time.Second)
	text := ""
	for _, u := range []struct {
		n    int64
		name string
	}{{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}} {
		if s >= u.n {
			text += fmt.Sprintf("%d%s", s/u.n, u.name)
			s %= u.n
		}
	}
	return text
}
