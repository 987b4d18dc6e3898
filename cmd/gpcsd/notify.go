package main

import (
	"context"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	gpcsd "gpcs/internal/daemon"
)

// notify tells the service manager about the daemon, sd_notify(3). Where there
// is no service manager nobody listens.
func notify(state string) { _, _ = daemon.SdNotify(false, state) }

// feedWatchdog tells the service manager that the daemon answers (WatchdogSec=)
// until ctx ends, and then that the daemon stops. A daemon whose parts wait for each other for ever says nothing
// more, and is ended and started again; resources are left as they are.
func feedWatchdog(ctx context.Context, d *gpcsd.Daemon) {
	var due <-chan time.Time
	if limit, err := daemon.SdWatchdogEnabled(false); err == nil && limit > 0 {
		ticker := time.NewTicker(limit / 3)
		defer ticker.Stop()
		due = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			notify(daemon.SdNotifyStopping)
			return
		case <-due:
			d.State() // takes every lock that an answer needs
			notify(daemon.SdNotifyWatchdog)
		}
	}
}
