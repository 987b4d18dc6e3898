package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cli"
	"gpcs/internal/paths"
	"gpcs/test/parity"
)

// levels are what is compared. The graph is compared by the keys of its
// actions and their inputs: parameters differ between releases.
var levels = []string{"end", "before", "decisions", "placement", "execution", "graph", "scores"}

const (
	patience = 10 * time.Second // for the installed program, which has endless loops
	hang     = 20 * time.Second // what takes ours longer is told as a fault
)

// answer is what one of the two said.
type answer struct {
	ok    bool
	parts map[string]string // by level
}

// bench is where inputs and outputs are put.
type bench struct {
	dir  string
	prog string
	sync.Mutex
	base map[string]bool // recorded cases: whether both differ about them unchanged
}

func newBench() (*bench, error) {
	prog, err := exec.LookPath("crm_simulate")
	if err != nil {
		return nil, fmt.Errorf("the program to compare with is not installed: %w", err)
	}
	dir, err := os.MkdirTemp("", "beside")
	return &bench{dir: dir, prog: prog, base: map[string]bool{}}, err
}

func (b *bench) close() { _ = os.RemoveAll(b.dir) }

// files makes a place for one run and puts the input there.
func (b *bench) files(text []byte) (dir, input, graph string) {
	dir, err := os.MkdirTemp(b.dir, "run")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "input.xml"), text, 0o600)
	}
	if err != nil {
		panic(err) // no room on the disk: nothing can be compared
	}
	return dir, filepath.Join(dir, "input.xml"), filepath.Join(dir, "graph.xml")
}

// real runs the installed program.
func (b *bench) real(text []byte, args []string) answer {
	dir, input, graph := b.files(text)
	defer func() { _ = os.RemoveAll(dir) }()
	call := func(words ...string) (string, bool) {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		cmd := exec.CommandContext(ctx, b.prog, slices.Concat([]string{"-x", input}, words, args)...)
		cmd.Env = append(os.Environ(), "LC_ALL=C", "CIB_shadow_dir="+dir)
		var out bytes.Buffer
		cmd.Stdout = &out
		err := cmd.Run()
		return out.String(), err == nil
	}
	summary, ok := call("-S")
	if !ok {
		return answer{}
	}
	scores, ok := call("-S", "-s", "-Q", "-G", graph)
	if !ok {
		return answer{}
	}
	return read(summary, scores, graph)
}

// ours runs our own in this process. A panic or a hang is an answer, too.
func (b *bench) ours(text []byte, args []string) answer {
	dir, input, graph := b.files(text)
	defer func() { _ = os.RemoveAll(dir) }()
	call := func(words ...string) (out string) {
		defer func() {
			if r := recover(); r != nil {
				out = fmt.Sprintf("panic: %v\n%s", r, debug.Stack())
			}
		}()
		var stdout, stderr bytes.Buffer
		env := cli.Env{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Root: paths.Root(dir)}
		status, _ := cli.RunTool(context.Background(), env, "crm_simulate", slices.Concat([]string{"-x", input}, words, args))
		if status != 0 {
			return fmt.Sprintf("exit status %d: %s", status, stderr.String())
		}
		return stdout.String()
	}
	done := make(chan [2]string, 1)
	go func() { done <- [2]string{call("-S"), call("-S", "-s", "-Q", "-G", graph)} }()
	timer := time.NewTimer(hang)
	defer timer.Stop()
	var got [2]string
	select {
	case got = <-done:
	case <-timer.C:
		return answer{ok: true, parts: map[string]string{"end": "hangs"}}
	}
	a := read(got[0], got[1], graph)
	for _, text := range got {
		if strings.HasPrefix(text, "panic") || strings.HasPrefix(text, "exit status") {
			a.parts["end"] = text
		}
	}
	return a
}

// read takes an answer apart.
func read(summary, scores, graph string) answer {
	summary = plain(summary)
	a := answer{ok: true, parts: map[string]string{
		"before":    parity.Block(summary, "Current cluster status:"),
		"decisions": parity.Block(summary, "Transition Summary:"),
		"execution": parity.Block(summary, "Executing Cluster Transition:"),
		"placement": parity.Block(summary, "Revised Cluster Status:"),
		"scores":    scoreLines(scores),
	}}
	if text, err := os.ReadFile(graph); err == nil {
		a.parts["graph"] = edges(string(text))
	}
	return a
}

