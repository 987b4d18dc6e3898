package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"gpcs/internal/sandbox"
)

const sandboxUsage = `
Usage: gpcs sandbox [--name NAME] COMMAND...
Several whole nodes on this machine, to rehearse on. Needs root. Nodes are
called node1, node2, ..., their addresses are 192.168.1.10, .11, ...; the user
hacluster has the password 'hacluster'. 'client' stands for a machine beside
them with the address 192.168.1.1.

Commands:
    up [-n NUMBER] [--bare] [--bmc] [--watchdog]
        Make NUMBER nodes (3) and power them on; gpcsd runs on each of them,
        with --bare nothing does. With --bmc each node has a BMC that speaks
        IPMI over LAN: node1's at 192.168.2.10, node2's at 192.168.2.11, ...,
        user 'admin', password 'secret'. They are on a network of their own,
        which a cut leaves alone. With --watchdog each node has a watchdog,
        /dev/watchdog, which powers the node off if it is not fed.
    down
        Power all nodes off and remove them with their disks.
    list
        Show all sandboxes and their nodes.
    exec NODE|client COMMAND...
        Run a command on a node, with its exit status.
    shell NODE|client
        Open a shell on a node.
    kill NODE
        Power a node off, hard. Its disk is kept.
    start NODE
        Power a node on again.
    cut NODE
        Drop all packets from and to a node; its link stays up.
    heal NODE
        Undo cut.
    pause NODE
        Stop everything that runs on a node (SIGSTOP).
    resume NODE
        Undo pause.
`

// sandboxCall is one command line of gpcs sandbox. It is taken apart here and
// not by ParseWords: options of the command given to exec are none of ours.
type sandboxCall struct {
	Env
	name  string
	nodes int
	bare  bool
	bmc   bool
	dog   bool
}

// sandboxMain carries out "sandbox ..."; argv are the words after that.
func sandboxMain(ctx context.Context, env Env, argv []string) int {
	c := &sandboxCall{Env: env, name: "default", nodes: 3}
	rest, err := c.options(argv)
	if err == nil && len(rest) > 0 && rest[0] == "up" {
		var extra []string
		extra, err = c.options(rest[1:])
		rest = append(rest[:1], extra...)
	}
	if err != nil {
		fmt.Fprintf(env.Stderr, "Error: %v\n", err)
		return 1
	}
	status, err := c.run(ctx, rest)
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprint(env.Stderr, sandboxUsage)
		return 1
	case err != nil:
		fmt.Fprintf(env.Stderr, "Error: %v\n", err)
		return max(status, 1)
	}
	return status
}

// options takes the options at the front of words and returns what follows.
func (c *sandboxCall) options(words []string) ([]string, error) {
	for len(words) > 0 {
		switch word := words[0]; word {
		case "--bare":
			c.bare = true
			words = words[1:]
		case "--bmc":
			c.bmc = true
			words = words[1:]
		case "--watchdog":
			c.dog = true
			words = words[1:]
		case "-n", "--name":
			if len(words) < 2 {
				return nil, fmt.Errorf("option %s requires argument", word)
			}
			if word == "--name" {
				c.name = words[1]
			} else if n, err := strconv.Atoi(words[1]); err == nil {
				c.nodes = n
			} else {
				return nil, fmt.Errorf("-n takes a number of nodes, not '%s'", words[1])
			}
			words = words[2:]
		default:
			return words, nil
		}
	}
	return nil, nil
}

func (c *sandboxCall) run(ctx context.Context, words []string) (int, error) {
	if len(words) == 0 {
		return 0, errUsage
	}
	switch verb := words[0]; {
	case verb == "help" || verb == "-h" || verb == "--help":
		fmt.Fprint(c.Stdout, sandboxUsage)
		return 0, nil
	case verb == "up" && len(words) == 1:
		return 0, c.up()
	case verb == "down" && len(words) == 1:
		return 0, sandbox.Down(c.name)
	case verb == "list" && len(words) == 1:
		return 0, c.list()
	case len(words) < 2:
		return 0, errUsage
	case verb == "exec" && len(words) > 2:
		return c.exec(ctx, words[1], words[2:])
	case verb == "shell" && len(words) == 2:
		return c.exec(ctx, words[1], []string{"bash"})
	case len(words) == 2:
		return 0, c.act(verb, words[1])
	}
	return 0, errUsage
}

