package admin

import (
	"regexp"
	"strings"
)

// quoteFor puts quotes around text that holds one of the characters.
func quoteFor(text, chars string) string {
	switch {
	case !strings.ContainsAny(text, chars):
		return text
	case !strings.Contains(text, `"`):
		return `"` + text + `"`
	case !strings.Contains(text, "'"):
		return "'" + text + "'"
	}
	return `"` + strings.ReplaceAll(text, `"`, `\"`) + `"`
}

// nameValues writes pairs as "a=1 b=2", quoted where they need it.
func nameValues(pairs Pairs) string { return strings.Join(nameValueWords(pairs), " ") }

func nameValueWords(pairs Pairs) []string {
	words := make([]string, len(pairs))
	for i, p := range pairs {
		words[i] = quoteFor(p.Name, "= ") + "=" + quoteFor(p.Value, "= ")
	}
	return words
}

// idSuffix is what follows a line when ids are asked for.
func idSuffix(id string, withIDs bool) string {
	if !withIDs {
		return ""
	}
	return " (id: " + id + ")"
}

// indent moves lines two blanks to the right.
func indent(lines []string) []string {
	moved := make([]string, len(lines))
	for i, line := range lines {
		moved[i] = line
		if line != "" {
			moved[i] = "  " + line
		}
	}
	return moved
}

var shellSafe = regexp.MustCompile(`^[\w@%+=:,./-]+$`)

// shellQuote writes a word so that a POSIX shell reads it back as it is.
func shellQuote(word string) string {
	if shellSafe.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'"'"'`) + "'"
}

// shellPairs writes pairs as words of a command line: "a=1", "'b=x y'".
func shellPairs(pairs Pairs) []string {
	words := make([]string, len(pairs))
	for i, p := range pairs {
		words[i] = shellQuote(p.Name + "=" + p.Value)
	}
	return words
}

// capitalized writes a word in lower case with its first letter in upper case.
func capitalized(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + strings.ToLower(word[1:])
}
