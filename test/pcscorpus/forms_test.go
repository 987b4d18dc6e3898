package pcscorpus

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// withValue are the options that take a value, and one that does no harm.
var withValue = map[string]string{"-f": "/nonexistent/cib.xml", "--corosync_conf": "/nonexistent/corosync.conf", "--request-timeout": "5",
	"--name": "x", "--output-format": "text", "--group": "x", "--before": "x", "--after": "x", "-u": "x", "-p": "x", "--token": "x",
	"--from": "x", "--to": "x", "--booth-conf": "/nonexistent/booth.conf", "--booth-key": "/nonexistent/booth.key"}

// TestForms asks for the help of every command that pcs has, and gives each the
// options that pcs takes for it together with one that no command of the list
// takes: that one alone may be refused.
func TestForms(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(corpusDir(t), "data", "commands.json"))
	if err != nil {
		t.Fatal(err)
	}
	var commands []struct {
		Cmd     string
		Flags   []string
		Removed bool
	}
	if err := json.Unmarshal(data, &commands); err != nil {
		t.Fatal(err)
	}
	for _, c := range commands {
		words := strings.Fields(strings.ReplaceAll(strings.TrimSuffix(c.Cmd, "*"), "<id>", "x"))
		// No usage text of pcs names add-outside, which adds nodes to clusters that this one is not in.
		if words[len(words)-1] == "help" || c.Removed || c.Cmd == "cluster node add-outside" {
			continue
		}
		if help := oursCall(append(slices.Clone(words), "--help")); help.status != 0 || help.out == "" {
			t.Errorf("%s: --help ends with %d: %s", c.Cmd, help.status, help.errs)
		}
		if len(c.Flags) == 0 {
			continue
		}
		stray := "--nodesc"
		if slices.Contains(c.Flags, stray) {
			stray = "--brief"
		}
		for _, f := range append(c.Flags, stray) {
			words = append(words, f)
			if v, takes := withValue[f]; takes {
				words = append(words, v)
			}
		}
		if got, want := oursCall(words).errs, fmt.Sprintf("Error: Specified option '%s' is not supported in this command\n", stray); !strings.HasSuffix(got, want) {
			t.Errorf("%q: %s", words, got)
		}
	}
}
