package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"gpcs/internal/sandbox"
	"gpcs/test/failover"
	"gpcs/test/nemesis/history"
)

// stateDisk is the size of the nodes' disks for state: small enough to fill
// up in no time.
const stateDisk = 24 << 20

// run is one run of the nemesis. Its main goroutine does the harm.
type run struct {
	*history.Recorder
	c      *failover.Cluster
	dice   *rand.Rand
	faults []fault
	rules  rules
	holds  *holds
	doors  map[string]*door
	later  []string // lines for an administrator to type when nothing is broken
	logs   string   // directory for the daemons' logs of a failed run

	stop    chan struct{} // closed to end clients and watchers
	wg      sync.WaitGroup
	typing  sync.Mutex   // held while a command is started or a node is stopped: one that is stopped while it starts would stop us
	clients sync.RWMutex // held for reading by each operation of a client; all pause while it is held for writing
}

func (r *run) setUp(name, bin string, nodes int, only string) (err error) {
	if nodes < 3 {
		return errors.New("3 nodes are the least: without a majority there is nothing to judge")
	}
	for _, f := range allFaults {
		if only == "" || slices.Contains(strings.Split(only, ","), f.name) {
			r.faults = append(r.faults, f)
		}
	}
	if len(r.faults) == 0 {
		return fmt.Errorf("there are no faults called %s", only)
	}
	if r.c, err = failover.UpWith(bin, sandbox.Options{Name: name, Nodes: nodes, StateDisk: stateDisk, OwnClocks: true}); err != nil {
		return err
	}
	if err := r.c.Tutorial(); err != nil {
		return err
	}
	r.rules.hub = r.c
	if err := r.rules.begin(); err != nil {
		return err
	}
	if r.holds, err = r.watchHolds(); err != nil {
		return err
	}
	r.doors = map[string]*door{}
	for _, node := range r.c.Nodes() {
		r.doors[node] = newDoor(node)
		if err := r.knock(node); err != nil {
			return err
		}
	}
	r.wg.Go(r.watchSite)
	r.startClients()
	return nil
}

// knock takes a node that was booted into use.
func (r *run) knock(node string) error {
	socket, err := r.c.Path(node, "/run/pcsd.socket")
	if err == nil {
		r.doors[node].moved(socket)
		err = r.holds.look(r.c, node)
	}
	return err
}

// harm does faults until the time is over, and heals after each.
func (r *run) harm(long time.Duration, interrupt <-chan os.Signal) error {
	for end := time.Now().Add(long); time.Now().Before(end); {
		if err := errors.Join(r.round(), r.administer()); err != nil {
			return err
		}
		if err := r.converge(); err != nil {
			return err
		}
		select {
		case <-interrupt:
			r.Note("interrupted")
			return nil
		case <-time.After(time.Duration(r.dice.IntN(1000)) * time.Millisecond):
		}
	}
	return nil
}

// round does one fault, or several that overlap, and undoes them.
func (r *run) round() error {
	n := []int{1, 1, 1, 1, 1, 2, 2, 2, 3}[r.dice.IntN(9)]
	var errs []error
	var undo []func()
	for range n {
		f := r.faults[r.dice.IntN(len(r.faults))]
		nodes := f.pick(r.dice, r.c.Nodes())
		begun := r.Now()
		heal, err := f.begin(r, nodes)
		if err != nil {
			r.Note("%s of %v: %v", f.name, nodes, err)
			continue // its node is off by another one, or the like
		}
		fmt.Printf("%8.1f s %s %s\n", begun.Seconds(), f.name, strings.Join(nodes, " "))
		undo = append(undo, func() {
			if err := heal(); err != nil {
				errs = append(errs, fmt.Errorf("%s of %v cannot be undone: %w", f.name, nodes, err))
			}
			r.Add(history.Event{Kind: history.Fault, Name: f.name, Nodes: nodes, Begun: begun, Ended: r.Now()})
		})
		time.Sleep(time.Duration(r.dice.IntN(700)) * time.Millisecond)
	}
	// Mostly shorter or a little longer than what the token and the guard time are.
	long := time.Duration(200+r.dice.IntN(3800)) * time.Millisecond
	if r.dice.IntN(6) == 0 {
		long += 6 * time.Second
	}
	time.Sleep(long)
	r.dice.Shuffle(len(undo), func(i, j int) { undo[i], undo[j] = undo[j], undo[i] })
	for _, heal := range undo {
		heal()
	}
	return errors.Join(errs...)
}

// verdict ends all that goes on, judges, and prints.
func (r *run) verdict(err error) []string {
	close(r.stop)
	r.wg.Wait()
	if r.holds != nil {
		r.holds.end()
	}
	if r.c != nil {
		r.excuseStalls()
	}
	violations := history.Check(r.Events())
	fmt.Print(history.Summary(r.Events()))
	for _, v := range violations {
		fmt.Println("VIOLATION:", v)
	}
	if err == nil && len(violations) == 0 {
		fmt.Println("verdict: no violation")
	}
	return violations
}

// stalled is how long before a node says that it stood still it may have done so.
const stalled = 2 * time.Second

var stallLine = regexp.MustCompile(`(?m)^time=(\S+) .*msg="this node stood still`)

// excuseStalls notes when nodes stood still that nobody had stopped: this
// machine was too busy to run them.
func (r *run) excuseStalls() {
	for _, node := range r.c.Nodes() {
		text, err := os.ReadFile(r.c.DiskPath(node, "/var/log/gpcsd.log"))
		if err != nil {
			continue // it has logged nothing
		}
		for _, m := range stallLine.FindAllSubmatch(text, -1) {
			if at, err := time.Parse(time.RFC3339Nano, string(m[1])); err == nil {
				r.Add(history.Event{Kind: history.Excuse, Node: node, Name: history.Stall, Begun: r.At(at) - stalled, Ended: r.At(at) + obey})
			}
		}
	}
}

// tearDown removes the nodes; of a failed run it keeps what the daemons logged.
func (r *run) tearDown(failed bool) error {
	if r.c == nil {
		return nil
	}
	var errs []error
	if failed {
		errs = append(errs, os.MkdirAll(r.logs, 0o755))
		for _, node := range r.c.Nodes() {
			text, err := os.ReadFile(r.c.DiskPath(node, "/var/log/gpcsd.log"))
			errs = append(errs, err, os.WriteFile(filepath.Join(r.logs, node+".log"), text, 0o644))
		}
	}
	return errors.Join(append(errs, r.c.Down())...)
}
