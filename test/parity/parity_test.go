package parity

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gpcs/internal/cli"
	"gpcs/internal/paths"
	"gpcs/test/recordings"
)

// expected names the levels at which each case is known to pass.
const expected = "expected.tsv"

var (
	update = flag.Bool("update", false, "rewrite "+expected)
	list   = flag.Bool("list", false, "list the cases that fail")
)

// TestParity runs all recorded cases. What passed once must go on passing.
func TestParity(t *testing.T) {
	cases, err := Load()
	if errors.Is(err, recordings.ErrMissing) {
		t.Skipf("NOT RUN: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TZ", "UTC")
	held := readExpected(t)
	var lines, failing []string
	table := map[int]map[string]int{}
	for i := range cases {
		c := &cases[i]
		levels := Compare(c, simulated(t, c))
		var passed, failed []string
		for _, tier := range []int{0, c.Tier} {
			if table[tier] == nil {
				table[tier] = map[string]int{}
			}
			table[tier]["cases"]++
		}
		for _, l := range Levels {
			if !levels[l] {
				failed = append(failed, l)
				continue
			}
			passed = append(passed, l)
			table[0][l]++
			table[c.Tier][l]++
		}
		lines = append(lines, c.Name+"\t"+strings.Join(passed, " "))
		if len(failed) > 0 {
			failing = append(failing, fmt.Sprintf("%d %-50s %s", c.Tier, c.Name, strings.Join(failed, " ")))
		}
		for _, l := range held[c.Name] {
			if !levels[l] && !*update {
				t.Errorf("%s no longer passes at level %s", c.Name, l)
			}
		}
	}
	printTable(table)
	if *list {
		fmt.Println("\nFailing: tier, case, levels")
		fmt.Println(strings.Join(failing, "\n"))
	}
	if *update {
		if err := os.WriteFile(expected, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// printTable prints how many cases pass, all (tier 0) and per tier.
func printTable(table map[int]map[string]int) {
	fmt.Printf("%-6s %6s", "tier", "cases")
	for _, l := range Levels {
		fmt.Printf(" %10s", l)
	}
	fmt.Println()
	tiers := []int{}
	for tier := range table {
		tiers = append(tiers, tier)
	}
	slices.Sort(tiers)
	for _, tier := range append(tiers[1:], tiers[:1]...) {
		name := fmt.Sprint(tier)
		if tier == 0 {
			name = "all"
		}
		fmt.Printf("%-6s %6d", name, table[tier]["cases"])
		for _, l := range Levels {
			fmt.Printf(" %10d", table[tier][l])
		}
		fmt.Println()
	}
	fmt.Printf("%-13s", "per cent")
	for _, l := range Levels {
		fmt.Printf(" %10.1f", 100*float64(table[0][l])/float64(table[0]["cases"]))
	}
	fmt.Println()
}

// simulated runs a case through crm_simulate as the recording was made: once
// for the text, once for scores and graph.
func simulated(t *testing.T, c *Case) (out Output) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s: panic: %v", c.Name, r)
		}
	}()
	dir := t.TempDir()
	input, graph := filepath.Join(dir, "input.xml"), filepath.Join(dir, "graph.xml")
	if err := os.WriteFile(input, []byte(c.Files["input.xml"]), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		var stdout, stderr bytes.Buffer
		env := cli.Env{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Root: paths.Root(dir)}
		args = append(append([]string{"-x", input}, args...), c.Args...)
		if status, _ := cli.RunTool(context.Background(), env, "crm_simulate", args); status != 0 {
			t.Errorf("%s: exit status %d: %s", c.Name, status, stderr.String())
		}
		if slices.Contains(args, "-Q") {
			return stdout.String()
		}
		return stderr.String() + stdout.String()
	}
	out.Summary = run("-S")
	out.Scores = run("-S", "-s", "-Q", "-G", graph)
	text, err := os.ReadFile(graph)
	if err != nil {
		t.Errorf("%s: %v", c.Name, err)
	}
	out.Graph = string(text)
	return out
}

func readExpected(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(expected)
	if err != nil && !*update {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, line := range strings.Split(string(data), "\n") {
		name, levels, _ := strings.Cut(line, "\t")
		out[name] = strings.Fields(levels)
	}
	return out
}
