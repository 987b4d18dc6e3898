package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestUnknownWordsAreNamedAfterTheUsage(t *testing.T) {
	for words, want := range map[string]string{
		"resorce":        "\nError: there is no command 'resorce', did you mean 'resource'?\n",
		"resource creat": "\nError: there is no command 'creat', did you mean 'clear', 'create'?\n",
		"node xyzzy":     "\nError: there is no command 'xyzzy'\n",
	} {
		var out, errs bytes.Buffer
		code := Main(context.Background(), Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs}, strings.Fields(words))
		if code != 1 || out.Len() > 0 || !strings.HasPrefix(errs.String(), "\nUsage: pcs ") || !strings.HasSuffix(errs.String(), want) {
			t.Errorf("%s: status %d, stdout %q, stderr %q", words, code, out.String(), errs.String())
		}
	}
}
