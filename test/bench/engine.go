package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gpcs/test/recordings"
)

// shapes are the generated clusters that the engines are timed on.
var shapes = []struct {
	name string
	args []string
	slow bool // costs the real program minutes: it is left out
}{
	{"16 nodes, 200 resources, a node lost", []string{"-n", "16", "-r", "200", "-s", "failover"}, false},
	{"32 nodes, 1000 resources, a node lost", []string{"-n", "32", "-r", "1000", "-s", "failover"}, false},
	{"64 nodes, 5000 resources, a node lost", []string{"-n", "64", "-r", "5000", "-s", "failover"}, false},
	{"16 nodes, 200 resources, start with probes", []string{"-n", "16", "-r", "200", "-s", "start", "--probes", "all"}, false},
	{"32 nodes, 400 resources, start with probes", []string{"-n", "32", "-r", "400", "-s", "start", "--probes", "all"}, false},
	{"32 nodes, 1000 resources, start with probes", []string{"-n", "32", "-r", "1000", "-s", "start", "--probes", "all"}, true},
}

const (
	engineRuns = 5
	// enoughCPU ends the repetitions of a program that is slow anyway.
	enoughCPU = 20 * time.Second
)

// engines times our crm_simulate and the real one, whole process against
// whole process, on the same inputs. The real one is left out where it is not
// installed.
func engines() error {
	generator, err := recordings.Find("lab/gen-cib")
	if errors.Is(err, recordings.ErrMissing) {
		fmt.Println("engine: LEFT OUT, the generator of clusters is not at ../shared beside the repository")
		return nil
	}
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-engine")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ours := filepath.Join(dir, "crm_simulate")
	binary, err := filepath.Abs("bin/gpcs")
	if err != nil {
		return err
	}
	if err := os.Symlink(binary, ours); err != nil {
		return err
	}
	theirs, _ := exec.LookPath("/usr/sbin/crm_simulate")
	fmt.Printf("%-44s %8s %10s %14s %8s\n", "median CPU seconds", "actions", "ours", "crm_simulate", "times")
	var grown []growth
	for _, s := range shapes {
		input := filepath.Join(dir, "input.xml")
		if err := generate(generator, input, s.args); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		a, _, err := timeEngine(ours, input)
		if err != nil {
			return err
		}
		actions, err := countActions(ours, input, filepath.Join(dir, "graph.xml"))
		if err != nil {
			return err
		}
		if strings.Contains(s.name, "start") {
			grown = append(grown, growth{actions, a})
		}
		if theirs == "" || s.slow {
			fmt.Printf("%-44s %8d %10.3f %14s\n", s.name, actions, a.Seconds(), "not run")
			continue
		}
		b, runs, err := timeEngine(theirs, input)
		if err != nil {
			return err
		}
		fmt.Printf("%-44s %8d %10.3f %14.3f %8.1f", s.name, actions, a.Seconds(), b.Seconds(), b.Seconds()/a.Seconds())
		if runs < engineRuns {
			fmt.Printf("  (crm_simulate: %d runs)", runs)
		}
		fmt.Println()
	}
	fmt.Printf("at a start with probes ours grows with the power %.2f of the number of actions\n", exponent(grown))
	return nil
}

// generate writes a cluster as the generator makes it.
func generate(generator, file string, args []string) error {
	var text, note bytes.Buffer
	gen := exec.Command(generator, args...)
	gen.Stdout, gen.Stderr = &text, &note
	if err := gen.Run(); err != nil {
		return fmt.Errorf("%w: %s", err, note.String())
	}
	return os.WriteFile(file, text.Bytes(), 0o600)
}

// growth is what a number of actions cost.
type growth struct {
	actions int
	cpu     time.Duration
}

// exponent fits a power law through the points: least squares of logarithms.
func exponent(points []growth) float64 {
	var n, sx, sy, sxx, sxy float64
	for _, p := range points {
		x, y := math.Log(float64(p.actions)), math.Log(p.cpu.Seconds())
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// countActions returns how many actions the graph of an input has.
func countActions(program, input, graph string) (int, error) {
	if out, err := exec.Command(program, "-x", input, "-S", "-Q", "-G", graph).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%s: %w: %s", program, err, out[:min(len(out), 500)])
	}
	text, err := os.ReadFile(graph)
	return bytes.Count(text, []byte("<action_set>")), err
}

// timeEngine returns the median CPU time of a program's runs and their number.
func timeEngine(program, input string) (median time.Duration, runs int, err error) {
	var times []time.Duration
	total := time.Duration(0)
	for len(times) < engineRuns && total < enoughCPU {
		cmd := exec.Command(program, "-x", input, "-R", "-Q")
		if out, err := cmd.CombinedOutput(); err != nil {
			return 0, 0, fmt.Errorf("%s: %w: %s", program, err, out[:min(len(out), 500)])
		}
		cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		times = append(times, cpu)
		total += cpu
	}
	slices.Sort(times)
	return times[len(times)/2], len(times), nil
}
