package agents

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"gpcs/internal/agentmeta"
)

// Outcome is what an action of an agent came to.
type Outcome struct {
	Code   int    // OCF exit code
	Output string // what it wrote, errors after the rest
}

// codeWords are the words for OCF exit codes.
var codeWords = map[int]string{
	0: "ok", 1: "error", 2: "invalid parameter", 3: "unimplemented feature", 4: "insufficient privileges", 5: "not installed",
	6: "not configured", 7: "not running", 8: "promoted", 9: "promoted (failed)",
	190: "degraded", 191: "promoted (degraded)",
}

// Word returns the word for the outcome's code.
func (o Outcome) Word() string {
	if word, ok := codeWords[o.Code]; ok {
		return word
	}
	return fmt.Sprintf("OCF exit code %d", o.Code)
}

// Run carries out one action of an OCF agent on this node, whatever the
// cluster thinks of it. env holds the resource's parameters as environment
// ("OCF_RESKEY_ip=..."); the action is ended after limit.
func (f Finder) Run(ctx context.Context, name agentmeta.Name, action string, env []string, limit time.Duration) (Outcome, error) {
	path, err := f.path(name)
	if err != nil {
		return Outcome{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, action)
	cmd.Env = append(f.environ(name), env...)
	// What the agent starts goes on after it; waiting for its output would
	// be waiting for the service to end.
	cmd.WaitDelay = time.Second
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	outcome := Outcome{Code: cmd.ProcessState.ExitCode(), Output: out.String() + errs.String()}
	var exit *exec.ExitError
	switch {
	case ctx.Err() == context.DeadlineExceeded:
		return outcome, fmt.Errorf("%s of %s did not end within %s", action, name, limit)
	case err == nil, errors.As(err, &exit), errors.Is(err, exec.ErrWaitDelay):
		return outcome, nil
	}
	return outcome, err
}
