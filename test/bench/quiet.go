package main

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"gpcs/test/failover"
)

const (
	many     = 16
	idleFor  = 60 * time.Second
	spinners = 8
	pauses   = 100
	// paused is how long a node stands still: half of the default token.
	paused = 500 * time.Millisecond
)

// quiet measures how soon sixteen nodes are in one view, and what a cluster
// costs that has nothing to do, without resources and with the tutorial's.
func quiet() error {
	return onNodes("quiet", many, func(c *failover.Cluster) error {
		begin := time.Now()
		if err := c.Setup(); err != nil {
			return err
		}
		fmt.Printf("  = %d nodes: authenticated, set up, started and in one view after %.1f s\n", many, time.Since(begin).Seconds())
		if _, err := say(c, "node1", "pcs cluster stop --all --force"); err != nil {
			return err
		}
		begin = time.Now()
		if _, err := say(c, "node1", "pcs cluster start --all"); err != nil {
			return err
		}
		if err := c.AwaitOnline(patience, c.Nodes()...); err != nil {
			return err
		}
		fmt.Printf("  = %d nodes: in one view %.2f s after 'pcs cluster start --all' was typed\n", many, time.Since(begin).Seconds())
		if err := c.AwaitSettled(patience); err != nil {
			return err
		}
		if err := idleCPU(c, "without resources"); err != nil {
			return err
		}
		if err := c.Resources(); err != nil {
			return err
		}
		return idleCPU(c, "with the tutorial's resources")
	})
}

// onNodes runs a measurement on nodes of its own.
func onNodes(name string, nodes int, run func(c *failover.Cluster) error) error {
	c, err := failover.Up(fmt.Sprintf("bench-%s-%d", name, time.Now().Unix()%1e6), "bin", nodes)
	if err != nil {
		return err
	}
	return errors.Join(run(c), c.Down())
}

// idleCPU prints what part of a processor each daemon uses.
func idleCPU(c *failover.Cluster, what string) error {
	before, err := cpuTimes(c)
	if err != nil {
		return err
	}
	begin := time.Now()
	time.Sleep(idleFor)
	took := time.Since(begin)
	after, err := cpuTimes(c)
	if err != nil {
		return err
	}
	var parts []float64
	sum := 0.0
	for i := range after {
		part := 100 * (after[i] - before[i]).Seconds() / took.Seconds()
		parts, sum = append(parts, part), sum+part
	}
	fmt.Printf("  = idle %s: gpcsd uses %.2f %% of a processor, mean of %d nodes; at most %.2f %%\n",
		what, sum/float64(len(parts)), len(parts), slices.Max(parts))
	return nil
}

// cpuTimes are those that the daemons have used since their start, proc(5).
func cpuTimes(c *failover.Cluster) ([]time.Duration, error) {
	var times []time.Duration
	for _, node := range c.Nodes() {
		text, err := say(c, node, "cat /proc/$(pgrep -xo gpcsd)/stat")
		if err != nil {
			return nil, err
		}
		fields := strings.Fields(text[strings.LastIndex(text, ")")+1:])
		user, _ := strconv.Atoi(fields[11])
		system, _ := strconv.Atoi(fields[12])
		times = append(times, time.Duration(user+system)*10*time.Millisecond) // USER_HZ is 100
	}
	return times, nil
}

// stability counts the views that a cluster goes through while processes
// want more processors than there are, and while nodes stand still for less
// than the token.
func stability(long time.Duration) error {
	return onNodes("stability", 3, func(c *failover.Cluster) error {
		if err := c.Tutorial(); err != nil {
			return err
		}
		before, err := viewOf(c)
		if err != nil {
			return err
		}
		end, err := spin()
		if err != nil {
			return err
		}
		time.Sleep(long)
		end()
		after, err := viewOf(c)
		if err != nil {
			return err
		}
		fmt.Printf("  = %d spinning processes for %v: %d view changes\n", spinners, long, after-before)
		stops := 0
		for n := range pauses {
			if err := pauseOnce(c, c.Nodes()[n%len(c.Nodes())]); err != nil {
				return err
			}
			now, err := viewOf(c)
			if err != nil {
				return err
			}
			if now != after {
				stops++
			}
			after = now
		}
		fmt.Printf("  = %d pauses of a node for %v: %d declared lost\n", pauses, paused, stops)
		return nil
	})
}

func pauseOnce(c *failover.Cluster, node string) error {
	if err := c.Pause(node); err != nil {
		return err
	}
	time.Sleep(paused)
	if err := c.Resume(node); err != nil {
		return err
	}
	time.Sleep(2 * paused) // a loss is found out by then
	return c.AwaitOnline(patience, c.Nodes()...)
}

// viewOf is the number of the installed view.
func viewOf(c *failover.Cluster) (int, error) {
	s, err := c.State(c.Nodes()[0])
	return int(s.View.Counter), err
}

// spin starts processes that never rest; the function ends them.
func spin() (end func(), err error) {
	var started []*exec.Cmd
	end = func() {
		for _, cmd := range started {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	for range spinners {
		cmd := exec.Command("sh", "-c", "while :; do :; done")
		if err := cmd.Start(); err != nil {
			end()
			return nil, err
		}
		started = append(started, cmd)
	}
	return end, nil
}
