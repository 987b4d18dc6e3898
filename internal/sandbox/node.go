package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// State is what can be said of a node from outside.
type State string

// The states of a node.
const (
	Off     State = "off"
	Running State = "running"
	IsCut   State = "cut"
	Paused  State = "paused"
)

// Boot powers a node on: its disk is as it was, its /run and /tmp are empty. It
// returns when the node's command is ready.
func (s *Sandbox) Boot(node string) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := s.leader(node); err == nil {
		return fmt.Errorf("%s runs already", node)
	}
	return s.boot(node)
}

func (s *Sandbox) boot(node string) error {
	number, err := s.number(node)
	if err != nil {
		return err
	}
	hub, err := s.leader(Client)
	if err != nil {
		return err
	}
	wiring := func(pid int) error {
		if err := plug(hub, pid, cable{node, number, false}); err != nil || !s.conf.BMC {
			return err
		}
		return plug(hub, pid, cable{node, number, true})
	}
	flags := uintptr(unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWPID | unix.CLONE_NEWNET)
	if err := s.launch(wordInit, node, flags, wiring); err != nil {
		return fmt.Errorf("%s does not come up: %w", node, err)
	}
	return nil
}

func (s *Sandbox) startHub() error {
	return s.launch(wordHub, Client, unix.CLONE_NEWNS|unix.CLONE_NEWUTS|unix.CLONE_NEWNET, s.wireHub)
}

