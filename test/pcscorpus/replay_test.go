package pcscorpus

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"gpcs/internal/cli"
	"gpcs/internal/paths"
)

var (
	update = flag.Bool("update", false, "write expected.txt anew")
	show   = flag.Bool("show", false, "print the calls that differ from the recording")
)

// TestRecordedCalls replays all recorded calls. A call that is listed in
// expected.txt must behave as it was recorded.
func TestRecordedCalls(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT RUN: replaying all recorded calls takes half a minute")
	}
	c := loadCorpus(t)
	expected := readExpected(t)
	passed := map[string]string{}
	counts := map[string][2]int{} // by noun: passed, all
	for _, v := range c.vectors {
		why := c.replay(t, v)
		noun, _, _ := strings.Cut(v.Command, " ")
		n := counts[noun]
		n[1]++
		if why == "" {
			n[0]++
			passed[v.ID] = v.Command
		} else if *show {
			t.Logf("%s: %q\n%s", v.ID, v.Argv, why)
		} else if expected[v.ID] {
			t.Errorf("%s: %q no longer behaves as recorded:\n%s", v.ID, v.Argv, why)
		}
		counts[noun] = n
	}
	for _, noun := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%-12s %4d of %4d", noun, counts[noun][0], counts[noun][1])
	}
	t.Logf("%d of %d recorded calls pass, %d are expected to", len(passed), len(c.vectors), len(expected))
	if *update {
		writeExpected(t, passed)
	}
}

const expectedFile = "expected.txt"

// readExpected reads the ids of the calls that have to pass.
func readExpected(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(expectedFile)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, line := range strings.Split(string(text), "\n") {
		if id, _, _ := strings.Cut(line, " "); id != "" && id != "#" {
			ids[id] = true
		}
	}
	return ids
}

func writeExpected(t *testing.T, passed map[string]string) {
	t.Helper()
	lines := []string{"# Recorded calls of pcs that pass, by id and command; see doc.go."}
	var calls []string
	for id, command := range passed {
		calls = append(calls, id+" "+command)
	}
	sort.Slice(calls, func(i, j int) bool {
		_, a, _ := strings.Cut(calls[i], " ")
		_, b, _ := strings.Cut(calls[j], " ")
		return a < b || a == b && calls[i] < calls[j]
	})
	text := strings.Join(append(lines, calls...), "\n") + "\n"
	if err := os.WriteFile(filepath.Join(home(t), expectedFile), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// home is this package's directory; calls run in others.
func home(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// underRoot says where the files that a recording redirected lie under a root.
var underRoot = map[string]string{
	"corosync_conf_file":        "etc/corosync/corosync.conf",
	"corosync_uidgid_dir":       "etc/corosync/uidgid.d",
	"pcsd_known_hosts_location": "var/lib/pcsd/known-hosts",
}

// replay carries out one call in a directory of its own and says how it
// differs from the recording; nothing if it does not.
func (c *corpus) replay(t *testing.T, v vector) string {
	t.Helper()
	here := home(t)
	dir, err := os.MkdirTemp("", "pcscorpus")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for _, d := range v.Dirs {
		mkdir(t, filepath.Join(dir, d))
	}
	for name, sha := range v.Files {
		write(t, filepath.Join(dir, name), strings.ReplaceAll(c.blobs[sha], "{W}", dir), 0o644)
	}
	cwd := filepath.Join(dir, ".cwd")
	root := filepath.Join(cwd, "root")
	back := c.machine(t, root, dir, v)
	if err := os.Chdir(cwd); err != nil {
		t.Fatal(err)
	}
	rc, out, errs := c.call(v, dir, root)
	if err := os.Chdir(here); err != nil {
		t.Fatal(err)
	}
	back()
	for setting, there := range v.Settings {
		if p, ok := underRoot[setting]; ok {
			there = strings.ReplaceAll(there, "{W}", dir)
			for _, name := range []string{filepath.Join(root, p), "/" + p} {
				out, errs = strings.ReplaceAll(out, name, there), strings.ReplaceAll(errs, name, there)
			}
		}
	}
	plain := func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, root, ""), dir, "{W}") }
	return c.differences(t, v, dir, rc, plain(out), plain(errs))
}

