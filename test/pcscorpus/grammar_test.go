package pcscorpus

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

//go:embed testdata/forms.txt
var formsText string

// A part of a form writes the words of one call.
type part interface {
	words(g *generator) []string
}

type (
	word     string // with {pool}s in it
	sequence []part
	choice   []part
	optional struct {
		part
		most int
	}
)

// generator makes calls: the same from the same seed.
type generator struct {
	*rand.Rand
	pools map[string][]string
}

func (w word) words(g *generator) []string {
	text := string(w)
	for {
		before, rest, found := strings.Cut(text, "{")
		if !found {
			break
		}
		pool, after, _ := strings.Cut(rest, "}")
		text = before + g.value(pool) + after
	}
	var list []string
	for _, one := range strings.Fields(text) {
		// A pool writes a blank inside a word as "~", and the empty word as "''".
		list = append(list, strings.ReplaceAll(strings.ReplaceAll(one, "~", " "), "''", ""))
	}
	return list
}

func (s sequence) words(g *generator) []string {
	var list []string
	for _, p := range s {
		list = append(list, p.words(g)...)
	}
	return list
}

func (c choice) words(g *generator) []string { return c[g.IntN(len(c))].words(g) }

func (o optional) words(g *generator) []string {
	var list []string
	for range g.IntN(o.most + 1) {
		list = append(list, o.part.words(g)...)
	}
	return list
}

// value draws from a pool; now and then from another one.
func (g *generator) value(pool string) string {
	values, known := g.pools[pool]
	if !known {
		panic("forms.txt names a pool that there is none of: " + pool)
	}
	switch n := g.IntN(40); {
	case n < 3:
		values = g.pools["any"]
	case n == 3:
		values = g.pools["wrong"]
	}
	if len(values) == 0 {
		values = g.pools["wrong"]
	}
	return values[g.IntN(len(values))]
}

// form is one line of forms.txt.
type form struct {
	verb string // its first words, up to the first that varies
	mute int    // 1: stdout is not compared, 2: neither is stderr
	conf bool   // it works on a corosync.conf, not on a CIB
	part
}

func parseForms(text string) []form {
	var forms []form
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		var verb []string
		fields := strings.Fields(line)
		mute, conf := strings.Count(fields[0], "!"), strings.Contains(fields[0], "@")
		if mute > 0 || conf {
			fields = fields[1:]
		}
		for _, f := range fields {
			if strings.ContainsAny(f, "[({=") || len(verb) == 3 {
				break
			}
			verb = append(verb, f)
		}
		p, rest := parseChoice(fields)
		if len(rest) > 0 {
			panic(fmt.Sprintf("forms.txt: %q is closed and was not opened in: %s", rest[0], line))
		}
		forms = append(forms, form{strings.Join(verb, " "), mute, conf, p})
	}
	return forms
}

func parseChoice(fields []string) (part, []string) {
	var all choice
	var now sequence
	for len(fields) > 0 {
		f := fields[0]
		fields = fields[1:]
		var p part
		switch f {
		case "]", "]*", ")":
			return append(all, now), append([]string{f}, fields...)
		case "|":
			all, now = append(all, now), nil
			continue
		case "[":
			p, fields = parseChoice(fields)
			most := 1
			if fields[0] == "]*" {
				most = 3
			}
			p, fields = optional{p, most}, fields[1:]
		case "(":
			p, fields = parseChoice(fields)
			fields = fields[1:]
		default:
			p = word(f)
		}
		now = append(now, p)
	}
	return append(all, now), nil
}

// strays are options that a call may get that has no use for them.
var strays = []string{"--force", "--force", "--force", "--all", "--full", "--wait", "--name=n", "--nodesc", "--simulate", "--safe", "--output-format=json",
	"--skip-offline", "--before=A", "--after=B", "--group=G", "--disabled", "--promoted"}

// disturbed breaks one call in four: a word is left out, said twice, exchanged
// with another or comes in.
func (g *generator) disturbed(words []string) []string {
	words = slices.Clone(words)
	if g.IntN(4) > 0 || len(words) < 3 {
		return words
	}
	i, j := 1+g.IntN(len(words)-1), 1+g.IntN(len(words)-1)
	switch g.IntN(6) {
	case 0:
		return slices.Delete(words, i, i+1)
	case 1:
		return slices.Insert(words, j, words[i])
	case 2:
		words[i], words[j] = words[j], words[i]
		return words
	case 3:
		return words[:len(words)-1]
	case 4:
		return slices.Insert(words, i+1, g.value("any"))
	}
	return append(words, strays[g.IntN(len(strays))])
}
