package admin

import (
	"strings"
	"testing"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/rule"
)

var testNow = time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)

// writeTestRule reads an expression and writes it as a rule of id "r".
func writeTestRule(t *testing.T, text string) *cib.Element {
	t.Helper()
	n, reports := parseRule(text)
	if reports != nil {
		t.Fatalf("%q: %v", text, reports)
	}
	doc := cib.New("pacemaker-3.9", "3.16.2")
	return newIDs(doc).writeRule(doc.Section("constraints"), "r", n, nil)
}

func TestRuleTextIsReadBack(t *testing.T) {
	for text, want := range map[string]string{
		"a eq 1":                   "a eq 1",
		"A EQ 1 AND Not_Defined b": "A eq 1 and not_defined b",
		"a eq 1 and b gt number 1.5 and defined c":  "a eq 1 and b gt number 1.5 and defined c",
		"a eq 1 or b eq 1 and c eq 1":               "(a eq 1 or b eq 1) and c eq 1",
		"a eq 1 and b eq 1 or c eq 1 and d eq 1":    "((a eq 1 and b eq 1) or c eq 1) and d eq 1",
		"(a eq 1 and b eq 1) or (c eq 1 or d eq 1)": "(a eq 1 and b eq 1) or (c eq 1 or d eq 1)",
		"((a eq 1))":                                     "a eq 1",
		"date eq 2019-01-01":                             "date eq 2019-01-01",
		"date gt 2019-01-01":                             "date gt 2019-01-01",
		"date lt 2019-01-01":                             "date lt 2019-01-01",
		"date in_range to 2019":                          "date in_range to 2019",
		"date in_range 2018 to 2019":                     "date in_range 2018 to 2019",
		"date in_range 2019 to duration weeks=1 hours=3": "date in_range 2019 to duration hours=3 weeks=1",
		"date-spec years=2019 months=7-8":                "date-spec months=7-8 years=2019",
		"resource ocf:heartbeat:Dummy":                   "resource ocf:heartbeat:Dummy",
		"resource ::Dummy and op monitor interval=10s":   "resource ::Dummy and op monitor interval=10s",
		"and eq and":                                     "and eq and",
		"defined and and defined b":                      "defined and and defined b",
	} {
		if got := conditionText(writeTestRule(t, text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestRuleSyntaxErrorsNameThePlace(t *testing.T) {
	for text, column := range map[string]string{
		"bad=option #uname eq": "column 12", "a": "column 2", "a eq": "column 5", "a eq 1 and": "column 8",
		"a eq 1 and (b eq 2": "column 8", "a eq 1 b": "column 8", "a eq 1)": "column 7", "(a eq 1": "column 8",
		"date gt": "column 8", "date in_range 2019-01-01": "column 15", "date in_range 2019-01-01 to": "column 28",
		"date-spec foo": "column 14", "a foo b": "column 3", `a eq "x y"`: "column 9", "resource": "column 9",
		"op": "column 3", "op monitor interval=x": "column 12", "string eq string": "column 17",
		"a eq int x": "column 10", "defined": "column 8", "defined a and": "column 11", "a in_range 1 to 2": "column 3",
		"#uname eq a(b": "column 12",
	} {
		_, reports := parseRule(text)
		if len(reports) != 1 {
			t.Errorf("%q: no error", text)
			continue
		}
		first, _, _ := strings.Cut(reports[0].Text, "\n")
		if !strings.HasSuffix(first, " "+column) {
			t.Errorf("%q: got %q, want %s", text, first, column)
		}
	}
}

func TestRuleChecks(t *testing.T) {
	for text, want := range map[string]string{
		"a gt integer 1.5":                            "'1.5' is not a valid integer attribute value, use an integer",
		"a gt version 1.x":                            "'1.x' is not a valid version attribute value, use a version number (e.g. 1, 1.2, 1.23.45, ...)",
		"date gt xx":                                  "'xx' is not a valid date value, use ISO 8601 date",
		"date in_range 2019-03-05 to 2019-01-11":      "Since '2019-03-05' is not sooner than until '2019-01-11'",
		"date in_range 2019 to duration months=3a":    "'3a' is not a valid months value, use a positive integer",
		"date-spec hours=24":                          "'24' is not a valid hours value, use 0..23 or 0..22-1..23",
		"date-spec weekdays=7-6":                      "'7-6' is not a valid weekdays value, use 1..7 or 1..6-2..7",
		"date-spec years=1 years=2":                   "Duplicate options in a single (sub)expression: 'years'",
		"op start":                                    "Keyword 'op' cannot be used in a rule in this command",
		"a eq 1 and (date gt 2019 or date lt 2019-1)": "'2019-1' is not a valid date value, use ISO 8601 date",
	} {
		n, _ := parseRule(text)
		got := checkRule(n, ruleKeywords{attributes: true})
		if len(got) != 1 || got[0].Text != want {
			t.Errorf("%q: got %v, want %q", text, got, want)
		}
	}
}

func TestRuleEffect(t *testing.T) {
	for text, want := range map[string]rule.Effect{
		"date gt 2026-11-22":                              rule.InEffect,
		"date gt 2026-11-24 and a eq 1":                   rule.NotYet,
		"date lt 2026-11-23":                              rule.Expired,
		"date in_range 2026-11-01 to 2026-12-01":          rule.InEffect,
		"date in_range 2026-11-01 to duration weeks=2":    rule.Expired,
		"date in_range 2026-11-01 to duration months=1":   rule.InEffect,
		"date-spec years=2025":                            rule.Expired,
		"date-spec years=2026 hours=9-16":                 rule.NotYet,
		"date-spec hours=9-16":                            rule.Unknown,
		"date gt 2020 and date lt 2021":                   rule.Unknown,
		"a eq 1":                                          rule.Unknown,
		"(a eq 1 or date lt 2026-11-23T08:29) and b eq 1": rule.Expired,
	} {
		if got := rule.EffectAt(writeTestRule(t, text), testNow); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}
