package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
	"gpcs/test/nemesis/history"
)

// fault is one kind of harm.
type fault struct {
	name  string
	pick  func(dice *rand.Rand, nodes []string) []string
	begin func(r *run, nodes []string) (undo func() error, err error)
}

var allFaults = []fault{
	{"cut", some(1), cut},
	{"partition", half, partition},
	{"one-way", some(2), oneWay},
	{"deaf", some(1), deaf},
	{"pair", some(2), pair},
	{"loss", some(1), loss},
	{"slow", some(1), slow},
	{"pause", some(1), pause},
	{"stop-daemon", some(1), stopDaemon},
	{"kill-daemon", some(1), killDaemon},
	{"kill-all-daemons", all, killDaemon},
	{"power", some(1), power},
	{"power-two", some(2), power},
	{"disk-full", some(1), diskFull},
	{"all-disks-full", half, diskFull},
	{"leave", some(1), leave},
	{"standby", some(1), standby},
	{"token", some(1), token},
	{"key", some(1), key},
}

func some(n int) func(*rand.Rand, []string) []string {
	return func(dice *rand.Rand, nodes []string) []string {
		var list []string
		for _, i := range dice.Perm(len(nodes))[:n] {
			list = append(list, nodes[i])
		}
		return list
	}
}

// half is the smaller half of the nodes.
func half(dice *rand.Rand, nodes []string) []string { return some((len(nodes)-1)/2)(dice, nodes) }

func all(_ *rand.Rand, nodes []string) []string { return nodes }

// cut disables a node's port: it reaches nobody, the client neither.
func cut(r *run, nodes []string) (func() error, error) {
	if _, err := r.c.Cut(nodes[0]); err != nil {
		return nil, err
	}
	return func() error {
		err := r.c.Heal(nodes[0])
		if errors.Is(err, sandbox.ErrNotRunning) {
			err = nil // it gets a new cable
		}
		return err
	}, nil
}

// partition parts some nodes from the others.
func partition(r *run, nodes []string) (func() error, error) {
	inside := map[string]bool{}
	for _, n := range nodes {
		inside[n] = true
	}
	var matches []string
	for _, a := range r.c.Nodes() {
		for _, b := range r.c.Nodes() {
			if inside[a] != inside[b] {
				matches = append(matches, between(a, b))
			}
		}
	}
	return r.rules.add(matches...)
}

// oneWay drops what goes from one node to another, not what comes back.
func oneWay(r *run, nodes []string) (func() error, error) {
	return r.rules.add(between(nodes[0], nodes[1]))
}

// deaf drops all that goes to a node; the others hear it.
func deaf(r *run, nodes []string) (func() error, error) {
	return r.rules.add("oifname " + port(nodes[0]))
}

// pair breaks the way between two nodes, in both directions.
func pair(r *run, nodes []string) (func() error, error) {
	return r.rules.add(between(nodes[0], nodes[1]), between(nodes[1], nodes[0]))
}

// loss drops some of all packets from and to a node.
func loss(r *run, nodes []string) (func() error, error) {
	dice := fmt.Sprintf(" numgen random mod 100 < %d", 10+r.dice.IntN(60))
	return r.rules.add("iifname "+port(nodes[0])+dice, "oifname "+port(nodes[0])+dice)
}

// slow makes packets to a node wait for up to 400 ms.
func slow(r *run, nodes []string) (func() error, error) {
	return shape(r.c, nodes[0], []string{"40kbit", "100kbit", "300kbit"}[r.dice.IntN(3)])
}

// obey is how long a node that stood still may take to do what it must.
const obey = 500 * time.Millisecond

// excuse notes that a node was not alive to obey from a time until now and a
// little more.
func (r *run) excuse(node string, begun time.Duration) {
	r.Add(history.Event{Kind: history.Excuse, Node: node, Begun: begun, Ended: r.Now() + obey})
}

// pause stops everything that runs on a node.
func pause(r *run, nodes []string) (func() error, error) {
	begun := r.Now()
	r.typing.Lock()
	err := r.c.Pause(nodes[0])
	r.typing.Unlock()
	if err != nil {
		return nil, err
	}
	return func() error {
		err := r.c.Resume(nodes[0])
		r.excuse(nodes[0], begun)
		if errors.Is(err, sandbox.ErrNotRunning) {
			return nil
		}
		return err
	}, nil
}

// stopDaemon stops gpcsd alone; what it manages runs on.
func stopDaemon(r *run, nodes []string) (func() error, error) {
	begun := r.Now()
	if err := r.signal(nodes[0], "-STOP"); err != nil {
		return nil, err
	}
	return func() error {
		_ = r.signal(nodes[0], "-CONT") // it may have been killed meanwhile
		r.excuse(nodes[0], begun)
		return nil
	}, nil
}

