package quorum

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// scripts is how many are compared where VQSIM_SCRIPTS sets no other
	// number; VQSIM_SEED runs a single one.
	scripts = 40
	// steps is the number of states compared in one script.
	steps = 9
)

// tally counts what came of the scripts.
type tally struct {
	mu       sync.Mutex
	scripts  int
	whole    int // scripts that agree at every step
	steps    int
	agreed   int
	open     int // of those, where nodes are left open that corosync tells late
	known    map[string]int
	differed int
}

func (a *tally) add(b *tally) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.scripts++
	if b.agreed == b.steps {
		a.whole++
	}
	a.steps, a.agreed, a.open, a.differed = a.steps+b.steps, a.agreed+b.agreed, a.open+b.open, a.differed+b.differed
	for why, n := range b.known {
		a.known[why] += n
	}
}

func (a *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d scripts, of which %d agree at every step; %d steps compared, %d agree, %d differ without a known cause\n",
		a.scripts, a.whole, a.steps, a.agreed, a.differed)
	fmt.Fprintf(&b, "in %d of those that agree, nodes that corosync tells only at the next change are left open\n", a.open)
	for _, why := range slices.Sorted(maps.Keys(a.known)) {
		fmt.Fprintf(&b, "%4d steps differ: %s\n", a.known[why], why)
	}
	return b.String()
}

// The peer's own simulator and our arithmetic agree, after each join and loss
// of generated scripts, on who is quorate.
func TestAgainstVotequorum(t *testing.T) {
	if _, err := exec.LookPath("corosync-vqsim"); err != nil {
		t.Skip("NOT RUN: corosync-vqsim is not installed: votequorum's own simulator cannot be asked")
	}
	if testing.Short() {
		t.Skip("NOT RUN with -short: corosync-vqsim takes a second for each script")
	}
	first, count := uint64(0), uint64(scripts)
	if n, err := strconv.ParseUint(os.Getenv("VQSIM_SCRIPTS"), 10, 64); err == nil {
		count = n
	}
	if seed, err := strconv.ParseUint(os.Getenv("VQSIM_SEED"), 10, 64); err == nil {
		first, count = seed, 1
	}
	sum := &tally{known: map[string]int{}}
	t.Run("scripts", func(t *testing.T) {
		for seed := first; seed < first+count; seed++ {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				compare(t, seed, sum)
			})
		}
	})
	if os.Getenv("VQSIM_SCRIPTS") != "" {
		fmt.Print(sum) // for make vqsim
	}
	t.Log(sum)
}

// compare runs one script. Where corosync-vqsim answers otherwise it is asked
// again from the beginning: its processes race, and what it says then varies.
func compare(t *testing.T, seed uint64, sum *tally) {
	var one *tally
	for try := range 3 {
		c := &comparison{t: t, script: newScript(seed), tally: &tally{known: map[string]int{}}}
		differs := c.run()
		if one = c.tally; differs == "" {
			break
		}
		if try == 2 {
			t.Error(differs)
		}
	}
	sum.add(one)
}

// comparison is one script on its way through both.
type comparison struct {
	*script
	*tally
	t   *testing.T
	p   *peer
	log []string // since both began afresh
}

// begin starts both afresh, all nodes up.
func (c *comparison) begin() map[uint32]string {
	if c.p != nil {
		c.p.end()
	}
	c.reset()
	c.p, c.log = startPeer(c.t, c.conf, c.ghost), nil
	return c.m.judge()
}

// run returns how the two differ, "" where they do not or it is known why.
// After a step with a known cause both begin afresh: what they remember is
// no longer the same.
func (c *comparison) run() string {
	want := c.begin()
	defer func() { c.p.end() }()
	for c.tally.steps < steps {
		fresh, differs := c.look(want)
		if differs != "" {
			c.differed++
			return differs
		}
		if fresh {
			_ = c.begin() // what comes next is compared
		}
		if c.cfg.LastManStanding {
			time.Sleep(2 * window * time.Millisecond)
		}
		for {
			if line := c.step(); line != "" {
				c.log = append(c.log, line)
				c.p.say(line)
				break
			}
		}
		want = c.m.judge()
	}
	return ""
}

// look compares one state; afresh says that it was not comparable, or may not
// be from now on.
func (c *comparison) look(want map[uint32]string) (afresh bool, differs string) {
	patience := 4 * time.Second
	if c.m.why != "" {
		patience = time.Second
	}
	got, same := c.p.expect(want, patience)
	c.tally.steps++
	why := c.m.why
	switch {
	case same:
		c.agreed++
		if slices.Contains(slices.Collect(maps.Values(want)), "") {
			c.open++
		}
		return why != "", ""
	case why == "" && contradicts(got):
		why = whyItself
	}
	if why != "" {
		c.known[why]++
		return true, ""
	}
	return false, fmt.Sprintf("after %q:\n votequorum: %v\n we:         %v\nmemory %+v\n%s", c.log, got, want, c.m.memory, c.conf)
}