func (c *sandboxCall) up() error {
	bin, command, err := nodePrograms(c.bare)
	if err != nil {
		return err
	}
	s, err := sandbox.Up(sandbox.Options{Name: c.name, Nodes: c.nodes, BMC: c.bmc, Watchdog: c.dog, BinDir: bin, Command: command})
	if err != nil {
		return err
	}
	return c.show(s)
}

// nodePrograms finds the directory of this program and what a node shall run.
func nodePrograms(bare bool) (bin string, command []string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return "", nil, err
	}
	bin = filepath.Dir(self)
	if bare {
		return bin, nil, nil
	}
	if _, err := os.Stat(filepath.Join(bin, "gpcsd")); err != nil {
		return "", nil, fmt.Errorf("gpcsd is not beside gpcs in %s; 'make build' makes both, --bare does without", bin)
	}
	return bin, []string{"gpcsd"}, nil
}

func (c *sandboxCall) list() error {
	names, err := sandbox.List()
	if err != nil {
		return err
	}
	for _, name := range names {
		s, err := sandbox.Open(name)
		if errors.Is(err, sandbox.ErrNone) {
			fmt.Fprintf(c.Stdout, "%s: incomplete; 'gpcs sandbox --name %s down' removes it\n", name, name)
			continue
		}
		if err != nil {
			return err
		}
		if err := c.show(s); err != nil {
			return err
		}
	}
	return nil
}

func (c *sandboxCall) show(s *sandbox.Sandbox) error {
	fmt.Fprintf(c.Stdout, "%s:\n", s.Name())
	for i, node := range s.Nodes() {
		state, err := s.State(node)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.Stdout, "  %s %s %s\n", node, sandbox.Address(i+1), state)
	}
	return nil
}

// nodeVerbs are the verbs that take a node and nothing else.
var nodeVerbs = map[string]func(s *sandbox.Sandbox, node string) error{
	"kill":   func(s *sandbox.Sandbox, node string) error { _, err := s.Kill(node); return err },
	"start":  (*sandbox.Sandbox).Boot,
	"cut":    func(s *sandbox.Sandbox, node string) error { _, err := s.Cut(node); return err },
	"heal":   (*sandbox.Sandbox).Heal,
	"pause":  (*sandbox.Sandbox).Pause,
	"resume": (*sandbox.Sandbox).Resume,
}

func (c *sandboxCall) act(verb, node string) error {
	do, known := nodeVerbs[verb]
	if !known {
		return errUsage
	}
	s, err := sandbox.Open(c.name)
	if err != nil {
		return err
	}
	return do(s, node)
}

// exec runs a command on a node with this process's input and output.
func (c *sandboxCall) exec(ctx context.Context, node string, argv []string) (int, error) {
	s, err := sandbox.Open(c.name)
	if err != nil {
		return 0, err
	}
	cmd := s.Command(node, argv...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, c.Stdout, c.Stderr
	if in, ok := c.Stdin.(*os.File); ok && term.IsTerminal(int(in.Fd())) && argv[0] == "bash" {
		cmd.SysProcAttr.Foreground, cmd.SysProcAttr.Ctty = true, int(in.Fd())
	}
	if err := s.Start(node, cmd); err != nil {
		return exitOf(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Signal(unix.SIGTERM) })
	defer stop()
	return exitOf(cmd.Wait())
}

func exitOf(err error) (int, error) {
	status, ok := sandbox.ExitCode(err)
	var missing *exec.Error
	if !ok || errors.As(err, &missing) {
		return status, err
	}
	return status, nil
}