// machine lays out the root directory of a call and returns what brings the
// files that a recording redirected back to where it has them.
func (c *corpus) machine(t *testing.T, root, dir string, v vector) func() {
	t.Helper()
	for _, d := range []string{"tmp", "etc/corosync", "var/lib/pcsd", "var/lib/pacemaker/cib", "run"} {
		mkdir(t, filepath.Join(root, d))
	}
	for _, link := range []string{"usr", "etc/init.d"} {
		if err := os.Symlink(filepath.Join(c.agents, link), filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	type pair struct{ there, here string }
	var pairs []pair
	for setting, value := range v.Settings {
		if p, ok := underRoot[setting]; ok {
			pairs = append(pairs, pair{filepath.Join(root, p), strings.ReplaceAll(value, "{W}", dir)})
		}
	}
	for _, p := range pairs {
		copyAll(t, p.here, p.there)
	}
	return func() {
		for _, p := range pairs {
			if err := os.RemoveAll(p.here); err != nil {
				t.Fatal(err)
			}
			copyAll(t, p.there, p.here)
		}
	}
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

// copyAll copies a file or directory; nothing if there is none.
func copyAll(t *testing.T, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	switch {
	case err != nil:
	case info.IsDir():
		mkdir(t, to)
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	default:
		data, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		write(t, to, string(data), 0o644)
	}
}

func (c *corpus) call(v vector, dir, root string) (rc int, out, errs string) {
	var argv []string
	for _, a := range v.Argv {
		argv = append(argv, strings.NewReplacer("{W}", dir, "{MOCK}", c.data).Replace(a))
	}
	var stdout, stderr bytes.Buffer
	env := cli.Env{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Root: paths.Root(root)}
	defer environment(v.Env)()
	rc = cli.Main(context.Background(), env, argv)
	return rc, stdout.String(), stderr.String()
}

// environment sets variables and returns what sets them back.
func environment(set map[string]string) func() {
	before := map[string]*string{}
	for name, value := range set {
		if old, ok := os.LookupEnv(name); ok {
			before[name] = &old
		} else {
			before[name] = nil
		}
		os.Setenv(name, value)
	}
	return func() {
		for name, old := range before {
			if old == nil {
				os.Unsetenv(name)
			} else {
				os.Setenv(name, *old)
			}
		}
	}
}

// differences compares a call's outcome with the recording.
func (c *corpus) differences(t *testing.T, v vector, dir string, rc int, out, errs string) string {
	t.Helper()
	var why []string
	if rc != v.Expect.RC {
		why = append(why, fmt.Sprintf("exit status %d, recorded %d", rc, v.Expect.RC))
	}
	if !v.Check.Stdout.streamOK(out, v.Expect.Out) {
		why = append(why, fmt.Sprintf("stdout\n%s\nrecorded\n%s", out, v.Expect.Out))
	}
	if !v.Check.Stderr.streamOK(errs, v.Expect.Err) {
		why = append(why, fmt.Sprintf("stderr\n%s\nrecorded\n%s", errs, v.Expect.Err))
	}
	want := map[string]string{}
	for name, sha := range v.Files {
		want[name] = c.blobs[sha]
	}
	for name, sha := range v.Expect.Files {
		delete(want, name)
		if sha != nil {
			want[name] = c.blobs[*sha]
		}
	}
	got := filesIn(t, dir)
	for _, name := range v.Random {
		delete(want, name)
		delete(got, name)
	}
	for name := range got {
		if _, known := want[name]; !known {
			why = append(why, "new file "+name)
		}
	}
	for name, text := range want {
		if g, there := got[name]; !there {
			why = append(why, "no file "+name)
		} else if !fileOK(g, text) {
			why = append(why, fmt.Sprintf("file %s\n%s\nrecorded\n%s", name, g, text))
		}
	}
	return strings.Join(why, "\n")
}

// filesIn reads what a call left in its directory.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".cwd":
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files[name] = strings.ReplaceAll(string(data), dir, "{W}")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
