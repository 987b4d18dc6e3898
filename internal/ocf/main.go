package ocf

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Main makes a Call of this process's environment and carries it out. tool runs
// the stack's helper programs.
func Main(ctx context.Context, c Call, words []string, tool Program) int {
	c.Vars = map[string]string{}
	for _, kv := range os.Environ() {
		name, value, _ := strings.Cut(kv, "=")
		c.Vars[name] = value
	}
	if c.Action = c.Vars["__OCF_ACTION"]; len(words) > 0 {
		c.Action = words[0]
	}
	c.Host, _ = os.Hostname() // unknown is no host's name
	c.Tool, c.Exec, c.Now, c.Sleep = tool, execute, time.Now, sleep
	return c.Run(ctx)
}

// execute is a Program that runs what is installed.
func execute(ctx context.Context, name string, args ...string) (string, int) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return string(out), 0
	case errors.As(err, &exit):
		return string(out), exit.ExitCode()
	}
	return err.Error(), noProgram
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
