package admin

import (
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"gpcs/internal/report"
)

// plural returns the word, with an s if there is more or less than one.
func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// isAre returns the verb for n things.
func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// quoteSorted lists words as messages do: quoted, sorted, each once.
func quoteSorted(words []string) string {
	sorted := append([]string{}, words...)
	sort.Strings(sorted)
	kept := sorted[:0]
	for i, w := range sorted {
		if i == 0 || w != sorted[i-1] {
			kept = append(kept, w)
		}
	}
	return report.Quote(kept)
}

// optionKind is the word before "option" in a message, with a blank, or nothing.
func optionKind(kind string) string {
	if kind == "" {
		return ""
	}
	return kind + " "
}

// invalidOptions says which names are not allowed and which are.
func invalidOptions(kind string, bad, allowed []string, by report.Passable, passed bool) report.Report {
	list := "there are no options allowed"
	if len(allowed) > 0 {
		list = "allowed options are: " + quoteSorted(allowed)
	}
	if len(allowed) == 1 {
		list = "allowed option is " + quoteSorted(allowed)
	}
	colon := ""
	if len(bad) > 1 {
		colon = ":"
	}
	text := fmt.Sprintf("invalid %s%s%s %s, %s", optionKind(kind), plural(len(bad), "option"), colon, quoteSorted(bad), list)
	return report.Passed("INVALID_OPTIONS", text, by, passed)
}

// checkNames reports the names of pairs that are not among the allowed ones.
func checkNames(kind string, pairs Pairs, allowed []string, by report.Passable, passed bool) report.List {
	ok := map[string]bool{}
	for _, a := range allowed {
		ok[a] = true
	}
	var bad []string
	for _, p := range pairs {
		if !ok[p.Name] {
			bad = append(bad, p.Name)
		}
	}
	if bad == nil {
		return nil
	}
	return report.List{invalidOptions(kind, bad, allowed, by, passed)}
}

// missingOptions says which options have to be given.
func missingOptions(kind string, missing []string, by report.Passable, passed bool) report.Report {
	text := fmt.Sprintf("required %s%s %s %s missing", optionKind(kind), plural(len(missing), "option"), quoteSorted(missing), isAre(len(missing)))
	return report.Passed("REQUIRED_OPTIONS_ARE_MISSING", text, by, passed)
}

// exclusiveOptions says that only one of the options can be used.
func exclusiveOptions(kind string, names []string) report.Report {
	return report.NewError("MUTUALLY_EXCLUSIVE_OPTIONS",
		fmt.Sprintf("Only one of %soptions %s can be used", optionKind(kind), andQuoted(names)))
}

// andQuoted lists words quoted and sorted with "and" before the last.
func andQuoted(names []string) string {
	sorted := append([]string{}, names...)
	sort.Strings(sorted)
	if len(sorted) < 2 {
		return report.Quote(sorted)
	}
	return report.Quote(sorted[:len(sorted)-1]) + " and " + report.Quote(sorted[len(sorted)-1:])
}

// invalidValue says that a value is not of the form that hint describes.
func invalidValue(name, value, hint string, by report.Passable, passed bool) report.Report {
	return report.Passed("INVALID_OPTION_VALUE", fmt.Sprintf("'%s' is not a valid %s value, use %s", value, name, hint), by, passed)
}

// emptyValue says that a value must not be empty.
func emptyValue(name, hint string, by report.Passable, passed bool) report.Report {
	text := name + " cannot be empty"
	if hint != "" {
		text += ", use " + hint
	}
	return report.Passed("INVALID_OPTION_VALUE", text, by, passed)
}

// The forms of values in pcs's words.
const (
	hintTime        = "time interval (e.g. 1, 2s, 3m, 4h, ...)"
	hintBool        = "a boolean value: " + boolWords
	boolWords       = "'0', '1', 'false', 'true'"
	hintPositive    = "a positive integer"
	hintNonNegative = "a non-negative integer"
	hintPort        = "a port number (1..65535)"
)

// valueRule is a test of one value; hint describes the form that it wants.
type valueRule struct {
	name string
	ok   func(string) bool
	hint string
}

// checkValues applies rules to the pairs that are there, in the rules' order.
func checkValues(pairs Pairs, by report.Passable, passed bool, rules ...valueRule) report.List {
	var out report.List
	for _, r := range rules {
		if v, given := pairs.Get(r.name); given && !r.ok(v) {
			out = append(out, invalidValue(r.name, v, r.hint, by, passed))
		}
	}
	return out
}

// oneOf is the rule for an enumeration.
func oneOf(name string, values ...string) valueRule {
	return valueRule{name, func(v string) bool {
		for _, w := range values {
			if v == w {
				return true
			}
		}
		return false
	}, quoteSorted(values)}
}

func boolRule(name string) valueRule { return valueRule{name, isPcsBool, hintBool} }
func timeRule(name string) valueRule {
	return valueRule{name, func(v string) bool { _, ok := seconds(v); return ok }, hintTime}
}
func positiveRule(name string) valueRule {
	return valueRule{name, func(v string) bool { n, err := strconv.Atoi(v); return err == nil && n > 0 }, hintPositive}
}
func nonNegativeRule(name string) valueRule {
	return valueRule{name, func(v string) bool { n, err := strconv.Atoi(v); return err == nil && n >= 0 }, hintNonNegative}
}
func portRule(name string) valueRule {
	return valueRule{name, func(v string) bool { n, err := strconv.Atoi(v); return err == nil && n > 0 && n < 65536 }, hintPort}
}

// isPcsBool tells a boolean as pcs's validators take it.
func isPcsBool(v string) bool {
	switch strings.ToLower(v) {
	case "0", "1", "false", "true":
		return true
	}
	return false
}

var scoreForm = regexp.MustCompile(`^[+-]?((\d+)|(INFINITY))$`)

// isScore tells a score: a number or INFINITY, with or without sign.
func isScore(v string) bool { return scoreForm.MatchString(strings.TrimSpace(v)) }

var timeUnits = map[string]int64{"": 1, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hr": 3600}

var timeForm = regexp.MustCompile(`^(\d+)(s|sec|m|min|h|hr|)$`)

// seconds reads a time interval as pcs takes it ("10", "10s", "2min"), in
// seconds. pcs refuses what Pacemaker takes besides: "500ms", "PT10S".
func seconds(v string) (int64, bool) {
	m := timeForm.FindStringSubmatch(v)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	return n * timeUnits[m[2]], err == nil
}
