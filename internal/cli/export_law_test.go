package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gpcs/internal/paths"
)

const emptyConfiguration = `<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"><configuration><crm_config/>
<nodes/><resources><primitive id="A"/><primitive id="B"/><primitive id="C"/></resources><constraints/></configuration><status/></cib>`

// The commands that an export prints make the same constraints again.
func TestExportedConstraintsComeBack(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		first, second := filepath.Join(dir, "first.xml"), filepath.Join(dir, "second.xml")
		for _, name := range []string{first, second} {
			if err := os.WriteFile(name, []byte(emptyConfiguration), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, words := range rapid.SliceOfN(constraintCommands(), 1, 6).Draw(t, "commands") {
			run(t, first, append([]string{"--force", "--"}, words...)...)
		}
		exported := run(t, first, "constraint", "config", "--output-format=cmd", "--all")
		for _, words := range shellCommands(exported) {
			if words[0] != "pcs" {
				t.Fatalf("no command: %q", words)
			}
			run(t, second, append([]string{"--force"}, words[1:]...)...)
		}
		format := []string{"constraint", "config", "--output-format=json", "--all"}
		if a, b := run(t, first, format...), run(t, second, format...); a != b {
			t.Fatalf("made from\n%s\ncame\n%s\ninstead of\n%s", exported, b, a)
		}
	})
}

// constraintCommands draws commands that make constraints and can be exported.
func constraintCommands() *rapid.Generator[[]string] {
	resource := rapid.SampledFrom([]string{"A", "B", "C"})
	score := rapid.SampledFrom([]string{"score=INFINITY", "score=-INFINITY", "score=7", "score=-3"})
	return rapid.Custom(func(t *rapid.T) []string {
		a, b, s := resource.Draw(t, "a"), resource.Draw(t, "b"), score.Draw(t, "score")
		switch rapid.IntRange(0, 7).Draw(t, "kind") {
		case 0:
			return []string{"constraint", "colocation", "add", a, "with", "Promoted", b, s}
		case 1:
			return []string{"constraint", "order", "stop", a, "then", b, "kind=Optional", "symmetrical=false"}
		case 2:
			return []string{"constraint", "ticket", "add", "T", a, "loss-policy=stop"}
		case 3:
			return []string{"constraint", "location", "regexp%" + a + ".* 'x", "rule", s, "x eq \"y and date gt 2019"}
		case 4:
			return []string{"constraint", "order", "set", a, b, "sequential=true", "set", "C", "action=stop"}
		case 5:
			return []string{"constraint", "colocation", "set", a, "role=Started", "set", b, "setoptions", s}
		case 6:
			return []string{"constraint", "ticket", "set", a, b, "setoptions", "ticket=T"}
		}
		return []string{"constraint", "location", a, "prefers", b + "=50"}
	})
}

// run carries out a command line on a file and returns what it printed.
func run(t *rapid.T, file string, words ...string) string {
	var out, errs bytes.Buffer
	env := Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Root: paths.Root(filepath.Dir(file))}
	if code := Main(context.Background(), env, append([]string{"-f", file}, words...)); code != 0 {
		t.Fatalf("%q: status %d: %s", words, code, &errs)
	}
	return out.String()
}

// shellCommands takes text apart as a shell does: commands end with ";",
// words are quoted with single or double quotes.
func shellCommands(text string) [][]string {
	var commands [][]string
	var words []string
	var word strings.Builder
	inWord, quote := false, rune(0)
	end := func() {
		if inWord {
			words = append(words, word.String())
			word.Reset()
			inWord = false
		}
	}
	for _, r := range strings.ReplaceAll(text, "\\\n", " ") {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, inWord = r, true
		case quote != 0:
			word.WriteRune(r)
		case r == ' ' || r == '\n' || r == ';':
			end()
			if r == ';' {
				commands, words = append(commands, words), nil
			}
		default:
			inWord = true
			word.WriteRune(r)
		}
	}
	end()
	if words != nil {
		commands = append(commands, words)
	}
	return commands
}
