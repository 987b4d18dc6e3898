package alerter

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"gpcs/internal/paths"
)

// keepOutput is how much of what an agent says goes into the log, bytes.
const keepOutput = 2 << 10

// run runs one agent to its end, or to the end of its time.
func (r *Runner) run(c call) {
	log := r.opts.Log.With("alert", c.target.Alert, "kind", string(c.kind), "recipient", c.target.Recipient)
	said, err := r.runProcess(c)
	if err != nil {
		log.Warn("alert agent failed", "path", c.target.Path, "err", err, "output", said)
		return
	}
	log.Debug("alert sent", "output", said)
}

func (r *Runner) runProcess(c call) (said string, err error) {
	var account *syscall.Credential
	if r.opts.Account != nil {
		uid, gid, ok := r.opts.Account()
		if !ok {
			return "", errors.New("there is no user hacluster to run it as; create it with group haclient, the packages do")
		}
		account = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), Groups: []uint32{uint32(gid)}}
	}
	ctx, cancel := context.WithTimeout(r.ctx, c.target.Timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.target.Path)
	cmd.Env = append([]string{"PATH=" + paths.AgentPath, "LC_ALL=C", "SHELL=/bin/sh", "HOME=/var/lib/pacemaker", "HA_LOGFACILITY=daemon",
		"USER=hacluster", "LOGNAME=hacluster"}, c.env...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: account}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) } // with what it started
	cmd.WaitDelay = time.Second                                                    // what it left running may keep its output open
	out := &ending{}
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = fmt.Errorf("it did not end within %s and was killed", c.target.Timeout)
	case errors.Is(err, exec.ErrWaitDelay):
		err = nil
	}
	return out.String(), err
}

// ending keeps the end of what is written to it.
type ending struct {
	mu   sync.Mutex
	text []byte
}

// Write never fails: an agent must not get SIGPIPE for saying much.
func (e *ending) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.text = append(e.text, p...)
	if extra := len(e.text) - keepOutput; extra > 0 {
		e.text = append(e.text[:0], e.text[extra:]...)
	}
	return len(p), nil
}

// String is what was kept.
func (e *ending) String() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return strings.ToValidUTF8(strings.TrimSpace(string(e.text)), "?")
}
