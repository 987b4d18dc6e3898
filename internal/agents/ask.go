package agents

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gpcs/internal/agentmeta"
	"gpcs/internal/engine/builtin"
)

// ErrNotInstalled is returned for an agent that is not there.
var ErrNotInstalled = errors.New("no such agent")

// askTimeout is how long an agent may take to print its metadata.
const askTimeout = 20 * time.Second

// Metadata asks an agent what it is. The error is ErrNotInstalled, the
// agent's failure, agentmeta.ErrMetadata or agentmeta.ErrVersion, wrapped.
func (f Finder) Metadata(ctx context.Context, name agentmeta.Name) (agentmeta.Agent, error) {
	switch name.Standard {
	case "lsb":
		return f.lsbMetadata(name)
	case "systemd":
		return f.unitMetadata(name)
	case "service":
		if a, err := f.unitMetadata(name); err == nil {
			return a, nil
		}
		return f.lsbMetadata(name)
	}
	text, err := f.ask(ctx, name)
	if err != nil {
		return agentmeta.Agent{}, err
	}
	return agentmeta.Parse(name, text)
}

// Raw returns an agent's metadata as the agent prints it.
func (f Finder) Raw(ctx context.Context, name agentmeta.Name) ([]byte, error) {
	return f.ask(ctx, name)
}

// ask returns what an OCF or fence agent prints about itself.
func (f Finder) ask(ctx context.Context, name agentmeta.Name) ([]byte, error) {
	path, err := f.path(name)
	if err != nil {
		if text := builtin.Metadata(name.Standard, name.Provider, name.Type); text != "" {
			return []byte(text), nil
		}
		return nil, err
	}
	args := []string{"meta-data"}
	if name.IsStonith() {
		args = []string{"-o", "metadata"}
	}
	return f.run(ctx, name, path, args, nil, "")
}

// Installed tells whether there is such an agent, built in or on the disk.
func (f Finder) Installed(name agentmeta.Name) bool {
	unit := func() bool { _, err := f.unitFile(name.Type); return err == nil }
	script := func() bool { return slices.Contains(f.lsb(), name.Type) }
	switch name.Standard {
	case "lsb":
		return script()
	case "systemd":
		return unit()
	case "service":
		return unit() || script()
	}
	_, err := f.path(name)
	return err == nil || builtin.Metadata(name.Standard, name.Provider, name.Type) != ""
}

// path finds the program of an OCF or fence agent.
func (f Finder) path(name agentmeta.Name) (string, error) {
	if strings.ContainsRune(name.Type+name.Provider, '/') {
		return "", fmt.Errorf("%w: %s", ErrNotInstalled, name)
	}
	path := filepath.Join(f.ocfDir(), name.Provider, name.Type)
	if name.IsStonith() {
		path = f.Root.Join(filepath.Join(fenceDir, name.Type))
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return "", fmt.Errorf("%w: %s", ErrNotInstalled, name)
	}
	return path, nil
}

// run runs an agent with the environment that OCF 1.1 promises and returns
// its standard output. Its error output is in the error only.
func (f Finder) run(ctx context.Context, name agentmeta.Name, path string, args, env []string, input string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(f.environ(name), env...)
	cmd.WaitDelay = time.Second
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &errs
	err := cmd.Run()
	if ctx.Err() == context.DeadlineExceeded {
		return nil, fmt.Errorf("%s %s did not end within %s", path, strings.Join(args, " "), askTimeout)
	}
	if err != nil {
		return out.Bytes(), &RunError{Name: name, Action: strings.Join(args, " "), Output: strings.TrimSpace(errs.String()), Err: err}
	}
	return out.Bytes(), nil
}

// environ is the environment of an agent that is asked, not run as a resource.
func (f Finder) environ(name agentmeta.Name) []string {
	env := []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
		"OCF_ROOT=" + f.Root.OCFRoot(), "OCF_RA_VERSION_MAJOR=1", "OCF_RA_VERSION_MINOR=1",
		"OCF_EXIT_REASON_PREFIX=ocf-exit-reason:", "HA_LOGFACILITY=none",
	}
	if name.IsOCF() {
		env = append(env, "OCF_RESOURCE_TYPE="+name.Type, "OCF_RESOURCE_PROVIDER="+name.Provider)
	}
	return env
}

// RunError tells that an agent failed to answer.
type RunError struct {
	Name   agentmeta.Name
	Action string
	Output string // what it wrote to its error output
	Err    error
}

func (e *RunError) Error() string {
	text := fmt.Sprintf("%s of %s failed: %v", e.Action, e.Name, e.Err)
	if e.Output != "" {
		text += ": " + e.Output
	}
	return text
}

func (e *RunError) Unwrap() error { return e.Err }

// Describe puts an error of Metadata in the words in which pcs hands on those
// of Pacemaker's tools.
func Describe(name agentmeta.Name, err error) string {
	var run *RunError
	reason := err.Error()
	switch {
	case errors.Is(err, ErrNotInstalled):
		reason = "No such device or address"
	case errors.As(err, &run) && run.Output != "":
		reason = run.Output
	}
	return fmt.Sprintf("crm_resource: Metadata query for %s failed: %s, Error performing operation: No such object", name, strings.ReplaceAll(reason, "\n", ", "))
}
