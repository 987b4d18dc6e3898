package e2e

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// recorded is one command of a transcript of the real stack.
type recorded struct {
	Node   string   `json:"node"`
	Argv   []string `json:"argv"`
	Stdout string   `json:"stdout"`
	Stderr string   `json:"stderr"`
	RC     int      `json:"rc"`
	TTY    bool     `json:"tty"`
}

func (r recorded) line() string { return strings.Join(r.Argv, " ") }

// transcript reads a recording, or skips the test where there is none.
func transcript(t *testing.T, name string) []recorded {
	t.Helper()
	f, err := os.Open(filepath.Join(repository(t), "../shared/corpus/transcripts", name))
	if err != nil {
		t.Skipf("NOT RUN: no recording of the real stack to compare with: %v", err)
	}
	defer f.Close()
	var all []recorded
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var r recorded
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		if len(r.Argv) > 0 {
			all = append(all, r)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// what differs between any two runs: times, versions, ids of rings and views.
var varying = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`\(last updated [^)]*\)`), "(last updated T)"},
	{regexp.MustCompile(`Last updated: .*`), "Last updated: T"},
	{regexp.MustCompile(`Last change: .*`), "Last change: T"},
	{regexp.MustCompile(`Date: .*`), "Date: T"},
	{regexp.MustCompile(`version [0-9][^)]*\)`), "version V)"},
	{regexp.MustCompile(`feature set [0-9.]+`), "feature set V"},
	{regexp.MustCompile(`Ring ID: .*`), "Ring ID: R"},
	{regexp.MustCompile(`[ \t]+\n`), "\n"},
}

// sameOnceSettled are lines of `status` that show a moment: the recording was
// made 20 s before the real stack had found its members.
var sameOnceSettled = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`Stack: .*`), "Stack: S"},
	{regexp.MustCompile(`Current DC: .*`), "Current DC: D"},
	{regexp.MustCompile(`(Online|OFFLINE): \[.*`), "nodes"},
	{regexp.MustCompile(`(?m)(Stopped|Starting|Started)( node\d)?$`), "state"},
}

func normal(text string) string {
	text += "\n"
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.with)
	}
	return strings.TrimRight(text, "\n")
}

func settled(text string) string {
	for _, v := range sameOnceSettled {
		text = v.pattern.ReplaceAllString(text, v.with)
	}
	return text
}

// sortedLines is for what several nodes say at once, in no order.
func sortedLines(text string) string {
	lines := strings.Split(text, "\n")
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}
