package status

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"flag"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gpcs/internal/cib"
)

var failures = flag.Int("failures", 0, "print the first n cases of the scheduler corpus that differ")

// corpus is relative to this package: the repository's root is two levels up,
// the corpus beside it.
const corpus = "../../../shared/corpus/scheduler/cases.tar.gz"

// ratchet is how many cases are known to be shown right; it only rises.
const ratchet = 519

// TestCorpus shows the clusters of the scheduler corpus and compares with
// what the reference shows before its transition.
func TestCorpus(t *testing.T) {
	cases := readCorpus(t)
	names := slices.Sorted(maps.Keys(cases))
	right, shown := 0, 0
	for _, name := range names {
		c := cases[name]
		if !strings.Contains(c["meta.json"], `"args": []`) {
			continue // a moment of its own is the simulator's business
		}
		want := block(c["summary.txt"], "Current cluster status:")
		got := currentStatus(t, name, c["input.xml"])
		if got == want {
			right++
			continue
		}
		if shown < *failures {
			shown++
			t.Logf("%s:\n%s", name, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		}
	}
	t.Logf("%d of %d clusters shown as the reference shows them", right, len(names))
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

// readCorpus reads all files of all cases, by case and file name.
func readCorpus(t *testing.T) map[string]map[string]string {
	f, err := os.Open(corpus)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("SKIPPED: the scheduler corpus is not at %s, nothing was compared", corpus)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]map[string]string{}
	for r := tar.NewReader(zip); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return cases
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name := path.Base(path.Dir(h.Name))
		if cases[name] == nil {
			cases[name] = map[string]string{}
		}
		cases[name][path.Base(h.Name)] = string(data)
	}
}
