package agent

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
	"gpcs/internal/fence/device"
	"gpcs/internal/paths"
)

// DefaultTimeout bounds an action that names no timeout (default-action-timeout).
const DefaultTimeout = 20 * time.Second

// stateDir is where agents keep their run state (HA_RSCTMP).
const stateDir = "/run/resource-agents"

// Options are what a Runner needs to know.
type Options struct {
	Root paths.Root
	Node string // this node's name
	Log  *slog.Logger
	// Devices runs fence devices; nil makes one.
	Devices *device.Runner
	// NoBuiltin runs the installed IPaddr2 even where the built-in would do.
	NoBuiltin bool
	// NoCgroups leaves the agents in the daemon's own cgroup.
	NoCgroups bool
}

// Request is one action of one resource.
type Request struct {
	Rsc        graph.Resource
	Action     string
	IntervalMS int64
	Timeout    time.Duration
	Attrs      []graph.Attr // parameters as such, meta attributes as CRM_meta_NAME
	// Epoch is what Runner.Epoch said when the action was asked for. A start of
	// an address asked for before a withdrawal is refused after it.
	Epoch int64
	// Abort, when closed, ends the agent's process group; the outcome is Cancelled.
	Abort <-chan struct{}
}

func (r Request) probe() bool { return r.Action == history.Monitor && r.IntervalMS == 0 }

// Runner runs actions. Its methods may be called from many goroutines, but for
// one resource only one action may run at a time.
type Runner struct {
	opts      Options
	log       *slog.Logger
	cgroups   *cgroups // nil where there are none
	addresses *addresses
	devices   *device.Runner
	ordinary  ordinary

	startedMu sync.Mutex
	started   map[string]bool // fence devices by id
	up        map[string]bool // resources by id that were started and seen well since; under startedMu
}

// New prepares the directories that agents expect and finds out whether
// cgroups can be had; where they cannot it says so in the log once.
func New(opts Options) (*Runner, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	r := &Runner{opts: opts, log: opts.Log, devices: opts.Devices, started: map[string]bool{}, up: map[string]bool{}}
	if r.devices == nil {
		r.devices = device.New(opts.Root, opts.Log)
	}
	if err := r.makeDirs(); err != nil {
		return nil, err
	}
	if !opts.NoCgroups {
		c, err := openCgroups(opts.Root)
		if err != nil {
			r.log.Warn("resources get no cgroup of their own: processes that an agent leaves behind after a stop are not ended", "err", err)
			c = nil
		}
		r.cgroups = c
	}
	r.addresses = newAddresses(r.outputDir(), r.opts.Root.Join(stateDir), r.log)
	return r, nil
}

// Close ends the announcements of addresses. Nothing that runs is ended.
func (r *Runner) Close() { r.addresses.announce.close() }

// makeDirs makes the agents' run state directory (resource-agents' tmpfiles.d:
// mode 1755) and the place of their output.
func (r *Runner) makeDirs() error {
	state := r.opts.Root.Join(stateDir)
	if err := os.MkdirAll(state, 0o755); err != nil {
		return fmt.Errorf("the agents' state directory cannot be made: %w", err)
	}
	if err := os.Chmod(state, 0o755|os.ModeSticky); err != nil {
		return fmt.Errorf("the agents' state directory cannot be made accessible: %w", err)
	}
	if err := os.MkdirAll(r.outputDir(), 0o700); err != nil {
		return fmt.Errorf("the directory for the agents' output cannot be made: %w", err)
	}
	return nil
}

// Run runs the action and returns its outcome. It returns when the agent has
// ended or, after Request.Timeout, when it and its process group were killed.
// When ctx ends first the agent is left running and the outcome is Cancelled.
func (r *Runner) Run(ctx context.Context, req Request) history.Outcome {
	if req.Timeout <= 0 {
		req.Timeout = DefaultTimeout
	}
	var run func(context.Context, Request) history.Outcome
	switch req.Rsc.Class {
	case "ocf":
		run = r.runOCF
	case "lsb":
		run = r.runLSB
	case "systemd":
		run = r.runSystemd
	case "service":
		run = r.runService
	case "stonith":
		run = r.runStonith
	default:
		return history.Outcome{RC: history.RCUnimplemented, Status: history.NotSupported,
			Reason: fmt.Sprintf("this node runs no agents of class %q", req.Rsc.Class)}
	}
	if out, ok := r.before(ctx, req); !ok {
		return out
	}
	out := run(ctx, req)
	r.after(req, out)
	return out
}

// before awaits what an earlier daemon left running for the resource, and
// clears the leftovers of an earlier life before a start. A start of what is up
// is none: a DC that took over in the middle of the first start asks for it
// again, and what runs is the resource itself.
func (r *Runner) before(ctx context.Context, req Request) (history.Outcome, bool) {
	if !r.awaitOrphan(ctx, req.Rsc.ID) {
		return cancelled(), false
	}
	if req.Action == history.Start && !r.isUp(req.Rsc.ID) {
		r.clear(req.Rsc.ID, "before start")
	}
	return history.Outcome{}, true
}

func (r *Runner) isUp(rsc string) bool {
	r.startedMu.Lock()
	defer r.startedMu.Unlock()
	return r.up[rsc]
}

// note keeps whether the resource is up. Only what says so for certain does.
func (r *Runner) note(req Request, out history.Outcome) {
	r.startedMu.Lock()
	defer r.startedMu.Unlock()
	if good := out.Status == history.Done && out.RC == history.RCOK; req.Action == history.Start && good {
		r.up[req.Rsc.ID] = true
	} else if !good || req.Action == history.Stop {
		delete(r.up, req.Rsc.ID)
	}
}

// after ends what a successful stop left in the resource's cgroup.
func (r *Runner) after(req Request, out history.Outcome) {
	r.note(req, out)
	if req.Action == history.Stop && out.Status == history.Done && out.RC == history.RCOK {
		r.clear(req.Rsc.ID, "after stop")
		r.cgroups.remove(req.Rsc.ID)
	}
}

func (r *Runner) clear(rsc, when string) {
	n, err := r.cgroups.clear(rsc)
	switch {
	case err != nil:
		r.log.Warn("processes left by the resource could not be ended", "rsc", rsc, "when", when, "err", err)
	case n > 0:
		r.log.Warn("ended processes that the resource had left behind", "rsc", rsc, "when", when, "count", n)
	}
}

func cancelled() history.Outcome {
	return history.Outcome{RC: history.RCUnknown, Status: history.Cancelled, Reason: "the daemon stopped before the action ended"}
}

func notInstalled(format string, args ...any) history.Outcome {
	return history.Outcome{RC: history.RCInstalled, Status: history.NotInstalled, Reason: fmt.Sprintf(format, args...)}
}
