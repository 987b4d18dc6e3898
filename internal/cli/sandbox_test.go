package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSandboxOptionsEndAtTheCommand(t *testing.T) {
	tests := []struct {
		words string
		want  sandboxCall
		rest  string
	}{
		{"exec node1 pcs status --full", sandboxCall{name: "default", nodes: 3}, "exec node1 pcs status --full"},
		{"--name a exec node1 x -n 5 --name b", sandboxCall{name: "a", nodes: 3}, "exec node1 x -n 5 --name b"},
		{"-n 5 --bare up", sandboxCall{name: "default", nodes: 5, bare: true}, "up"},
	}
	for _, tt := range tests {
		c := sandboxCall{name: "default", nodes: 3}
		rest, err := c.options(strings.Fields(tt.words))
		if err != nil {
			t.Errorf("%s: %v", tt.words, err)
			continue
		}
		if c != tt.want || strings.Join(rest, " ") != tt.rest {
			t.Errorf("%s: %+v and %q", tt.words, c, rest)
		}
	}
}

func TestSandboxErrorsOnTheCommandLine(t *testing.T) {
	tests := map[string]string{
		"up -n":                         "Error: option -n requires argument\n",
		"up -n x":                       "Error: -n takes a number of nodes, not 'x'\n",
		"":                              sandboxUsage,
		"up now":                        sandboxUsage,
		"--name ../x down":              "Error: \"../x\" is no name for a sandbox\n",
		"--name no-such-box kill node1": "Error: no such sandbox: \"no-such-box\"; 'gpcs sandbox up' makes one, 'gpcs sandbox list' shows those that exist\n",
	}
	for words, want := range tests {
		var out, errs bytes.Buffer
		argv := append([]string{"sandbox"}, strings.Fields(words)...)
		status := Main(context.Background(), Env{Stdout: &out, Stderr: &errs}, argv)
		if diff := cmp.Diff(want, errs.String()); status != 1 || diff != "" {
			t.Errorf("%q: status %d\n%s", words, status, diff)
		}
	}
}