func (r *run) signal(node, signal string) error {
	said, err := r.c.Do(node, "pkill", signal, "-x", "gpcsd")
	if err == nil && said.Code != 0 {
		err = fmt.Errorf("pkill: status %d", said.Code)
	}
	return err
}

// killDaemon kills gpcsd, at once on all the nodes; init starts it again.
func killDaemon(r *run, nodes []string) (func() error, error) {
	begun := r.Now()
	for _, node := range nodes {
		if err := r.signal(node, "-KILL"); err != nil {
			return nil, err
		}
	}
	for _, node := range nodes {
		if err := r.awaitDaemon(node); err != nil {
			return nil, err
		}
		r.excuse(node, begun)
	}
	return func() error { return nil }, nil
}

// awaitDaemon waits until a node's daemon answers.
func (r *run) awaitDaemon(node string) error {
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		_, err := r.c.State(node)
		if err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

// power switches nodes off, hard, and on again.
func power(r *run, nodes []string) (func() error, error) {
	var off []string
	for _, node := range nodes {
		begun := r.Now()
		if _, err := r.c.Kill(node); err == nil {
			r.holds.gone(node)
			r.excuse(node, begun)
			off = append(off, node)
		}
	}
	if len(off) == 0 {
		return nil, sandbox.ErrNotRunning
	}
	return func() error {
		for _, node := range off {
			if err := r.c.Boot(node); err != nil {
				return err
			}
			if err := r.knock(node); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// diskFull leaves nodes no room for their state.
func diskFull(r *run, nodes []string) (func() error, error) {
	for _, node := range nodes {
		if err := fill(filepath.Join(r.c.StatePath(node), "filler")); err != nil {
			return nil, err
		}
	}
	return func() error {
		var errs []error
		for _, node := range nodes {
			err := os.Remove(filepath.Join(r.c.StatePath(node), "filler"))
			if !errors.Is(err, os.ErrNotExist) { // else another one did it
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	}, nil
}

// fill writes until nothing more fits.
func fill(name string) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, unix.ENOSPC) {
			size /= 2
		} else if err != nil {
			return err
		}
	}
	return nil
}

// leave stops cluster services as an administrator does, and starts them.
func leave(r *run, nodes []string) (func() error, error) {
	if err := r.enter(nodes[0], "pcs cluster stop --force"); err != nil {
		return nil, err
	}
	return func() error { return r.enter(nodes[0], "pcs cluster start") }, nil
}

// standby sends a node's resources away.
func standby(r *run, nodes []string) (func() error, error) {
	if err := r.enter(nodes[0], "pcs node standby "+nodes[0]); err != nil {
		return nil, err
	}
	return func() error {
		// Where the cluster cannot take it now it is done before it has to converge.
		if err := r.enter(nodes[0], "pcs node unstandby "+nodes[0]); err != nil {
			r.Note("%v", err)
		}
		return nil
	}, nil
}

// token changes the time after which nodes are lost, while it is counted. It is
// put right when all nodes can be reached again.
func token(r *run, nodes []string) (func() error, error) {
	const update = "pcs cluster config update totem token="
	r.later = append(r.later, "pcs cluster sync", update+"1000")
	err := r.enter(nodes[0], update+[]string{"600", "1500", "3000"}[r.dice.IntN(3)])
	return func() error { return nil }, err
}

// key gives the cluster another key; a node that did not take it gets one later.
func key(r *run, nodes []string) (func() error, error) {
	const renew = "pcs cluster authkey corosync"
	r.later = append(r.later, renew)
	return func() error { return nil }, r.enter(nodes[0], renew)
}

// administer does what has to wait until all nodes can be reached.
func (r *run) administer() error {
	for _, line := range r.later {
		var err error
		for deadline := time.Now().Add(healed); ; time.Sleep(200 * time.Millisecond) {
			var said failover.Result
			if said, err = r.c.Do(r.c.Nodes()[0], "timeout", "12", "sh", "-c", line); err == nil && said.Code == 0 {
				break
			}
			if err == nil {
				err = fmt.Errorf("%s: status %d: %s", line, said.Code, said.Stderr)
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("not within %v after a heal: %w", healed, err)
			}
		}
	}
	r.later = nil
	return nil
}

// enter runs a command on a node. What it does not do in its time is no fault
// of it: the network may be broken, too few nodes may be left.
func (r *run) enter(node, line string) error {
	said, err := r.c.Do(node, "timeout", "12", "sh", "-c", line)
	if err == nil && said.Code != 0 && said.Code != 124 {
		err = fmt.Errorf("%s: %s: status %d: %s", node, line, said.Code, said.Stderr)
	}
	return err
}
