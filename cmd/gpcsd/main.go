// Command gpcsd is the daemon of gpcs: pcsd's REST API on port 2224, and the
// cluster itself once it is started.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/coreos/go-systemd/v22/daemon"

	gpcsd "gpcs/internal/daemon"
	"gpcs/internal/journal"
	"gpcs/internal/paths"
	"gpcs/internal/server"
	"gpcs/internal/units"
)

func main() {
	version := flag.Bool("version", false, "print the version and exit")
	full := flag.Bool("full", false, "with --version: print the capabilities too, by pcs's names")
	debug := flag.Bool("debug", os.Getenv("PCSD_DEBUG") == "true", "log more (PCSD_DEBUG=true)")
	flag.Parse()
	if *version {
		fmt.Println(gpcsd.Version)
		if *full {
			fmt.Println(strings.Join(server.Capabilities(), " "))
		}
		return
	}
	if err := begin(*debug, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

// begin is the daemon, or with "unit start|stop corosync|pacemaker" the command
// of a systemd unit that stands for a part of it.
func begin(debug bool, args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch {
	case len(args) == 0:
		return run(ctx, debug)
	case len(args) == 3 && args[0] == "unit":
		return units.Control(ctx, paths.FromEnv(), args[1], args[2])
	}
	return fmt.Errorf("gpcsd does not understand %q; see man gpcsd", args)
}

func run(ctx context.Context, debug bool) error {
	d, err := gpcsd.New(gpcsd.Options{Root: paths.FromEnv(), Log: journal.New(os.Stderr, level(debug)), Metrics: os.Getenv("GPCS_METRICS_LISTEN"),
		Ready: func() { notify(daemon.SdNotifyReady) }})
	if err != nil {
		return err
	}
	var feeding sync.WaitGroup
	defer feeding.Wait()
	ctx, end := context.WithCancel(ctx)
	defer end()
	feeding.Go(func() { feedWatchdog(ctx, d) })
	return d.Run(ctx)
}

func level(debug bool) slog.Level {
	if debug {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}
