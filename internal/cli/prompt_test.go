package cli

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
)

func TestAnInterruptedQuestionEndsTheCommand(t *testing.T) {
	in, typing := io.Pipe()
	defer typing.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	var out, errs bytes.Buffer
	status := Main(ctx, Env{Stdin: in, Stdout: &out, Stderr: &errs, Root: "/nonexistent"}, []string{"host", "auth", "node1"})
	if status != 1 || errs.String() != "Error: Interrupted\n" || out.String() != "Username: \n" {
		t.Errorf("status %d, stdout %q, stderr %q", status, out.String(), errs.String())
	}
}

func TestConfirm(t *testing.T) {
	for answer, want := range map[string]bool{"yes\n": true, "Y\n": true, "no\n": false, "\n": false, "yes": true} {
		var out, errs bytes.Buffer
		c := &Call{Env: Env{Stdin: strings.NewReader(answer), Stdout: &out, Stderr: &errs}}
		got, err := c.confirm(t.Context(), "this is for good")
		if got != want || err != nil {
			t.Errorf("%q: %v, %v", answer, got, err)
		}
		if !want && errs.String() != "Canceled\n" {
			t.Errorf("%q: stderr %q", answer, errs.String())
		}
	}
}
