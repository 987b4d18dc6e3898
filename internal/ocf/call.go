package ocf

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/paths"
)

// Exit codes of agents (OCF 1.1, 5).
const (
	success          = 0
	errGeneric       = 1
	errArgs          = 2
	errUnimplemented = 3
	errPerm          = 4
	errInstalled     = 5
	errConfigured    = 6
	notRunning       = 7
	runningPromoted  = 8
)

// Program runs another program to its end and returns what it wrote to its
// standard output, and its exit status; 127 if there is no such program.
type Program func(ctx context.Context, name string, args ...string) (output string, status int)

// Call is one action of one agent.
type Call struct {
	Type   string            // such as "ping"
	Action string            // "" = none was given
	Vars   map[string]string // the environment
	Root   paths.Root
	Host   string // what uname -n says
	Stdout io.Writer
	Stderr io.Writer
	Tool   Program // the stack's helper programs
	Exec   Program // all others
	Sleep  func(context.Context, time.Duration)
	Now    func() time.Time
}

// param is a parameter of the resource, or value if it is not set.
func (c *Call) param(name, value string) string {
	if v := c.Vars["OCF_RESKEY_"+name]; v != "" {
		return v
	}
	return value
}

// instance is the resource's name; in metadata a word that stands for it.
func (c *Call) instance() string {
	if v := c.Vars["OCF_RESOURCE_INSTANCE"]; v != "" {
		return v
	}
	return "RESOURCE_ID"
}

// unique tells whether the instances of a clone are told apart.
func (c *Call) unique() bool { return c.param("CRM_meta_globally_unique", "false") != "false" }

// probe tells whether a monitor is one that only looks.
func (c *Call) probe() bool { return c.param("CRM_meta_interval", "0") == "0" }

// checkLevel is how deep a monitor or validation goes (OCF_CHECK_LEVEL).
func (c *Call) checkLevel() string { return c.Vars["OCF_CHECK_LEVEL"] }

// runDir is HA_VARRUN of resource-agents.
func (c *Call) runDir() string { return c.Root.Join("/var/run") }

// stateFile is where an agent keeps that it runs: its parameter state, or a
// file of the resource's name without the number of a clone's instance.
func (c *Call) stateFile(prefix string) string {
	name := c.instance()
	if !c.unique() {
		name = cloneNumber.ReplaceAllString(name, "")
	}
	return c.param("state", filepath.Join(c.runDir(), prefix+"-"+name+".state"))
}

var cloneNumber = regexp.MustCompile(`:[0-9]+$`)

// logf writes a line that the executor puts into its log. Levels are those of
// ocf_log: debug, info, warn, err.
func (c *Call) logf(level, format string, args ...any) {
	words := map[string]string{"warn": "WARNING", "err": "ERROR"}
	word := words[level]
	if word == "" {
		word = strings.ToUpper(level)
	}
	fmt.Fprintf(c.Stderr, "%s: %s\n", word, fmt.Sprintf(format, args...))
}

// reason says in a sentence why the action failed; status shows it.
func (c *Call) reason(format string, args ...any) {
	prefix := c.Vars["OCF_EXIT_REASON_PREFIX"]
	if prefix == "" {
		prefix = "ocf-exit-reason:"
	}
	fmt.Fprintf(c.Stderr, "%s%s\n", prefix, fmt.Sprintf(format, args...))
}

// attribute writes a node attribute with attrd_updater: option is -U, -v or -B.
func (c *Call) attribute(ctx context.Context, name, option, value, dampen string, more ...string) int {
	args := append([]string{"-n", name, option, value, "-d", dampen}, more...)
	_, status := c.Tool(ctx, "attrd_updater", args...)
	return status
}

// setOption is how an attribute is written: a start sets its dampening too.
func (c *Call) setOption() string {
	if c.Action == "start" {
		return "-B"
	}
	return "-v"
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// touch makes a file, or renews its time. It returns the status of the action.
func (c *Call) touch(name string) int {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o644)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		c.reason("state file %s cannot be written: %v", name, err)
		return errGeneric
	}
	return success
}

// drop removes a file that may be gone.
func drop(name string) { _ = os.Remove(name) }

// writable tells whether files can be made beside a file.
func writable(name string) bool {
	f, err := os.CreateTemp(filepath.Dir(name), ".check-*")
	if err != nil {
		return false
	}
	drop(f.Name())
	return f.Close() == nil
}

// count reads a whole number that is not negative.
func count(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0
}
