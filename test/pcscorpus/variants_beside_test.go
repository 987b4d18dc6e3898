package pcscorpus

import (
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestVariantsBeside varies recorded calls that the real pcs and ours carry out
// alike, and compares all that both do with the variant. Where the installed
// pcs still does what was recorded of a newer one it is a better judge than
// for calls at large.
func TestVariantsBeside(t *testing.T) {
	real := startReal(t)
	c := loadCorpus(t)
	var cases []vector
	for _, v := range c.vectors {
		if (slices.Contains(v.Argv, "-f") || slices.Contains(v.Argv, "--corosync_conf")) && len(v.Files) > 0 &&
			!slices.Contains(v.Argv, "--debug") && regexp.MustCompile(*only).MatchString(v.Command) {
			cases = append(cases, v)
		}
	}
	words := wordsByCommand(cases)
	sound := map[string]bool{}
	equal, total := 0, 0
	for n := range *calls {
		r := rand.New(rand.NewPCG(*seed, uint64(n)))
		v := cases[r.IntN(len(cases))]
		alike, known := sound[v.ID]
		if !known {
			alike = c.compareVariant(t, real, v, v.Argv) == ""
			sound[v.ID] = alike
		}
		if !alike {
			continue
		}
		argv := variant(r, v, c, words)
		total++
		if why := c.compareVariant(t, real, v, argv); why != "" {
			t.Logf("%s %q\n%s", v.ID, argv, why)
			continue
		}
		equal++
	}
	t.Logf("%d of %d variants are alike", equal, total)
}

// compareVariant carries out words on the files of a recording with both and
// says how they differ.
func (c *corpus) compareVariant(t *testing.T, real *realPCS, v vector, argv []string) string {
	t.Helper()
	file := "cib.xml"
	if _, isCIB := v.Files[file]; !isCIB {
		file = slices.Sorted(maps.Keys(v.Files))[0]
	}
	theirs, ours := bothSpoken(t, real, file, func() (string, []string) { return layOut(t, c, v, argv, real.same) })
	why, _ := real.differ(c.blobs[v.Files[file]], theirs, ours, 0)
	return why
}

// wordsByCommand are the words that the calls of a command have.
func wordsByCommand(cases []vector) map[string][]string {
	words := map[string][]string{}
	for _, v := range cases {
		for _, w := range v.Argv {
			if !strings.Contains(w, "{W}") && w != "-f" && w != "--corosync_conf" && !slices.Contains(words[v.Command], w) {
				words[v.Command] = append(words[v.Command], w)
			}
		}
	}
	return words
}

// variant changes a word or two of a recorded call, after the verb.
func variant(r *rand.Rand, v vector, c *corpus, words map[string][]string) []string {
	head, rest := cutFiles(v.Argv)
	var ids []string
	for name, sha := range v.Files {
		if filepath.Ext(name) == ".xml" {
			ids = append(ids, poolsOf(c.blobs[sha])["any"]...)
		}
	}
	slices.Sort(ids)
	pick := func(list []string) string {
		if len(list) == 0 {
			return "x"
		}
		return list[r.IntN(len(list))]
	}
	least := min(len(strings.Fields(v.Command)), len(rest))
	for range 1 + r.IntN(2) {
		rest = slices.Clone(rest)
		if len(rest) == least {
			rest = append(rest, pick(words[v.Command]))
			continue
		}
		i, j := least+r.IntN(len(rest)-least), least+r.IntN(len(rest)-least)
		switch r.IntN(10) {
		case 0:
			rest = slices.Delete(rest, i, i+1)
		case 1:
			rest = slices.Insert(rest, j, rest[i])
		case 2:
			rest[i], rest[j] = rest[j], rest[i]
		case 3, 4, 5:
			rest[i] = pick(words[v.Command])
		case 6:
			rest[i] = pick(ids)
		case 7:
			rest = append(rest, pick(words[v.Command]))
		case 8:
			rest = append(rest, strays[r.IntN(len(strays))])
		case 9:
			if before, _, ok := strings.Cut(rest[i], "="); ok {
				rest[i] = before + "=" + []string{"", "x", "1", "true", "INFINITY", "10s"}[r.IntN(6)]
			}
		}
	}
	return append(head, rest...)
}
