package admin

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gpcs/internal/cib"
)

// expressions draws rule expressions of any depth.
func expressions() *rapid.Generator[string] {
	word := rapid.StringMatching(`[a-z#][a-z0-9_.-]{0,6}`)
	simple := rapid.Custom(func(t *rapid.T) string {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		switch rapid.IntRange(0, 6).Draw(t, "kind") {
		case 0:
			return "defined " + a
		case 1:
			return "not_defined " + a
		case 2:
			return a + " " + rapid.SampledFrom(comparisons).Draw(t, "op") + " string " + b
		case 3:
			return "date gt 2019-01-01"
		case 4:
			return "date in_range 2019-01-01 to duration hours=1 weeks=2"
		case 5:
			return "date-spec hours=1-2 months=3"
		}
		return "#" + a + " eq " + b
	})
	var compound func(depth int) *rapid.Generator[string]
	compound = func(depth int) *rapid.Generator[string] {
		if depth == 0 {
			return simple
		}
		return rapid.Custom(func(t *rapid.T) string {
			parts := rapid.SliceOfN(compound(depth-1), 1, 3).Draw(t, "parts")
			var b strings.Builder
			for i, p := range parts {
				if i > 0 {
					b.WriteString(rapid.SampledFrom([]string{" and ", " OR "}).Draw(t, "join"))
				}
				if rapid.Bool().Draw(t, "parentheses") {
					p = "(" + p + ")"
				}
				b.WriteString(p)
			}
			return b.String()
		})
	}
	return compound(3)
}

// What is written for a rule reads as the same rule: the text of a rule made
// from its own text does not change.
func TestRuleTextIsAFixedPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := expressions().Draw(t, "expression")
		first := ruleTextOf(t, text)
		if second := ruleTextOf(t, first); second != first {
			t.Fatalf("%q is written %q, and that %q", text, first, second)
		}
	})
}

func ruleTextOf(t *rapid.T, text string) string {
	n, bad := parseRule(text)
	if bad != nil {
		t.Fatalf("%q: %v", text, bad)
	}
	doc := cib.New("pacemaker-3.9", "3.16.2")
	return conditionText(newIDs(doc).writeRule(doc.Section("constraints"), "r", n, nil))
}
