package failover

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"gpcs/internal/sandbox"
)

// VIP is the virtual address of the tutorial.
const VIP = "192.168.1.100"

// Cluster is a sandbox whose nodes run gpcsd, and a client beside them.
type Cluster struct {
	*sandbox.Sandbox
	Client *sandbox.Network
}

// Up makes nodes with the programs of a directory; gpcsd runs on each.
func Up(name, bin string, nodes int) (*Cluster, error) {
	return UpWith(bin, sandbox.Options{Name: name, Nodes: nodes})
}

// UpWithBMC is Up, and each node has a BMC.
func UpWithBMC(name, bin string, nodes int) (*Cluster, error) {
	return UpWith(bin, sandbox.Options{Name: name, Nodes: nodes, BMC: true})
}

// UpWithWatchdog is Up, and each node has a watchdog.
func UpWithWatchdog(name, bin string, nodes int) (*Cluster, error) {
	return UpWith(bin, sandbox.Options{Name: name, Nodes: nodes, Watchdog: true})
}

// UpWith is Up with whatever options the sandbox has.
func UpWith(bin string, o sandbox.Options) (*Cluster, error) {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return nil, err
	}
	for _, program := range []string{"gpcs", "gpcsd"} {
		if _, err := os.Stat(filepath.Join(bin, program)); err != nil {
			return nil, fmt.Errorf("%w; 'make build' makes it", err)
		}
	}
	o.BinDir, o.Command, o.Executable = bin, []string{"gpcsd"}, filepath.Join(bin, "gpcs")
	s, err := sandbox.Up(o)
	if err != nil {
		return nil, err
	}
	client, err := s.Network(sandbox.Client)
	if err != nil {
		return nil, errors.Join(err, sandbox.Down(o.Name))
	}
	return &Cluster{s, client}, nil
}

// Down removes the nodes.
func (c *Cluster) Down() error { return errors.Join(c.Client.Close(), sandbox.Down(c.Name())) }

// Lines reads a script of commands, one a line; # starts a comment.
func Lines(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// Type runs a command line on a node as if it was typed there, with the prompt
// before it and what it says after it.
func (c *Cluster) Type(w io.Writer, node, line string) error {
	fmt.Fprintf(w, "[root@%s ~]# %s\n", node, line)
	cmd := c.Command(node, "sh", "-c", line)
	cmd.Stdout, cmd.Stderr = w, w
	if err := c.Run(node, cmd); err != nil {
		return fmt.Errorf("%s: %s: %w", node, line, err)
	}
	return nil
}

// Result is what a command said and how it ended.
type Result struct {
	Stdout, Stderr string
	Code           int
}

// Do runs a program on a node; only a node that does not run is an error.
func (c *Cluster) Do(node string, argv ...string) (Result, error) {
	return c.DoCommand(node, c.Command(node, argv...))
}

// commandPatience is after what time a command is killed.
const commandPatience = 90 * time.Second

// DoCommand is Do with a command that may have its input set.
func (c *Cluster) DoCommand(node string, cmd *exec.Cmd) (Result, error) {
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &errs, time.Second
	err := c.Start(node, cmd)
	if err == nil {
		killer := time.AfterFunc(commandPatience, func() { _ = cmd.Process.Kill() })
		err = cmd.Wait()
		killer.Stop()
	}
	code, ok := sandbox.ExitCode(err)
	if !ok && !errors.Is(err, exec.ErrWaitDelay) {
		return Result{}, fmt.Errorf("cannot run %q on %s: %w", cmd.Args, node, err)
	}
	return Result{out.String(), errs.String(), code}, nil
}

// AwaitSite waits until the site answers at the virtual address, and returns
// the answer.
func (c *Cluster) AwaitSite(patience time.Duration) (Request, error) {
	deadline := time.Now().Add(patience)
	for {
		r := Get(c.Client, VIP)
		if r.Err == nil {
			return r, nil
		}
		if time.Now().After(deadline) {
			return r, fmt.Errorf("http://%s/ does not answer: %w", VIP, r.Err)
		}
		time.Sleep(Every)
	}
}
