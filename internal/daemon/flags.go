package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gpcs/internal/durable"
)

// The two marks on disk that say when cluster services are to run.

func (d *Daemon) enabledFile() string { return filepath.Join(d.opts.Root.StateDir(), "enabled") }
func (d *Daemon) runningFile() string { return filepath.Join(d.opts.Root.RunDir(), "running") }

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// wanted tells whether cluster services are to be started with the daemon.
func (d *Daemon) wanted() bool {
	return exists(d.opts.Root.CorosyncConf()) && (exists(d.enabledFile()) || exists(d.runningFile()))
}

// enable has cluster services start at boot, or not: by their units where
// systemd has them, by the mark elsewhere. It needs Daemon.commands.
func (d *Daemon) enable(ctx context.Context, on bool) error {
	known, err := d.units.Enable(ctx, on)
	if err != nil {
		return fmt.Errorf("cluster services on %s: %w", d.name, err)
	}
	return mark(d.enabledFile(), on && !known)
}

func (d *Daemon) enabled() bool { return exists(d.enabledFile()) || d.units.Enabled() }

func mark(name string, on bool) error {
	if on {
		return durable.Write(name, nil, 0o644)
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
