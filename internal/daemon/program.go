package daemon

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/paths"
	"gpcs/internal/server"
)

// programGrace is what the command line has to end in once nobody waits for it.
const programGrace = 5 * time.Second

// program runs the command line that is installed beside this daemon.
func (d *Daemon) program(ctx context.Context, run server.Invocation) (server.Output, error) {
	self, err := os.Executable()
	if err != nil {
		return server.Output{}, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(filepath.Dir(self), "gpcs"), run.Args...)
	cmd.Args[0] = "pcs"
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/root",
		paths.Env + "=" + os.Getenv(paths.Env), api.EnvUser + "=" + run.User.Name, api.EnvGroups + "=" + strings.Join(run.User.Groups, " ")}
	if run.Reports {
		cmd.Env = append(cmd.Env, api.EnvReports+"=json")
	}
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = "/", strings.NewReader(run.Stdin), &out, &errs
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = programGrace
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() >= 0 {
		err = nil
	}
	return server.Output{Stdout: out.String(), Stderr: errs.String(), Code: cmd.ProcessState.ExitCode()}, err
}
