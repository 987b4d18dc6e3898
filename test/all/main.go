// Command all runs the tests of the packages that it is given, as go test does
// with the same words, and says at its end which of them did not run and why:
// go test keeps that to itself unless it is asked for every word of every test.
// The exit status is 1 if one failed.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// event is one line of go test -json (cmd/test2json).
type event struct {
	Action, Package, Test, Output string
}

// listener keeps what tests said until they are over.
type listener struct {
	out    io.Writer
	said   map[[2]string][]string // by package and test
	notRun []string
}

func main() {
	cmd := exec.Command("go", append([]string{"test", "-json"}, os.Args[1:]...)...)
	cmd.Stderr = os.Stderr
	events, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error: the tests cannot be run:", err)
		os.Exit(1)
	}
	l := &listener{out: os.Stdout, said: map[[2]string][]string{}}
	l.listen(events)
	err = cmd.Wait()
	l.conclude()
	if err != nil {
		os.Exit(1)
	}
}

func (l *listener) listen(events io.Reader) {
	lines := bufio.NewReader(events)
	for {
		line, err := lines.ReadBytes('\n')
		var e event
		if json.Unmarshal(line, &e) == nil {
			l.hear(e)
		} else {
			fmt.Fprintf(l.out, "%s", line)
		}
		if err != nil {
			return
		}
	}
}

func (l *listener) hear(e event) {
	test := [2]string{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(l.out, e.Output)
	case "output":
		if e.Test == "" && e.Output != "PASS\n" {
			fmt.Fprint(l.out, e.Output)
		} else {
			l.said[test] = append(l.said[test], e.Output)
		}
	case "fail":
		for other, said := range l.said {
			// A package that fails as a whole takes the tests along that ran.
			if other == test || e.Test == "" && other[0] == e.Package {
				fmt.Fprint(l.out, strings.Join(said, ""))
				delete(l.said, other)
			}
		}
	case "skip":
		if why := reason(l.said[test]); e.Test != "" && why != "" {
			l.notRun = append(l.notRun, e.Package+" "+e.Test+": "+why)
		}
		delete(l.said, test)
	case "pass":
		delete(l.said, test)
	}
}

// reason is what a test said last before it was skipped, without the place in
// the code; "" for nothing.
func reason(said []string) string {
	for i := len(said) - 1; i >= 0; i-- {
		line := strings.TrimSpace(said[i])
		if line == "" || strings.HasPrefix(line, "===") || strings.HasPrefix(line, "---") {
			continue
		}
		if place, text, found := strings.Cut(line, ": "); found && strings.Contains(place, ".go:") {
			line = text
		}
		return strings.TrimPrefix(line, "NOT RUN: ")
	}
	return ""
}

func (l *listener) conclude() {
	for _, line := range l.notRun {
		fmt.Fprintln(l.out, "NOT RUN:", line)
	}
}
