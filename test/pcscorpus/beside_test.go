package pcscorpus

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	beside = flag.String("beside", "", "the real pcs, to run beside ours")
	calls  = flag.Int("calls", 200, "how many calls to compare")
	seed   = flag.Uint64("seed", 1, "which calls are chosen")
)

// sides are the two programs to compare.
type sides struct{ real, ours string }

func programs(t *testing.T) sides {
	t.Helper()
	if *beside == "" {
		t.Skip("NOT RUN: needs the real pcs beside ours, see -beside")
	}
	ours := filepath.Join(t.TempDir(), "pcs")
	if out, err := exec.Command("go", "build", "-o", ours, "gpcs/cmd/gpcs").CombinedOutput(); err != nil {
		t.Fatalf("cannot build gpcs: %v\n%s", err, out)
	}
	return sides{*beside, ours}
}

// fileCases are the recorded calls that work on a file alone.
func fileCases(c *corpus) []vector {
	var list []vector
	for _, v := range c.vectors {
		if slices.Contains(v.Argv, "-f") && v.Env["PCS_AUTO_COMPLETE"] == "" && !slices.Contains(v.Argv, "--debug") {
			list = append(list, v)
		}
	}
	return list
}

// outcome is how one call went.
type outcome struct {
	status int
	cpu    time.Duration // user and system time of the process and its children
	wall   time.Duration
}

var newestSchemas = regexp.MustCompile(`validate-with="pacemaker-(3\.9|3\.10|4\.0)"`)

// layOut makes a fresh directory with the files of a recording and returns it
// with the words of a call in it.
func layOut(t *testing.T, c *corpus, v vector, argv []string, newest bool) (dir string, words []string) {
	t.Helper()
	dir = t.TempDir()
	for name, sha := range v.Files {
		text := strings.ReplaceAll(c.blobs[sha], "{W}", dir)
		if !newest { // the installed release does not know the newest schemas
			text = newestSchemas.ReplaceAllString(text, `validate-with="pacemaker-3.8"`)
		}
		write(t, filepath.Join(dir, name), text, 0o644)
	}
	for _, a := range argv {
		words = append(words, strings.ReplaceAll(a, "{W}", dir))
	}
	return dir, words
}

// carryOut runs a call in a fresh directory with the files of a recording.
func carryOut(t *testing.T, c *corpus, v vector, program string, argv []string) outcome {
	t.Helper()
	dir, words := layOut(t, c, v, argv, false)
	cmd := exec.Command(program, words...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	begin := time.Now()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	cpu := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	return outcome{cmd.ProcessState.ExitCode(), cpu, time.Since(begin)}
}

// TestSpeedBeside says how many times faster ours is than the real pcs: whole
// processes, calls that work on a file, both in turn.
func TestSpeedBeside(t *testing.T) {
	p := programs(t)
	c := loadCorpus(t)
	cases := fileCases(c)
	r := rand.New(rand.NewPCG(*seed, 0))
	var wall, cpu []float64
	for range *calls {
		v := cases[r.IntN(len(cases))]
		theirs, ours := carryOut(t, c, v, p.real, v.Argv), carryOut(t, c, v, p.ours, v.Argv)
		wall = append(wall, float64(theirs.wall)/float64(ours.wall))
		cpu = append(cpu, float64(theirs.cpu)/float64(ours.cpu))
	}
	slices.Sort(wall)
	slices.Sort(cpu)
	t.Logf("%d calls of %d that work on a file: median %.0f times faster (wall), %.0f times less processor time; slowest tenth %.0f and %.0f",
		*calls, len(cases), wall[len(wall)/2], cpu[len(cpu)/2], wall[len(wall)/10], cpu[len(cpu)/10])
}

// TestSaladsBeside compares exit statuses of calls whose words were jumbled.
func TestSaladsBeside(t *testing.T) {
	real := startReal(t)
	c := loadCorpus(t)
	cases := fileCases(c)
	words, options := vocabulary(cases)
	r := rand.New(rand.NewPCG(*seed, 1))
	equal := 0
	for range *calls {
		v := cases[r.IntN(len(cases))]
		argv := salad(r, v.Argv, words, options)
		dir, typed := layOut(t, c, v, argv, real.same)
		theirs := real.call(t, dir, typed)
		_, typed = layOut(t, c, v, argv, real.same)
		ours := oursCall(typed)
		if theirs.status == ours.status {
			equal++
			continue
		}
		t.Logf("%q: real %d, ours %d\n--- real\n%s--- ours\n%s", argv, theirs.status, ours.status, start(theirs.errs), start(ours.errs))
	}
	t.Logf("%d of %d exit statuses are equal", equal, *calls)
}

func start(text string) string {
	lines := strings.SplitAfterN(text, "\n", 4)
	return strings.Join(lines[:min(len(lines), 3)], "")
}

// vocabulary are the words and the options of all recorded calls.
func vocabulary(cases []vector) (words, options []string) {
	seen := map[string]bool{}
	for _, v := range cases {
		for _, w := range v.Argv {
			switch {
			case seen[w], strings.Contains(w, "{W}"), w == "-f":
			case strings.HasPrefix(w, "-"):
				options = append(options, w)
			default:
				words = append(words, w)
			}
			seen[w] = true
		}
	}
	return words, options
}

// cutFiles sets the options that name the files of a call apart from the rest.
func cutFiles(argv []string) (files, rest []string) {
	for i := 0; i < len(argv); i++ {
		if (argv[i] == "-f" || argv[i] == "--corosync_conf") && i+1 < len(argv) {
			files = append(files, argv[i], argv[i+1])
			i++
			continue
		}
		rest = append(rest, argv[i])
	}
	return files, rest
}

// salad jumbles a call: words are left out, said twice, exchanged, replaced by
// others of the grammar or broken, options come in. The file stays.
func salad(r *rand.Rand, argv, words, options []string) []string {
	head, rest := cutFiles(argv)
	for range 1 + r.IntN(3) {
		if len(rest) == 0 {
			break
		}
		i, j := r.IntN(len(rest)), r.IntN(len(rest))
		switch r.IntN(7) {
		case 0:
			rest = slices.Delete(slices.Clone(rest), i, i+1)
		case 1:
			rest = slices.Insert(slices.Clone(rest), j, rest[i])
		case 2:
			rest = slices.Clone(rest)
			rest[i], rest[j] = rest[j], rest[i]
		case 3:
			rest = slices.Clone(rest)
			rest[i] = words[r.IntN(len(words))]
		case 4:
			rest = append(slices.Clone(rest), words[r.IntN(len(words))])
		case 5:
			rest = append(slices.Clone(rest), options[r.IntN(len(options))])
		case 6:
			rest = slices.Clone(rest)
			rest[i] = fmt.Sprintf("%s%c", rest[i], "=x@:,"[r.IntN(5)])
		}
	}
	return append(head, rest...)
}
