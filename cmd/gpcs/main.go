// Command gpcs is the command line of gpcs; installed also as pcs and under
// the names of the stack's helper tools, told apart by argv[0].
package main

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gpcs/internal/cli"
	"gpcs/internal/ocf"
	"gpcs/internal/paths"
	"gpcs/internal/sandbox"
)

func main() {
	if status, ok := sandbox.Child(os.Args[1:]); ok {
		os.Exit(status)
	}
	ctx, stop := untilSignal(os.Args[1:])
	defer stop()
	if typ, ok := ocf.Called(os.Args[0]); ok {
		os.Exit(ocf.Main(ctx, ocf.Call{Type: typ, Root: paths.FromEnv(), Stdout: os.Stdout, Stderr: os.Stderr}, os.Args[1:], helper))
	}
	env := cli.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Root: paths.FromEnv()}
	if status, ok := cli.RunTool(ctx, env, filepath.Base(os.Args[0]), os.Args[1:]); ok {
		os.Exit(status)
	}
	os.Exit(cli.Main(ctx, env, os.Args[1:]))
}

// helper runs one of the stack's helper programs for an agent.
func helper(ctx context.Context, name string, args ...string) (string, int) {
	var out strings.Builder
	env := cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: os.Stderr, Root: paths.FromEnv()}
	status, _ := cli.RunTool(ctx, env, name, args)
	return out.String(), status
}

// grace is what a command is given to end by itself once it is told to.
const grace = time.Second

// untilSignal returns a context that ends at the first SIGINT or SIGTERM. What
// computes does not look at contexts: at a second signal, or after the grace,
// the process ends with the status that a shell gives one killed by that signal.
// The sandbox is not hurried: it takes nodes down, and a shell on a node gets
// Ctrl-C together with it and goes on.
func untilSignal(args []string) (ctx context.Context, stop func()) {
	if len(args) > 0 && args[0] == "sandbox" {
		return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	}
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-ctx.Done():
			return
		case first := <-signals:
			cancel()
			last := first
			select {
			case last = <-signals:
			case <-time.After(grace):
			}
			if number, ok := last.(syscall.Signal); ok {
				os.Exit(128 + int(number))
			}
		}
	}()
	return ctx, cancel
}
