package units

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/coreos/go-systemd/v22/dbus"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// systemd has the two units. A job sets the unit's state, after its command
// was given to the keeper's daemon as the real one does.
type systemd struct {
	state   map[string]string // by unit
	result  string            // of jobs
	refuse  error
	command func(do, component string)
	calls   []string
}

func (s *systemd) job(do, unit, mode, becomes string, ch chan<- string) (int, error) {
	s.calls = append(s.calls, do+" "+unit+" "+mode)
	if s.refuse != nil {
		return 0, s.refuse
	}
	if s.command != nil {
		s.command(do, strings.TrimSuffix(unit, ".service"))
	}
	if s.result == "done" {
		s.state[unit] = becomes
	}
	ch <- s.result
	return 1, nil
}

func (s *systemd) StartUnitContext(_ context.Context, unit, mode string, ch chan<- string) (int, error) {
	return s.job("start", unit, mode, "active", ch)
}

func (s *systemd) StopUnitContext(_ context.Context, unit, mode string, ch chan<- string) (int, error) {
	return s.job("stop", unit, mode, "inactive", ch)
}

func (s *systemd) GetUnitPropertiesContext(_ context.Context, unit string) (map[string]any, error) {
	return map[string]any{"ActiveState": s.state[unit]}, nil
}

func (s *systemd) EnableUnitFilesContext(_ context.Context, files []string, _, _ bool) (bool, []dbus.EnableUnitFileChange, error) {
	s.calls = append(s.calls, "enable "+strings.Join(files, " "))
	return true, nil, s.refuse
}

func (s *systemd) DisableUnitFilesContext(_ context.Context, files []string, _ bool) ([]dbus.DisableUnitFileChange, error) {
	s.calls = append(s.calls, "disable "+strings.Join(files, " "))
	return nil, s.refuse
}

func (s *systemd) ReloadContext(context.Context) error {
	s.calls = append(s.calls, "daemon-reload")
	return nil
}

func (s *systemd) Close() {}

// keeper returns one that finds s.
func keeper(s *systemd, want State) *Keeper {
	k := New(Options{Log: slog.New(slog.DiscardHandler), Want: func() State { return want }})
	k.present = func() bool { return true }
	k.connect = func(context.Context) (manager, error) { return s, nil }
	return k
}

func TestPass(t *testing.T) {
	both, none, member := State{true, true}, State{}, State{Corosync: true}
	for _, c := range []struct {
		name                string
		corosync, pacemaker string // states of the units
		want                State
		result              string // of jobs, "" = done
		refuse              error
		settled             bool
		calls               []string
	}{
		{name: "in step", corosync: "active", pacemaker: "active", want: both, settled: true},
		{name: "nothing runs", corosync: "inactive", pacemaker: "failed", want: none, settled: true},
		{name: "started", corosync: "inactive", pacemaker: "inactive", want: both, settled: true,
			calls: []string{"start corosync.service fail", "start pacemaker.service fail"}},
		{name: "stopped", corosync: "active", pacemaker: "active", want: none, settled: true,
			calls: []string{"stop pacemaker.service fail", "stop corosync.service fail"}},
		{name: "resources stopped", corosync: "active", pacemaker: "active", want: member, settled: true,
			calls: []string{"stop pacemaker.service fail"}},
		{name: "systemctl start corosync", corosync: "activating", pacemaker: "inactive", want: both},
		{name: "systemctl start pacemaker", corosync: "active", pacemaker: "activating", want: both},
		{name: "systemctl stop corosync", corosync: "active", pacemaker: "deactivating", want: none},
		{name: "failed stop", corosync: "active", pacemaker: "failed", want: both, settled: true,
			calls: []string{"start pacemaker.service fail"}},
		{name: "failed job", corosync: "inactive", pacemaker: "inactive", want: both, result: "failed",
			calls: []string{"start corosync.service fail"}},
		{name: "shutdown", corosync: "inactive", pacemaker: "inactive", want: both, refuse: errors.New("conflicts with a shutdown"),
			calls: []string{"start corosync.service fail"}},
	} {
		s := &systemd{state: map[string]string{"corosync.service": c.corosync, "pacemaker.service": c.pacemaker},
			result: "done", refuse: c.refuse}
		if c.result != "" {
			s.result = c.result
		}
		if settled := keeper(s, c.want).pass(t.Context()); settled != c.settled {
			t.Errorf("%s: settled is %v", c.name, settled)
		}
		if diff := cmp.Diff(c.calls, s.calls); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// The command of a unit that the keeper itself starts asks for what is there;
// any other is somebody's wish.
func TestEcho(t *testing.T) {
	s := &systemd{state: map[string]string{"corosync.service": "inactive", "pacemaker.service": "inactive"}, result: "done"}
	k := keeper(s, State{true, true})
	var echoes []bool
	s.command = func(do, component string) {
		echoes = append(echoes, k.Echo(do, component), k.Echo("stop", component))
	}
	k.pass(t.Context())
	if diff := cmp.Diff([]bool{true, false, true, false}, echoes); diff != "" {
		t.Error(diff)
	}
	if k.Echo("start", Pacemaker) {
		t.Error("a start is taken for an echo after the keeper's job has ended")
	}
}

// Who waits for the units finds them changed.
func TestShown(t *testing.T) {
	defer goleak.VerifyNone(t)
	s := &systemd{state: map[string]string{"corosync.service": "inactive", "pacemaker.service": "inactive"}, result: "done"}
	k := keeper(s, State{true, true})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- k.Run(ctx) }()
	k.Shown(ctx)
	if got := s.state["pacemaker.service"]; got != "active" {
		t.Errorf("pacemaker.service is %s", got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestEnable(t *testing.T) {
	s := &systemd{}
	k := keeper(s, State{})
	if known, err := k.Enable(t.Context(), true); !known || err != nil {
		t.Errorf("enable: %v, %v", known, err)
	}
	if known, err := k.Enable(t.Context(), false); !known || err != nil {
		t.Errorf("disable: %v, %v", known, err)
	}
	want := []string{"enable corosync.service pacemaker.service", "daemon-reload", "disable corosync.service pacemaker.service", "daemon-reload"}
	if diff := cmp.Diff(want, s.calls); diff != "" {
		t.Error(diff)
	}
	s.refuse = errors.New("no")
	if known, err := k.Enable(t.Context(), true); !known || err == nil {
		t.Errorf("refused: %v, %v", known, err)
	}
	k.present = func() bool { return false }
	if known, err := k.Enable(t.Context(), true); known || err != nil {
		t.Errorf("without units: %v, %v", known, err)
	}
}

func TestControlKnowsItsWords(t *testing.T) {
	for _, words := range [][2]string{{"reload", Corosync}, {"start", "pcsd"}} {
		if err := Control(t.Context(), "/nowhere", words[0], words[1]); err == nil || !strings.Contains(err.Error(), words[1]) {
			t.Errorf("%v: %v", words, err)
		}
	}
}
