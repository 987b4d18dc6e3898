package status

import (
	"errors"
	"flag"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gpcs/internal/cib"
	"gpcs/test/parity"
	"gpcs/test/recordings"
)

var failures = flag.Int("failures", 0, "print the first n cases of the scheduler corpus that differ")

// ratchet is how many cases are known to be shown right; it only rises.
const ratchet = 568

// TestCorpus shows the clusters of the scheduler corpus and compares with
// what the reference shows before its transition.
func TestCorpus(t *testing.T) {
	cases, err := parity.Load()
	if errors.Is(err, recordings.ErrMissing) {
		t.Skipf("NOT RUN: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	right, shown := 0, 0
	for _, c := range cases {
		if len(c.Args) > 0 {
			continue // a moment of its own is the simulator's business
		}
		want := block(c.Files["summary.txt"], "Current cluster status:")
		got := currentStatus(t, c.Name, c.Files["input.xml"])
		if got == want {
			right++
			continue
		}
		if shown < *failures {
			shown++
			t.Logf("%s:\n%s", c.Name, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		}
	}
	t.Logf("%d of %d clusters shown as the reference shows them", right, len(cases))
	if right < ratchet {
		t.Errorf("%d clusters shown right, there were %d before", right, ratchet)
	}
}

func currentStatus(t *testing.T, name, input string) string {
	doc, err := cib.Parse([]byte(input))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	view, err := New(doc, time.Unix(1700000000, 0).UTC())
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return strings.TrimRight(view.Lists(Show{Inactive: true, Release3: true}), "\n")
}

// block cuts the lines after a title up to the next title.
func block(text, title string) string {
	_, rest, _ := strings.Cut(text, title+"\n")
	var lines []string
	for _, line := range strings.Split(rest, "\n") {
		if line != "" && line[0] != ' ' {
			break
		}
		lines = append(lines, line)
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}