var blanks = regexp.MustCompile(`[ \t]+`)

// flags are words in brackets, whose order differs.
var flags = regexp.MustCompile(`\([a-z]+(, [a-z]+)+\)`)

// plain takes from a summary what the two releases word differently.
func plain(text string) string {
	var out []string
	for _, l := range strings.Split(text, "\n") {
		l = strings.TrimRight(l, " \t")
		indent := len(l) - len(strings.TrimLeft(l, " "))
		if l == "" {
			continue
		}
		l = strings.NewReplacer("(maintenance", "(unmanaged", ", maintenance", ", unmanaged",
			" (not installed)", "", " (invalid parameter)", "", " (Not installed)", "", " (Invalid parameter)", "", "termination was requested", "fencing was requested").Replace(l)
		l = flags.ReplaceAllStringFunc(l, func(list string) string {
			each := strings.Split(list[1:len(list)-1], ", ")
			slices.Sort(each)
			return "(" + strings.Join(each, ", ") + ")"
		})
		l = l[:indent] + blanks.ReplaceAllString(strings.TrimSpace(l), " ")
		out = append(out, l)
	}
	return strings.Join(out, "\n") + "\n"
}

var scoreLine = regexp.MustCompile(`^(?:\S+: )?(\S+) (allocation|promotion) score on (\S+): (\S+)$`)

// scoreLines are the scores without the name of the stage that told them.
func scoreLines(text string) string {
	var out []string
	for _, l := range strings.Split(text, "\n") {
		m := scoreLine.FindStringSubmatch(strings.TrimSpace(l))
		if m != nil && m[3] != "none" {
			out = append(out, strings.Join(m[1:], " "))
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), "\n")
}

// edges lists the actions of a graph by key, each with its inputs.
func edges(text string) string {
	root, err := cib.ParseElement([]byte(text))
	if err != nil {
		return err.Error()
	}
	key := func(e *cib.Element) string {
		k := e.SelectAttrValue("internal_operation_key", e.SelectAttrValue("operation_key", ""))
		return k + "@" + e.SelectAttrValue("on_node", "")
	}
	var out []string
	for _, s := range root.SelectElements("synapse") {
		var ins []string
		for _, e := range s.FindElements("inputs/trigger/*") {
			ins = append(ins, key(e))
		}
		slices.Sort(ins)
		for _, e := range s.FindElements("action_set/*") {
			out = append(out, key(e)+" <- "+strings.Join(slices.Compact(ins), " "))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// differences names the levels at which two answers differ.
func differences(real, ours answer) []string {
	var out []string
	for _, l := range levels {
		if real.parts[l] != ours.parts[l] {
			out = append(out, l)
		}
	}
	return out
}

// decidedOtherwise tells whether it is more than scores and order.
func decidedOtherwise(diff []string) bool {
	return slices.ContainsFunc(diff, func(l string) bool { return l == "decisions" || l == "placement" || l == "end" })
}

// unlike are the lines that only one of two texts has.
func unlike(real, ours string) []string {
	count := map[string]int{}
	for _, l := range strings.Split(real, "\n") {
		count[l]++
	}
	for _, l := range strings.Split(ours, "\n") {
		count[l]--
	}
	var out []string
	for l, n := range count {
		switch {
		case n > 0:
			out = append(out, "real: "+l)
		case n < 0:
			out = append(out, "ours: "+l)
		}
	}
	slices.Sort(out)
	return out
}

// keep writes an input with what differs about it.
func keep(dir string, in *input, text []byte, real, ours answer) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		panic(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %s\n", in.name, in.what, strings.Join(in.args, " "))
	for _, l := range levels {
		if d := unlike(real.parts[l], ours.parts[l]); len(d) > 0 {
			fmt.Fprintf(&b, "== %s\n%s\n", l, strings.Join(d, "\n"))
		}
	}
	for name, data := range map[string][]byte{"input.xml": text, "difference": []byte(b.String())} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			panic(err)
		}
	}
}
