package cli

import (
	"slices"
	"strings"

	"gpcs/internal/admin"
	"gpcs/internal/report"
)

// parsePairs reads words of the form name=value. A name may stand twice if
// both values are the same.
func parsePairs(words []string) (admin.Pairs, error) {
	var pairs admin.Pairs
	values := map[string][]string{}
	for _, w := range words {
		name, value, err := splitPair(w)
		if err != nil {
			return nil, err
		}
		if _, again := values[name]; !again {
			pairs = append(pairs, admin.Pair{Name: name, Value: value})
		}
		if !slices.Contains(values[name], value) {
			values[name] = append(values[name], value)
		}
	}
	for _, p := range pairs {
		if v := values[p.Name]; len(v) > 1 {
			slices.Sort(v)
			last := len(v) - 1
			return nil, fail("duplicate option '%s' with different values %s and '%s'", p.Name, report.Quote(v[:last]), v[last])
		}
	}
	return pairs, nil
}

// allowedPairs is parsePairs for options that are known beforehand.
func allowedPairs(words []string, allowed ...string) (admin.Pairs, error) {
	var unknown []string
	for _, w := range words {
		name, _, err := splitPair(w)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(allowed, name) && !slices.Contains(unknown, name) {
			unknown = append(unknown, name)
		}
	}
	if unknown != nil {
		slices.Sort(unknown)
		return nil, fail("Unknown %s %s", pluralWord("option", len(unknown)), report.Quote(unknown))
	}
	return parsePairs(words)
}

// parseFilled reads words of the form name=value as the constraints of two
// resources take them: no value is empty, of several the last one counts.
func parseFilled(words []string) (admin.Pairs, error) {
	var pairs admin.Pairs
	for _, w := range words {
		name, value, err := splitPair(w)
		if err != nil {
			return nil, err
		}
		if value == "" {
			return nil, fail("value of '%s' option is empty", name)
		}
		pairs = append(pairs, admin.Pair{Name: name, Value: value})
	}
	return pairs, nil
}

// splitPair reads one word of the form name=value.
func splitPair(word string) (name, value string, err error) {
	name, value, found := strings.Cut(word, "=")
	switch {
	case !found:
		err = fail("missing value of '%s' option", word)
	case name == "":
		err = fail("missing key in '%s' option", word)
	}
	return name, value, err
}

// uniqueWords refuses words that stand more than once.
func uniqueWords(words []string) error {
	var again []string
	for i, w := range words {
		if slices.Contains(words[:i], w) && !slices.Contains(again, w) {
			again = append(again, w)
		}
	}
	if again == nil {
		return nil
	}
	slices.Sort(again)
	return fail("duplicate %s: %s", pluralWord("argument", len(again)), report.Quote(again))
}

// stop makes a report of an error in the words of a command that is said only
// once the document has been looked at.
func stop(wrong error) report.List { return report.List{report.Stop("ERROR", wrong.Error())} }

// loosePairs are the pairs among words; other words are passed over, and the
// last value of a name counts.
func loosePairs(words []string) admin.Pairs {
	var pairs admin.Pairs
	for _, w := range words {
		if name, value, found := strings.Cut(w, "="); found {
			pairs = pairs.With(name, value)
		}
	}
	return pairs
}

// keywordGroups are words sorted by the keyword that they follow.
type keywordGroups struct {
	first  []string              // before any keyword
	groups map[string][]string   // all words after a keyword, wherever it stood
	each   map[string][][]string // the same, for each time that the keyword stood
}

// has tells whether a keyword was given.
func (g keywordGroups) has(keyword string) bool { return len(g.each[keyword]) > 0 }

// once refuses keywords that were said again.
func (g keywordGroups) once(keywords ...string) error {
	var again []string
	for _, k := range keywords {
		if len(g.each[k]) > 1 {
			again = append(again, k)
		}
	}
	if again == nil {
		return nil
	}
	slices.Sort(again)
	return fail("%s cannot be used more than once", report.Quote(again))
}

// splitKeywords sorts words by the keyword that they follow.
func splitKeywords(words []string, keywords ...string) keywordGroups {
	g := keywordGroups{groups: map[string][]string{}, each: map[string][][]string{}}
	known := map[string]bool{}
	for _, k := range keywords {
		known[k] = true
	}
	current := ""
	for _, w := range words {
		switch {
		case known[w]:
			current = w
			g.each[w] = append(g.each[w], nil)
		case current == "":
			g.first = append(g.first, w)
		default:
			g.groups[current] = append(g.groups[current], w)
			last := len(g.each[current]) - 1
			g.each[current][last] = append(g.each[current][last], w)
		}
	}
	return g
}
