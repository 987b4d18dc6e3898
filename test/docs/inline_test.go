package docs

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gpcs/internal/cli"
	"gpcs/internal/paths"
)

// span is code within a line of text.
var span = regexp.MustCompile("`((?:pcs|gpcs) [^`]+)`")

// word is one that may be part of a verb; names and values have other letters.
var word = regexp.MustCompile(`^[a-z][a-z-]*$`)

// Commands that a text only mentions are not run, but the verbs are there.
func TestVerbsInTextExist(t *testing.T) {
	files, err := Files("../..")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join("../..", f))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range span.FindAllStringSubmatch(string(text), -1) {
			found++
			if !known(t, m[1]) {
				t.Errorf("%s mentions `%s`: there is no such verb", f, m[1])
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d commands found in the texts", found)
	}
}

func TestUnknownVerbsAreFound(t *testing.T) {
	for line, want := range map[string]bool{"pcs resource create x ocf:a:b": true, "pcs resource frobnicate x": false, "gpcs sandbox up -n 3": true,
		"pcs why web": true, "pcs frobnicate": false, "pcs status": true} {
		if known(t, line) != want {
			t.Errorf("%s: %v", line, !want)
		}
	}
}

// known tells whether a line begins with a verb: completion offers it.
func known(t *testing.T, line string) bool {
	t.Helper()
	before := []string{}
	for i, w := range strings.Fields(line)[1:] {
		if !word.MatchString(w) {
			break
		}
		offered := offers(t, before)
		if !slices.Contains(offered, w) {
			// After a whole verb comes what it is about, and sandbox is not pcs's to complete.
			return i > 0 && (len(offered) == 0 || slices.Contains([]string{"why", "plan", "status", "sandbox"}, before[0])) ||
				i == 0 && w == "sandbox"
		}
		before = append(before, w)
	}
	first := strings.Fields(line)[1]
	return len(before) > 0 || strings.HasPrefix(first, "-") || first == strings.ToUpper(first)
}

// offers are the words that completion offers after others: under the name gpcs,
// as under the other one it offers only what pcs has, too.
func offers(t *testing.T, before []string) []string {
	t.Helper()
	line := append(append([]string{"gpcs"}, before...), "")
	var lengths []string
	for _, w := range line {
		lengths = append(lengths, strconv.Itoa(len(w)))
	}
	t.Setenv("PCS_AUTO_COMPLETE", "1")
	t.Setenv("COMP_WORDS", strings.Join(line, " "))
	t.Setenv("COMP_LENGTHS", strings.Join(lengths, " "))
	t.Setenv("COMP_CWORD", strconv.Itoa(len(line)-1))
	var out bytes.Buffer
	cli.Main(context.Background(), cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: io.Discard, Root: paths.Root(t.TempDir())}, nil)
	var words []string
	for line := range strings.Lines(out.String()) {
		if w := strings.TrimSpace(line); word.MatchString(w) {
			words = append(words, w)
		}
	}
	return words
}
