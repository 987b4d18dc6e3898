package pcscorpus

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
)

// TestGrammarAlone makes calls from forms.txt, breaks their words further and
// carries them out with ours alone: whatever is typed, it neither panics nor
// ends without a word.
func TestGrammarAlone(t *testing.T) {
	forms := parseForms(formsText)
	text := slurp(t, "testdata/rich.xml")
	pools := poolsOf(text)
	t.Chdir(t.TempDir()) // some calls write files, under names made of anything
	file := filepath.Join(t.TempDir(), "cib.xml")
	for n := range *calls {
		g := &generator{rand.New(rand.NewPCG(*seed, uint64(n))), pools}
		argv := g.disturbed(forms[n%len(forms)].words(g))
		for range g.IntN(3) {
			argv = g.garbled(argv)
		}
		write(t, file, text, 0o644)
		got := oursCall(append([]string{"-f", file}, argv...))
		if got.status != 0 && got.errs == "" {
			t.Errorf("%q ends with %d and says nothing", argv, got.status)
		}
	}
}

// garbled puts bytes into a word that nobody types.
func (g *generator) garbled(words []string) []string {
	const odd = "\x00\xff\n='\"{}[]()<>&%#-@,:;\\é"
	if len(words) < 2 {
		return words
	}
	i := 1 + g.IntN(len(words)-1)
	at := g.IntN(len(words[i]) + 1)
	letter := string(odd[g.IntN(len(odd))])
	garbled := append([]string{}, words...)
	garbled[i] = words[i][:at] + strings.Repeat(letter, 1+g.IntN(3)) + words[i][at:]
	return garbled
}
