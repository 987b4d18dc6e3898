package agent

import (
	"context"
	"os"
	"strings"

	"gpcs/internal/engine/history"
)

// runLSB runs an init script (LSB core, "Init Script Actions"). monitor is
// called status there, with exit codes of its own.
func (r *Runner) runLSB(ctx context.Context, req Request) history.Outcome {
	path := r.lsbPath(req.Rsc.Type)
	if path == "" || !executable(path) {
		return notInstalled("init script %q is not installed on this node (no %s)", req.Rsc.Type, r.opts.Root.Join("/etc/init.d/"+req.Rsc.Type))
	}
	action := req.Action
	if action == history.Monitor {
		action = "status"
	}
	out := r.run(ctx, command{rsc: req.Rsc.ID, action: req.Action, path: path, args: []string{action},
		env: r.baseEnv(), timeout: req.Timeout, abort: req.Abort})
	if out.Status == history.Done {
		out.RC = lsbToOCF(action, out.RC)
	}
	return out
}

func (r *Runner) lsbPath(name string) string {
	if name == "" || name == "." || name == ".." || strings.ContainsRune(name, '/') {
		return ""
	}
	return r.opts.Root.Join("/etc/init.d/" + name)
}

// lsbToOCF translates exit codes: those of status differ (1 and 2: dead, pid
// or lock file left, 3: not running, 4: unknown), the others up to 7 mean the
// same as in OCF.
func lsbToOCF(action string, rc int) int {
	if action != "status" {
		if rc < 0 || rc > history.RCNotRunning {
			return history.RCError
		}
		return rc
	}
	switch rc {
	case 0:
		return history.RCOK
	case 1, 2, 3:
		return history.RCNotRunning
	case 4:
		return history.RCPermission
	case 5:
		return history.RCInstalled
	}
	return history.RCError
}

// runService runs a "service": the init script of that name where there is
// one, else the systemd unit, the order in which Pacemaker looks.
func (r *Runner) runService(ctx context.Context, req Request) history.Outcome {
	if path := r.lsbPath(req.Rsc.Type); path != "" {
		if _, err := os.Stat(path); err == nil {
			return r.runLSB(ctx, req)
		}
	}
	return r.runSystemd(ctx, req)
}
