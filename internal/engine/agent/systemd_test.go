package agent

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
)

// manager is a systemd with one unit.
type manager struct {
	load, active string
	states       []string // what active becomes at each look
	result       string   // of jobs; "" : they never end
	refuse       error
	calls        []string
}

func (m *manager) job(what, name string, ch chan<- string) (int, error) {
	m.calls = append(m.calls, what+" "+name)
	if m.refuse != nil {
		return 0, m.refuse
	}
	if m.result != "" {
		ch <- m.result
	}
	return 1, nil
}

func (m *manager) StartUnitContext(_ context.Context, name, _ string, ch chan<- string) (int, error) {
	return m.job("start", name, ch)
}
func (m *manager) StopUnitContext(_ context.Context, name, _ string, ch chan<- string) (int, error) {
	return m.job("stop", name, ch)
}
func (m *manager) ReloadUnitContext(_ context.Context, name, _ string, ch chan<- string) (int, error) {
	return m.job("reload", name, ch)
}
func (m *manager) GetUnitPropertiesContext(_ context.Context, name string) (map[string]any, error) {
	if len(m.states) > 0 {
		m.active, m.states = m.states[0], m.states[1:]
	}
	return map[string]any{"LoadState": m.load, "ActiveState": m.active}, nil
}
func (m *manager) ReloadContext(context.Context) error {
	m.calls = append(m.calls, "daemon-reload")
	return nil
}
func (m *manager) Close() {}

func TestSystemdUnit(t *testing.T) {
	for _, c := range []struct {
		name, action string
		m            manager
		rc           int
		status       history.Status
		reason       string
		calls        string
	}{
		{name: "start", action: "start", m: manager{load: "loaded", result: "done"}, calls: "daemon-reload, start web.service"},
		{name: "failed start", action: "start", m: manager{load: "loaded", result: "failed"}, rc: 1, reason: "journalctl -u web.service", calls: "daemon-reload, start web.service"},
		{name: "unknown unit", action: "start", m: manager{load: "not-found"}, rc: history.RCInstalled, status: history.NotInstalled, reason: "not installed"},
		{name: "stop", action: "stop", m: manager{result: "done"}, calls: "stop web.service"},
		{name: "stop of an unknown unit", action: "stop", m: manager{refuse: errors.New("Unit web.service not loaded.")}, calls: "stop web.service"},
		{name: "refused", action: "stop", m: manager{refuse: errors.New("no")}, rc: 1, reason: "refuses", calls: "stop web.service"},
		{name: "hanging job", action: "start", m: manager{load: "loaded"}, rc: 1, status: history.TimedOut, reason: "within 200ms", calls: "daemon-reload, start web.service"},
		{name: "active", action: "monitor", m: manager{active: "active"}},
		{name: "reloading", action: "monitor", m: manager{active: "reloading"}},
		{name: "inactive", action: "monitor", m: manager{active: "inactive"}, rc: history.RCNotRunning},
		{name: "failed", action: "monitor", m: manager{active: "failed"}, rc: history.RCNotRunning},
		{name: "activating", action: "monitor", m: manager{active: "activating"}, rc: 1, status: history.TimedOut, reason: "within 200ms"},
		{name: "other", action: "promote", rc: history.RCUnimplemented, reason: "promote"},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		u := unit{conn: &c.m, name: unitName("web"), overrides: t.TempDir()}
		out := u.runWithin(ctx, c.action, 200*time.Millisecond)
		cancel()
		if out.RC != c.rc || out.Status != c.status || !strings.Contains(out.Reason, c.reason) {
			t.Errorf("%s: %+v", c.name, out)
		}
		if calls := strings.Join(c.m.calls, ", "); calls != c.calls {
			t.Errorf("%s: called %q, want %q", c.name, calls, c.calls)
		}
	}
}

// overrideOfWeb is what Pacemaker 2.1.5 writes for systemd:web.
const overrideOfWeb = "[Unit]\nDescription=Cluster Controlled web\nBefore=pacemaker.service pacemaker_remote.service\n\n[Service]\nRestart=no\n"

// While the cluster has the unit, systemd does not restart it by itself.
func TestSystemdOverride(t *testing.T) {
	m := &manager{load: "loaded", result: "done"}
	u := unit{conn: m, name: "web.service", overrides: t.TempDir()}
	file := filepath.Join(u.overrides, "web.service.d", "50-pacemaker.conf")
	u.run(context.Background(), "start")
	u.run(context.Background(), "start")
	if text, err := os.ReadFile(file); err != nil || string(text) != overrideOfWeb {
		t.Errorf("%s, %v", text, err)
	}
	u.run(context.Background(), "stop")
	if _, err := os.Stat(filepath.Dir(file)); err == nil {
		t.Error("the override is left after the stop")
	}
	want := "daemon-reload, start web.service, start web.service, daemon-reload, stop web.service"
	if calls := strings.Join(m.calls, ", "); calls != want {
		t.Errorf("called %q", calls)
	}
}

func TestUnitNames(t *testing.T) {
	for name, want := range map[string]string{"nginx": "nginx.service", "nginx.service": "nginx.service",
		"data.mount": "data.mount", "a.b": "a.b.service", "vpn@east": "vpn@east.service"} {
		if got := unitName(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// The real systemd, where there is one.
func TestRealSystemd(t *testing.T) {
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		t.Skip("NOT RUN: systemd is not running on this machine, so its D-Bus interface was not tried")
	}
	r, err := New(Options{Root: "", Node: "node1", NoCgroups: true})
	if err != nil {
		t.Skipf("NOT RUN: %v", err)
	}
	defer r.Close()
	out := r.Run(context.Background(), Request{Rsc: graph.Resource{ID: "x", Class: "systemd", Type: "gpcs-no-such-unit"}, Action: "monitor"})
	if out.RC != history.RCNotRunning {
		t.Errorf("%+v", out)
	}
}