// each does something with all nodes at once.
func (s *Sandbox) each(f func(node string) error) error {
	errs := make([]error, len(s.conf.Nodes))
	var wg sync.WaitGroup
	for i, node := range s.conf.Nodes {
		wg.Go(func() { errs[i] = f(node) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// birth is what a child is told once its network stands. It ends by itself if
// it hears nothing: whoever started it was killed.
type birth struct {
	Dir     string   `json:"dir"`
	Node    string   `json:"node"`
	Nodes   []string `json:"nodes"`
	BinDir  string   `json:"bin_dir"`
	Command []string `json:"command"`
	// StateDisk says that the node has a disk of its own for its state.
	StateDisk bool `json:"state_disk,omitempty"`
	Watchdog  bool `json:"watchdog,omitempty"`
}

// readyWord is what a child answers when it is up; anything else is an error.
const readyWord = "ready"

// launch starts the hub or a node's init in new namespaces, lets wire give it a
// network, and waits until it says that it is ready.
func (s *Sandbox) launch(kind, node string, flags uintptr, wire func(pid int) error) error {
	tell, told, err := os.Pipe()
	if err != nil {
		return err
	}
	defer told.Close()
	hear, heard, err := os.Pipe()
	if err != nil {
		return errors.Join(err, tell.Close())
	}
	defer hear.Close()
	log, err := os.OpenFile(filepath.Join(s.dir, node+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return errors.Join(err, tell.Close(), heard.Close())
	}
	cmd := &exec.Cmd{
		Path: s.conf.Executable, Args: []string{"gpcs", wordSandbox, kind, s.dir, node}, Dir: "/",
		Env: nodeEnvironment(), Stdin: tell, Stdout: heard, Stderr: log,
		SysProcAttr: &unix.SysProcAttr{Cloneflags: flags, Setsid: true},
	}
	if s.conf.OwnClocks && kind == wordInit {
		if err := ownClocks(cmd); err != nil {
			return errors.Join(err, tell.Close(), heard.Close(), log.Close())
		}
	}
	if group := makeCgroup(s.name, node); group != nil {
		defer group.Close()
		cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(group.Fd())
	}
	err = errors.Join(cmd.Start(), tell.Close(), heard.Close(), log.Close())
	if err != nil {
		return err
	}
	s.remember(cmd)
	if err := wire(cmd.Process.Pid); err != nil {
		return err
	}
	data, err := json.Marshal(birth{s.dir, node, s.conf.Nodes, s.conf.BinDir, s.conf.Command, s.conf.StateDisk > 0, s.conf.Watchdog})
	if err != nil {
		return err
	}
	if _, err := told.Write(data); err != nil {
		return err
	}
	told.Close()
	return listen(hear)
}

// ownClocks has a process started with clocks of its own.
func ownClocks(cmd *exec.Cmd) error {
	unshare, err := exec.LookPath("unshare")
	if err != nil {
		return err
	}
	ahead := func() string { return strconv.Itoa(3600 + rand.IntN(1e6)) } // s
	cmd.Args = append([]string{"unshare", "--time", "--monotonic", ahead(), "--boottime", ahead(), "--", cmd.Path}, cmd.Args[1:]...)
	cmd.Path = unshare
	return nil
}

// listen waits for the child's answer.
func listen(hear *os.File) error {
	answer, err := io.ReadAll(hear)
	if err != nil {
		return err
	}
	switch text := strings.TrimSpace(string(answer)); text {
	case readyWord:
		return nil
	case "":
		return errors.New("it ended without a word")
	default:
		return errors.New(text)
	}
}

var childrenMutex sync.Mutex

func (s *Sandbox) remember(cmd *exec.Cmd) {
	childrenMutex.Lock()
	defer childrenMutex.Unlock()
	s.children[cmd.Process.Pid] = cmd
}

// bury reaps a dead child of this process, if it is one.
func (s *Sandbox) bury(pid int) {
	childrenMutex.Lock()
	cmd := s.children[pid]
	delete(s.children, pid)
	childrenMutex.Unlock()
	if cmd != nil {
		_ = cmd.Wait() // killed, as was wanted
	}
}

// Kill powers a node off, hard: the cable goes first, in one step, then
// everything that runs. It returns the time at which the cable went.
func (s *Sandbox) Kill(node string) (time.Time, error) {
	unlock, err := s.lock()
	if err != nil {
		return time.Time{}, err
	}
	defer unlock()
	leader, err := s.leader(node)
	if err != nil {
		return time.Time{}, err
	}
	hub, err := s.leader(Client)
	if err != nil {
		return time.Time{}, err
	}
	h, err := handle(hub)
	if err != nil {
		return time.Time{}, err
	}
	defer h.Close()
	if link, err := h.LinkByName(portName(node)); err == nil {
		err = h.LinkSetDown(link)
		if err != nil {
			return time.Time{}, err
		}
	}
	at := time.Now()
	if err := killAndWait(leader); err != nil {
		return at, fmt.Errorf("cannot end %s: %w", node, err)
	}
	s.bury(leader)
	return at, errors.Join(unplug(h, portName(node)), removeCgroup(s.name, node))
}

// Cut drops every frame from and to the node; its link stays up. It returns
// the time at which it struck.
func (s *Sandbox) Cut(node string) (time.Time, error) {
	err := s.setPortState(node, portDisabled)
	return time.Now(), err
}

// Heal undoes Cut.
func (s *Sandbox) Heal(node string) error { return s.setPortState(node, portForwarding) }

// Pause stops everything that runs in a node (SIGSTOP); its network stack lives on.
func (s *Sandbox) Pause(node string) error {
	leader, err := s.leader(node)
	if err != nil {
		return err
	}
	told := map[int]bool{}
	for again := true; again; { // until nothing new was born meanwhile
		again = false
		pids, err := members(leader)
		if err != nil {
			return err
		}
		for _, pid := range pids {
			if stopped(pid) || (told[pid] && waiting(pid)) {
				continue
			}
			again, told[pid] = true, true
			_ = unix.Kill(pid, unix.SIGSTOP) // it may be gone
		}
	}
	return nil
}

// Resume undoes Pause.
func (s *Sandbox) Resume(node string) error {
	leader, err := s.leader(node)
	if err != nil {
		return err
	}
	pids, err := members(leader)
	if err != nil {
		return err
	}
	for _, pid := range pids {
		_ = unix.Kill(pid, unix.SIGCONT) // it may be gone
	}
	return nil
}

// State tells how a node is.
func (s *Sandbox) State(node string) (State, error) {
	if _, err := s.number(node); err != nil {
		return Off, err
	}
	leader, err := s.leader(node)
	if err != nil {
		return Off, nil
	}
	if stopped(leader) {
		return Paused, nil
	}
	if hub, err := s.leader(Client); err == nil && isCut(hub, node) {
		return IsCut, nil
	}
	return Running, nil
}
