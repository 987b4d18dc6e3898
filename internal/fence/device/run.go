package device

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"gpcs/internal/agentmeta"
	"gpcs/internal/agents"
	"gpcs/internal/fence"
	"gpcs/internal/paths"
)

// Exit statuses of a fence agent's status and monitor actions (FenceAgentAPI).
const (
	exitOK     = 0 // done; of status: the machine is on
	exitFailed = 1
	exitOff    = 2 // of status: the machine is off
)

// agentDir is where fence agents are installed.
const agentDir = "/usr/sbin"

// Runner runs devices. Its methods may be called from many goroutines.
type Runner struct {
	root paths.Root
	log  *slog.Logger

	// Tested is told the outcome of each test of a device that came to an end,
	// nil = the device works; by many goroutines. Set before the first use.
	Tested func(d fence.Device, err error)

	mu   sync.Mutex
	asks map[string]context.CancelFunc // by device: tests that fencing need not wait for
	meta map[string]agentmeta.Agent    // by agent
	busy map[string]chan struct{}      // by device: places for actions at once
}

// New returns a runner.
func New(root paths.Root, log *slog.Logger) *Runner {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Runner{root: root, log: log, meta: map[string]agentmeta.Agent{}, busy: map[string]chan struct{}{},
		asks: map[string]context.CancelFunc{}, Tested: func(fence.Device, error) {}}
}

// result is what one call of an agent gave.
type result struct {
	code   int
	out    string // standard output
	reason string // for a person; "" after success
}

func (r result) ok() bool { return r.code == exitOK }

// killGrace is how long an agent has to end after it was told to.
const killGrace = time.Second

// use is the use of a device for one order or test, of several actions maybe.
type use struct {
	r       *Runner
	d       fence.Device
	session *session // of the built-in agent, nil where the installed one is run
}

func (r *Runner) use(d fence.Device) *use {
	u := &use{r: r, d: d}
	if b, ok := ipmiOf(d); ok {
		u.session = &session{bmc: b}
	}
	return u
}

func (u *use) end(ctx context.Context) {
	if u.session != nil {
		u.session.close(ctx)
	}
}

// call runs an action on a target ("" = none) until ctx ends. What it gives as
// its reason names no secrets.
func (u *use) call(ctx context.Context, action, target string) result {
	var res result
	if u.session != nil {
		res = u.session.call(ctx, action)
	} else {
		res = u.r.run(ctx, u.d, action, target)
	}
	res.reason = u.d.Hide(res.reason)
	return res
}

// run runs the installed agent.
func (r *Runner) run(ctx context.Context, d fence.Device, action, target string) result {
	if strings.ContainsRune(d.Agent, '/') || !strings.HasPrefix(d.Agent, "fence_") {
		return result{code: exitFailed, reason: fmt.Sprintf("%q is no name of a fence agent", d.Agent)}
	}
	cmd := exec.CommandContext(ctx, r.root.Join(filepath.Join(agentDir, d.Agent)))
	cmd.Stdin = strings.NewReader(r.input(ctx, d, action, target))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/root"}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	// What the agent started, ipmitool or ssh, ends with it.
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = killGrace
	err := cmd.Run()
	if ctx.Err() != nil && cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	res := result{out: out.String()}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		res.code, res.reason = exitFailed, fmt.Sprintf("agent %s did not end in time", d.Agent)
	case err == nil:
	case errors.Is(err, os.ErrNotExist):
		res.code, res.reason = exitFailed, fmt.Sprintf("agent %s is not installed", d.Agent)
	case errors.As(err, &exit):
		res.code, res.reason = exit.ExitCode(), lastLine(errs.String(), fmt.Sprintf("agent %s ended with status %d", d.Agent, exit.ExitCode()))
	default:
		res.code, res.reason = exitFailed, err.Error()
	}
	return res
}

// lastLine is the last thing that an agent said; agents write dates before it.
func lastLine(text, otherwise string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return last
	}
	return otherwise
}

// input is what the agent reads: its own parameters, the action, the node's
// name and, in the parameter that the device takes it in, its name there.
func (r *Runner) input(ctx context.Context, d fence.Device, action, target string) string {
	values := map[string]string{}
	for k, v := range d.Params {
		if !strings.HasPrefix(k, "pcmk_") && !strings.HasPrefix(k, "CRM_meta_") && k != "crm_feature_set" &&
			k != "action" && !strings.ContainsAny(k+v, "\n") {
			values[k] = v
		}
	}
	if target != "" {
		values["nodename"] = target
		if arg := r.hostArgument(ctx, d); arg != "" && (values[arg] == "" || values[arg] == "dynamic") {
			values[arg] = d.Plug(target)
		}
	}
	values["action"] = action
	names := slices.Sorted(maps.Keys(values))
	var b strings.Builder
	for _, k := range names {
		fmt.Fprintf(&b, "%s=%s\n", k, values[k])
	}
	return b.String()
}

// hostArgument is the parameter that names the machine to fence, "" for none:
// as configured, else plug or port as the agent has it.
func (r *Runner) hostArgument(ctx context.Context, d fence.Device) string {
	switch arg := d.Params["pcmk_host_argument"]; arg {
	case "":
	case "none":
		return ""
	default:
		return arg
	}
	m, err := r.metadata(ctx, d.Agent)
	if err != nil {
		return "port"
	}
	for _, name := range []string{"plug", "port"} {
		if p := m.Parameter(name); p != nil && !p.Deprecated {
			return name
		}
	}
	return ""
}

// metadata asks an agent what it is, once.
func (r *Runner) metadata(ctx context.Context, agent string) (agentmeta.Agent, error) {
	r.mu.Lock()
	m, known := r.meta[agent]
	r.mu.Unlock()
	if known {
		return m, nil
	}
	m, err := agents.Finder{Root: r.root}.Metadata(ctx, agentmeta.Name{Standard: "stonith", Type: agent})
	if err != nil {
		return m, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.meta[agent] = m
	return m, nil
}

// knows tells whether an agent has an action; one that cannot be asked is
// taken to have it.
func (r *Runner) knows(ctx context.Context, d fence.Device, action string) bool {
	if _, builtIn := ipmiOf(d); builtIn {
		return slices.Contains(ipmiActions, action)
	}
	m, err := r.metadata(ctx, d.Agent)
	if err != nil {
		return true
	}
	for _, a := range m.Actions {
		if a.Name == action {
			return true
		}
	}
	return false
}

// enter waits until the device may run one more action.
func (r *Runner) enter(ctx context.Context, d fence.Device) (func(), error) {
	limit := d.Limit()
	if limit == 0 {
		return func() {}, nil
	}
	r.mu.Lock()
	places := r.busy[d.ID]
	if places == nil || cap(places) != limit {
		places = make(chan struct{}, limit)
		r.busy[d.ID] = places
	}
	r.mu.Unlock()
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
