package sched_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sort"
	"strings"
	"testing"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
	"gpcs/internal/engine/sched"
	"gpcs/test/parity"
	"gpcs/test/recordings"
)

// The recorded cases lie beside the repository, never in it. The test holds
// the line: each case named in testdata/parity.txt must go on passing at the
// levels named there. -update rewrites the file, -failures lists what fails.
var (
	update   = flag.Bool("update", false, "rewrite golden files")
	failures = flag.String("failures", "", "list the cases that fail at this level")
	dump     = flag.String("dump", "", "write the outputs of this case to the temporary folder, as parity.*")
)

const ratchet = "testdata/parity.txt"

func loadCases(t *testing.T) []parity.Case {
	t.Helper()
	cases, err := parity.Load()
	if errors.Is(err, recordings.ErrMissing) {
		t.Skipf("NOT RUN: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// now is the time a case is meant for.
func now(c *parity.Case) int64 {
	if len(c.Args) == 2 && c.Args[0] == "-t" {
		if t, ok := value.Date(c.Args[1], time.Unix(0, 0).UTC()); ok {
			return t.Unix()
		}
	}
	return 1780000000
}

func run(c *parity.Case) (levels map[string]bool, got map[string]string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	doc, err := cib.Parse([]byte(c.Files["input.xml"]))
	if err != nil {
		return nil, nil, err
	}
	res, err := sched.Schedule(doc, sched.Options{Now: now(c), Sanitized: true, ShowScores: true})
	if err != nil {
		return nil, nil, err
	}
	var scores []string
	for _, r := range res.Reckoned {
		if r.Kind != sched.SecretsDiffer { // --quiet does not print it
			scores = append(scores, r.String())
		}
	}
	sort.Strings(scores)
	got = map[string]string{
		"exp.xml": string(res.Graph.XML()), "scores.txt": strings.Join(scores, "\n"),
		"decisions": sched.FormatSummary(res.Summary),
	}
	levels = parity.CompareGraphs(c.Files["exp.xml"], got["exp.xml"])
	levels["decisions"] = parity.Same(parity.Block(c.Files["summary.txt"], "Transition Summary:"), got["decisions"])
	levels["scores"] = parity.Same(c.Files["scores.txt"], got["scores.txt"])
	return levels, got, nil
}

var parityLevels = []string{"decisions", "actions", "graph", "scores", "exp"}

func TestParity(t *testing.T) {
	cases := loadCases(t)
	want := readRatchet(t)
	totals := map[string]int{}
	var lines []string
	for i := range cases {
		c := &cases[i]
		levels, got, err := run(c)
		if err != nil {
			t.Logf("%s: %v", c.Name, err)
		}
		if *dump == c.Name {
			dumpCase(c, got)
		}
		var passed []string
		for _, l := range parityLevels {
			if levels[l] {
				totals[l]++
				passed = append(passed, l)
			}
		}
		if len(passed) > 0 {
			lines = append(lines, c.Name+" "+strings.Join(passed, " "))
		}
		if *failures != "" && !levels[*failures] {
			t.Logf("%s fails at %s, passes %v", c.Name, *failures, passed)
		}
		for _, l := range want[c.Name] {
			if !levels[l] && !*update {
				t.Errorf("%s no longer passes at level %s", c.Name, l)
			}
		}
	}
	t.Logf("%d cases: %v", len(cases), totals)
	if *update {
		if err := os.WriteFile(ratchet, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func readRatchet(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(ratchet)
	if err != nil && !*update {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, l := range strings.Split(string(data), "\n") {
		if f := strings.Fields(l); len(f) > 1 {
			out[f[0]] = f[1:]
		}
	}
	return out
}

func dumpCase(c *parity.Case, got map[string]string) {
	wa, wg, _ := parity.CanonicalGraph(c.Files["exp.xml"])
	ga, gg, _ := parity.CanonicalGraph(got["exp.xml"])
	for name, pair := range map[string][2]string{
		"decisions": {parity.Block(c.Files["summary.txt"], "Transition Summary:"), got["decisions"]},
		"actions":   {wa, ga}, "graph": {wg, gg}, "scores": {c.Files["scores.txt"], got["scores.txt"]},
	} {
		_ = os.WriteFile(filepath.Join(os.TempDir(), "parity."+name+".want"), []byte(pair[0]+"\n"), 0o644)
		_ = os.WriteFile(filepath.Join(os.TempDir(), "parity."+name+".got"), []byte(pair[1]+"\n"), 0o644)
	}
}
