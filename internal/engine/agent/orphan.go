package agent

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// An agent outlives the daemon that started it. So that the next daemon runs
// no second action of the same resource beside it, each run is noted in a
// file: process, its start time (ids are used again), when its time is up.

func (r *Runner) noteFile(rsc string) string {
	return filepath.Join(r.outputDir(), fileName(rsc)+".running")
}

func (r *Runner) noteProcess(c command, pid int) {
	text := fmt.Sprintf("%d %s %d %s\n", pid, startTime(pid), sinceBoot().Milliseconds()+c.timeout.Milliseconds(), c.action)
	if err := os.WriteFile(r.noteFile(c.rsc), []byte(text), 0o600); err != nil {
		r.log.Warn("a restarted daemon will not know of this action", "rsc", c.rsc, "op", c.action, "err", err)
	}
}

func (r *Runner) forgetProcess(rsc string) { _ = os.Remove(r.noteFile(rsc)) }

// awaitOrphan waits for the action that an earlier daemon began for the
// resource and, when its time is up, ends it. False: ctx ended first.
func (r *Runner) awaitOrphan(ctx context.Context, rsc string) bool {
	data, err := os.ReadFile(r.noteFile(rsc))
	if err != nil {
		return true
	}
	defer func() {
		if ctx.Err() == nil {
			r.forgetProcess(rsc)
		}
	}()
	var pid int
	var started, action string
	var endMS int64
	if _, err := fmt.Sscan(string(data), &pid, &started, &endMS, &action); err != nil || pid <= 1 {
		return true
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return true
	}
	defer unix.Close(fd)
	if startTime(pid) != started {
		return true
	}
	r.log.Info("waiting for an action that an earlier daemon began", "rsc", rsc, "op", action)
	left := time.Duration(endMS)*time.Millisecond - sinceBoot()
	if pollProcess(ctx, fd, left) || ctx.Err() != nil {
		return ctx.Err() == nil
	}
	_ = unix.Kill(-pid, unix.SIGKILL)
	pollProcess(ctx, fd, killLimit)
	return ctx.Err() == nil
}

// pollProcess waits until the process has ended, at most limit. It looks at
// ctx four times a second.
func pollProcess(ctx context.Context, pidfd int, limit time.Duration) bool {
	end := time.Now().Add(limit)
	for ctx.Err() == nil {
		left := min(time.Until(end), 250*time.Millisecond)
		p := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
		n, err := unix.Poll(p, int(max(0, left).Milliseconds()))
		if n > 0 {
			return true
		}
		if err != nil && err != unix.EINTR {
			return false
		}
		if time.Until(end) <= 0 {
			return false
		}
	}
	return false
}

// startTime is the time at which a process was started, in ticks since boot,
// field 22 of proc_pid_stat(5); "0" where the process is gone.
func startTime(pid int) string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "0"
	}
	// The name, field 2, may hold blanks and parentheses.
	i := strings.LastIndexByte(string(data), ')')
	f := strings.Fields(string(data)[i+1:])
	if len(f) < 20 {
		return "0"
	}
	return f[19]
}

func sinceBoot() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}
