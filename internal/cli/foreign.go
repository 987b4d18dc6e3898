package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"gpcs/internal/report"
)

// foreignPatience bounds the wait for a program of another package.
const foreignPatience = 2 * time.Minute

// foreign is a program of another package that a verb needs: booth, sbd,
// systemctl.
type foreign struct{ what, path string }

// missing says that a program is not there.
func (f foreign) missing() string {
	return f.what + " is not installed on this node: there is no " + f.path
}

// has tells whether a program is installed on this node.
func (c *Call) has(f foreign) bool {
	info, err := os.Stat(c.Root.Join(f.path))
	return err == nil && info.Mode()&0o111 != 0
}

// runForeign runs a program and returns what it printed and its exit status.
// An error says that it could not be run at all.
func (c *Call) runForeign(ctx context.Context, f foreign, args ...string) (out, errs string, code int, err error) {
	if !c.has(f) {
		return "", "", 0, errors.New(f.missing())
	}
	ctx, cancel := context.WithTimeout(ctx, foreignPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Root.Join(f.path), args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && ctx.Err() == nil {
		return stdout.String(), stderr.String(), exit.ExitCode(), nil
	}
	return stdout.String(), stderr.String(), 0, err
}

// reason joins what a program printed into one line of complaint.
func reason(out, errs string) string {
	return strings.TrimSpace(strings.TrimSpace(errs) + "\n" + strings.TrimSpace(out))
}

var systemctl = foreign{"systemd", "/usr/bin/systemctl"}

// manageUnit has systemd start, stop, kill, enable or disable a unit; service
// is how messages call it.
func (c *Call) manageUnit(ctx context.Context, action, service, unit string) error {
	done := map[string]string{"start": "started", "stop": "stopped", "enable": "enabled", "disable": "disabled", "kill": "killed"}[action]
	if !c.unitInstalled(unit) {
		return fail("Unable to %s %s: there is no unit %s on this node, %s is not installed", action, service, unit, service)
	}
	out, errs, code, err := c.runForeign(ctx, systemctl, action, unit+".service")
	switch {
	case err != nil:
		return fail("Unable to %s %s: %v", action, service, err)
	case code != 0:
		return fail("Unable to %s %s: %s", action, service, reason(out, errs))
	}
	c.say(report.NewInfo("SERVICE_ACTION_SUCCEEDED", service+" "+done))
	return nil
}

// unitInstalled looks for a unit where packages and administrators put them.
func (c *Call) unitInstalled(unit string) bool {
	if name, _, template := strings.Cut(unit, "@"); template {
		unit = name + "@"
	}
	for _, dir := range c.Root.UnitDirs() {
		if _, err := os.Stat(filepath.Join(dir, unit+".service")); err == nil {
			return true
		}
	}
	return false
}

// unitIs asks systemd whether a unit "is-active" or "is-enabled"; no where
// there is no such unit.
func (c *Call) unitIs(ctx context.Context, question, unit string) bool {
	if !c.unitInstalled(unit) {
		return false
	}
	_, _, code, err := c.runForeign(ctx, systemctl, question, unit+".service")
	return err == nil && code == 0
}
