package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/dbus"

	"gpcs/internal/engine/history"
)

// systemdConn is what is needed of systemd's D-Bus interface.
type systemdConn interface {
	StartUnitContext(ctx context.Context, name, mode string, ch chan<- string) (int, error)
	StopUnitContext(ctx context.Context, name, mode string, ch chan<- string) (int, error)
	ReloadUnitContext(ctx context.Context, name, mode string, ch chan<- string) (int, error)
	GetUnitPropertiesContext(ctx context.Context, unit string) (map[string]any, error)
	ReloadContext(ctx context.Context) error
	Close()
}

// connectSystemd reaches the manager of this machine. Under another root
// directory there is none: its units are not this machine's.
func (r *Runner) connectSystemd(ctx context.Context) (systemdConn, error) {
	if r.opts.Root.Join("/") != "/" {
		return nil, errors.New("this node is not a whole machine")
	}
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return nil, errors.New("systemd is not running on this node")
	}
	return dbus.NewWithContext(ctx)
}

// runSystemd starts, stops or looks at a unit.
func (r *Runner) runSystemd(ctx context.Context, req Request) history.Outcome {
	ctx, cancel := context.WithTimeout(ctx, req.Timeout)
	defer cancel()
	conn, err := r.connectSystemd(ctx)
	if err != nil {
		r.log.Error("a systemd resource cannot be managed here", "rsc", req.Rsc.ID, "op", req.Action, "err", err)
		return notInstalled("systemd:%s cannot be managed on this node: %v", req.Rsc.Type, err)
	}
	defer conn.Close()
	u := unit{conn: conn, name: unitName(req.Rsc.Type), overrides: r.opts.Root.Join("/run/systemd/system")}
	return u.runWithin(ctx, req.Action, req.Timeout)
}

// unitName adds the suffix .service to names without a unit's suffix.
func unitName(name string) string {
	switch filepath.Ext(name) {
	case ".service", ".socket", ".mount", ".timer", ".path", ".target", ".slice", ".device", ".automount", ".swap", ".scope":
		return name
	}
	return name + ".service"
}

// unit is one systemd unit under the cluster's control.
type unit struct {
	conn      systemdConn
	name      string
	overrides string // directory of run-time units
}

// runWithin runs the action under a context that ends after limit.
func (u unit) runWithin(ctx context.Context, action string, limit time.Duration) history.Outcome {
	out := u.run(ctx, action)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return history.Outcome{RC: history.RCError, Status: history.TimedOut,
			Reason: fmt.Sprintf("systemd unit %s did not complete within %s", u.name, readable(limit))}
	}
	return out
}

func (u unit) run(ctx context.Context, action string) history.Outcome {
	switch action {
	case history.Monitor, "status":
		return u.monitor(ctx)
	case history.Start:
		if out, ok := u.loaded(ctx); !ok {
			return out
		}
		if err := u.override(ctx); err != nil {
			return failed("%v", err)
		}
		return u.job(ctx, u.conn.StartUnitContext)
	case history.Stop:
		// First, or the unit would wait for the cluster to stop, which waits for it.
		u.removeOverride(ctx)
		return u.job(ctx, u.conn.StopUnitContext)
	case history.Reload:
		return u.job(ctx, u.conn.ReloadUnitContext)
	}
	return unimplemented(action)
}

// loaded tells whether systemd knows the unit.
func (u unit) loaded(ctx context.Context) (history.Outcome, bool) {
	p, err := u.conn.GetUnitPropertiesContext(ctx, u.name)
	if err != nil {
		return failed("systemd gives no answer about unit %s: %v", u.name, err), false
	}
	if p["LoadState"] == "not-found" {
		return notInstalled("systemd unit %s is not installed on this node", u.name), false
	}
	return history.Outcome{}, true
}

// job starts a job of systemd and waits for its end.
func (u unit) job(ctx context.Context, begin func(context.Context, string, string, chan<- string) (int, error)) history.Outcome {
	done := make(chan string, 1)
	if _, err := begin(ctx, u.name, "replace", done); err != nil {
		if strings.Contains(err.Error(), "not loaded") {
			return history.Outcome{} // the unit to stop is not known: stopped
		}
		return failed("systemd refuses the job for unit %s: %v", u.name, err)
	}
	select {
	case result := <-done:
		if result == "done" || result == "skipped" {
			return history.Outcome{}
		}
		return failed("systemd job for unit %s: %s (see journalctl -u %s)", u.name, result, u.name)
	case <-ctx.Done():
		return cancelled()
	}
}

// monitor reads the unit's state. While it changes it waits for the end.
func (u unit) monitor(ctx context.Context) history.Outcome {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		p, err := u.conn.GetUnitPropertiesContext(ctx, u.name)
		if err != nil {
			return failed("systemd gives no answer about unit %s: %v", u.name, err)
		}
		switch p["ActiveState"] {
		case "active", "reloading":
			return history.Outcome{}
		case "activating", "deactivating":
		default:
			return history.Outcome{RC: history.RCNotRunning}
		}
		select {
		case <-ctx.Done():
			return cancelled()
		case <-tick.C:
		}
	}
}

// overrideText is what Pacemaker writes: systemd does not restart what the
// cluster recovers, and at shutdown leaves it to the cluster to stop it first.
func (u unit) overrideText() string {
	return "[Unit]\nDescription=Cluster Controlled " + strings.TrimSuffix(u.name, ".service") +
		"\nBefore=pacemaker.service pacemaker_remote.service\n\n[Service]\nRestart=no\n"
}

func (u unit) overrideFile() string {
	return filepath.Join(u.overrides, u.name+".d", "50-pacemaker.conf")
}

func (u unit) override(ctx context.Context) error {
	if data, err := os.ReadFile(u.overrideFile()); err == nil && string(data) == u.overrideText() {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(u.overrideFile()), 0o755); err != nil {
		return fmt.Errorf("the cluster's settings for unit %s cannot be written: %w", u.name, err)
	}
	if err := os.WriteFile(u.overrideFile(), []byte(u.overrideText()), 0o644); err != nil {
		return fmt.Errorf("the cluster's settings for unit %s cannot be written: %w", u.name, err)
	}
	return u.conn.ReloadContext(ctx)
}

func (u unit) removeOverride(ctx context.Context) {
	if os.Remove(u.overrideFile()) == nil {
		_ = os.Remove(filepath.Dir(u.overrideFile()))
		_ = u.conn.ReloadContext(ctx)
	}
}
