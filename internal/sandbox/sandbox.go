package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"

	"golang.org/x/sys/unix"
)

// BaseDir holds a directory for each sandbox.
const BaseDir = "/run/gpcs-sandbox"

// Client is the name under which Run and Dial reach the place from which a
// sandbox is watched: the machine's own files, the bridge's network.
const Client = "client"

// MaxNodes is how many nodes fit into the address plan.
const MaxNodes = 64

// Options say what Up makes.
type Options struct {
	Name  string // several sandboxes live side by side under different names
	Nodes int    // node1, node2, ...
	BMC   bool   // give each node a BMC (IPMI over LAN) on a management network

	Watchdog bool // give each node a watchdog, /dev/watchdog

	// StateDisk, if not 0, gives each node a disk of so many bytes for its state
	// alone, kept over power cycles: one that can be filled up, see StatePath.
	StateDisk int64

	// OwnClocks sets each node's monotonic and boot clocks hours ahead of the
	// machine's, by another time at each boot. The wall clock is the machine's: no
	// namespace has one of its own. It needs unshare(1).
	OwnClocks bool

	// BinDir is the directory with gpcs and gpcsd as the nodes see them. A
	// rebuilt binary is seen at its next start.
	BinDir string

	// Command is what a node's init keeps running; nil leaves the node bare.
	// A node is up when the command says READY=1 (sd_notify(3)).
	Command []string

	// Executable is the program that becomes hub and init; it must call Child
	// first thing. Empty is the running program itself.
	Executable string
}

// Sandbox is one set of nodes. Its methods may be called from several
// processes at once; a lock file puts those that change something in order.
type Sandbox struct {
	name string
	dir  string
	conf config

	children map[int]*exec.Cmd // processes that this value started, by pid
}

// config is what Boot needs to know later on, kept in sandbox.json.
type config struct {
	Nodes      []string `json:"nodes"`
	BMC        bool     `json:"bmc,omitempty"`
	Watchdog   bool     `json:"watchdog,omitempty"`
	StateDisk  int64    `json:"state_disk,omitempty"`
	OwnClocks  bool     `json:"own_clocks,omitempty"`
	BinDir     string   `json:"bin_dir"`
	Command    []string `json:"command"`
	Executable string   `json:"executable"`
}

var (
	// ErrNone is returned where no sandbox of that name exists.
	ErrNone = errors.New("no such sandbox")
	// ErrNotRunning is returned where a node is powered off.
	ErrNotRunning = errors.New("node is not running")
)

var nameRule = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}$`)

// Up makes a sandbox and boots all its nodes. When it fails it takes down what
// it made.
func Up(o Options) (*Sandbox, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Sandbox{name: o.Name, dir: filepath.Join(BaseDir, o.Name), children: map[int]*exec.Cmd{}}
	for i := 1; i <= o.Nodes; i++ {
		s.conf.Nodes = append(s.conf.Nodes, fmt.Sprintf("node%d", i))
	}
	s.conf.BMC, s.conf.Watchdog, s.conf.StateDisk, s.conf.OwnClocks = o.BMC, o.Watchdog, o.StateDisk, o.OwnClocks
	s.conf.BinDir, s.conf.Command, s.conf.Executable = o.BinDir, o.Command, o.Executable
	if running(s.dir) || exists(filepath.Join(s.dir, "sandbox.json")) {
		return nil, fmt.Errorf("sandbox %q is up already; 'gpcs sandbox down' removes it, '--name' makes another one", o.Name)
	}
	if err := s.up(); err != nil {
		return nil, errors.Join(err, Down(o.Name))
	}
	return s, nil
}

func (o *Options) check() error {
	if os.Geteuid() != 0 {
		return errors.New("a sandbox needs root: namespaces, mounts and devices are made; try sudo")
	}
	if o.Name == "" {
		o.Name = "default"
	}
	if !nameRule.MatchString(o.Name) {
		return fmt.Errorf("%q is no name for a sandbox: use small letters, digits and dashes", o.Name)
	}
	if o.Nodes < 1 || o.Nodes > MaxNodes {
		return fmt.Errorf("a sandbox has 1 to %d nodes, not %d", MaxNodes, o.Nodes)
	}
	if o.Executable != "" {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot tell which program this is: %w", err)
	}
	o.Executable = self
	return nil
}

func (s *Sandbox) up() error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	data, err := json.MarshalIndent(s.conf, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.dir, "sandbox.json"), data, 0o600); err != nil {
		return err
	}
	if err := s.startHub(); err != nil {
		return fmt.Errorf("cannot start the sandbox's network: %w", err)
	}
	if s.conf.BMC {
		if err := s.startBMCs(); err != nil {
			return err
		}
	}
	if s.conf.StateDisk > 0 {
		if err := s.each(s.makeStateDisk); err != nil {
			return err
		}
	}
	return s.each(s.boot)
}

// Open returns a sandbox that exists.
func Open(name string) (*Sandbox, error) {
	s := &Sandbox{name: name, dir: filepath.Join(BaseDir, name), children: map[int]*exec.Cmd{}}
	data, err := os.ReadFile(filepath.Join(s.dir, "sandbox.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %q; 'gpcs sandbox up' makes one, 'gpcs sandbox list' shows those that exist", ErrNone, name)
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &s.conf); err != nil {
		return nil, fmt.Errorf("%s: %w", s.dir, err)
	}
	return s, nil
}

// Down ends everything of a sandbox and removes its disks. It needs nothing
// that Up may not have come to, and is no error where there is nothing.
func Down(name string) error {
	if !nameRule.MatchString(name) {
		return fmt.Errorf("%q is no name for a sandbox", name)
	}
	dir := filepath.Join(BaseDir, name)
	for _, p := range findProcesses(dir) {
		if err := killAndWait(p.pid); err != nil {
			return fmt.Errorf("cannot end %s (process %d): %w", p.node, p.pid, err)
		}
	}
	if err := errors.Join(removeCgroup(name, ""), removeStateDisks(dir)); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// List names the sandboxes that exist.
func List() ([]string, error) {
	entries, err := os.ReadDir(BaseDir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	sort.Strings(names)
	return names, nil
}

// Name is the sandbox's name.
func (s *Sandbox) Name() string { return s.name }

// Nodes names all nodes, running or not.
func (s *Sandbox) Nodes() []string { return s.conf.Nodes }

func (s *Sandbox) number(node string) (int, error) {
	for i, n := range s.conf.Nodes {
		if n == node {
			return i + 1, nil
		}
	}
	return 0, fmt.Errorf("sandbox %q has no node %q", s.name, node)
}

// lock keeps other changes of this sandbox out until the returned function is called.
func (s *Sandbox) lock() (func(), error) {
	f, err := os.OpenFile(filepath.Join(s.dir, "lock"), os.O_CREATE|os.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %q", ErrNone, s.name)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}
