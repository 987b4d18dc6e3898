// Command gpcs is the command line of gpcs; installed also as pcs and under
// the names of the stack's helper tools, told apart by argv[0].
package main

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"gpcs/internal/cli"
	"gpcs/internal/paths"
	"gpcs/internal/sandbox"
)

func main() {
	if status, ok := sandbox.Child(os.Args[1:]); ok {
		os.Exit(status)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	env := cli.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Root: paths.FromEnv()}
	if status, ok := cli.RunTool(ctx, env, filepath.Base(os.Args[0]), os.Args[1:]); ok {
		os.Exit(status)
	}
	os.Exit(cli.Main(ctx, env, os.Args[1:]))
}
