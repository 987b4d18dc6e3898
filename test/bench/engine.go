package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"gpcs/test/parity"
)

// shapes are the generated clusters that the engines are timed on.
var shapes = []struct {
	name string
	args []string
}{
	{"16 nodes, 200 resources, a node lost", []string{"-n", "16", "-r", "200", "-s", "failover"}},
	{"32 nodes, 1000 resources, a node lost", []string{"-n", "32", "-r", "1000", "-s", "failover"}},
	{"64 nodes, 5000 resources, a node lost", []string{"-n", "64", "-r", "5000", "-s", "failover"}},
	{"16 nodes, 200 resources, start with probes", []string{"-n", "16", "-r", "200", "-s", "start", "--probes", "all"}},
	{"32 nodes, 400 resources, start with probes", []string{"-n", "32", "-r", "400", "-s", "start", "--probes", "all"}},
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
	generator, err := parity.Find("lab/gen-cib")
	if errors.Is(err, parity.ErrMissing) {
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
	fmt.Printf("%-44s %14s %14s %8s\n", "median CPU seconds", "ours", "crm_simulate", "times")
	for _, s := range shapes {
		input := filepath.Join(dir, "input.xml")
		var text, note bytes.Buffer
		gen := exec.Command(generator, s.args...)
		gen.Stdout, gen.Stderr = &text, &note
		if err := gen.Run(); err != nil {
			return fmt.Errorf("%s: %w: %s", s.name, err, note.String())
		}
		if err := os.WriteFile(input, text.Bytes(), 0o600); err != nil {
			return err
		}
		a, _, err := timeEngine(ours, input)
		if err != nil {
			return err
		}
		if theirs == "" {
			fmt.Printf("%-44s %14.3f %14s\n", s.name, a.Seconds(), "not here")
			continue
		}
		b, runs, err := timeEngine(theirs, input)
		if err != nil {
			return err
		}
		fmt.Printf("%-44s %14.3f %14.3f %8.1f", s.name, a.Seconds(), b.Seconds(), b.Seconds()/a.Seconds())
		if runs < engineRuns {
			fmt.Printf("  (crm_simulate: %d runs)", runs)
		}
		fmt.Println()
	}
	return nil
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
