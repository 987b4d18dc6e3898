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
	"syscall"

	"github.com/coreos/go-systemd/v22/daemon"

	gpcsd "gpcs/internal/daemon"
	"gpcs/internal/paths"
)

func main() {
	version := flag.Bool("version", false, "print the version and exit")
	debug := flag.Bool("debug", os.Getenv("PCSD_DEBUG") == "true", "log more (PCSD_DEBUG=true)")
	flag.Parse()
	if *version {
		fmt.Println(gpcsd.Version)
		return
	}
	if err := run(*debug); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

func run(debug bool) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	d, err := gpcsd.New(gpcsd.Options{Root: paths.FromEnv(), Log: logger(debug), Ready: func() {
		_, _ = daemon.SdNotify(false, daemon.SdNotifyReady) // no service manager is no error
	}})
	if err != nil {
		return err
	}
	return d.Run(ctx)
}

// logger writes to stderr, which the journal or a file takes; the journal adds
// the time itself.
func logger(debug bool) *slog.Logger {
	level := slog.LevelInfo
	if debug {
		level = slog.LevelDebug
	}
	options := &slog.HandlerOptions{Level: level}
	if os.Getenv("JOURNAL_STREAM") != "" {
		options.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}
