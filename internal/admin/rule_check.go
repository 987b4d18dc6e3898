package admin

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/cib/value"
	"gpcs/internal/report"
)

// ruleKeywords says which kinds of expressions a command allows in a rule.
type ruleKeywords struct {
	attributes, resource, op bool
}

// checkRule says what is wrong with a rule that could be read.
func checkRule(n *ruleNode, allowed ruleKeywords) report.List {
	out := checkNode(n)
	used := map[string]bool{}
	usedKinds(n, used)
	for _, k := range []struct {
		used, allowed bool
		text          string
	}{
		{used[nodeOp], allowed.op, "Keyword 'op'"},
		{used[nodeResource], allowed.resource, "Keyword 'resource'"},
		{used[nodeDefined] || used[nodeCompare], allowed.attributes,
			"Keywords 'defined', 'not_defined', 'eq', 'ne', 'gte', 'gt', 'lte' and 'lt'"},
	} {
		if k.used && !k.allowed {
			out = append(out, report.NewError("RULE_EXPRESSION_NOT_ALLOWED", k.text+" cannot be used in a rule in this command"))
		}
	}
	return out
}

func usedKinds(n *ruleNode, used map[string]bool) {
	used[n.kind] = true
	for _, part := range n.parts {
		usedKinds(part, used)
	}
}

func checkNode(n *ruleNode) report.List {
	var out report.List
	for _, part := range n.parts {
		out = append(out, checkNode(part)...)
	}
	switch n.kind {
	case nodeCompare:
		return checkTyped(n)
	case nodeDate:
		return checkDate(n.value)
	case nodeRange:
		return checkRange(n)
	case nodeSpec:
		return checkParts("datespec", n.parameter, datespecHints, datespecFits)
	}
	return out
}

var (
	integerForm = regexp.MustCompile(`^[+-]?\d+$`)
	numberForm  = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$`)
	versionForm = regexp.MustCompile(`^\d+(\.\d+)*$`)
)

func checkTyped(n *ruleNode) report.List {
	form, hint := integerForm, "an integer"
	switch n.valueType {
	case "integer":
	case "number":
		form, hint = numberForm, "a floating-point number"
	case "version":
		form, hint = versionForm, "a version number (e.g. 1, 1.2, 1.23.45, ...)"
	default:
		return nil
	}
	if form.MatchString(n.value) {
		return nil
	}
	return report.List{invalidValue(n.valueType+" attribute", n.value, hint, report.Never, false)}
}

func checkDate(text string) report.List {
	if _, ok := value.ISODate(text, time.UTC); ok {
		return nil
	}
	return report.List{invalidValue("date", text, "ISO 8601 date", report.Never, false)}
}

func checkRange(n *ruleNode) report.List {
	var out report.List
	if n.start != "" {
		out = checkDate(n.start)
	}
	if n.hasSpan {
		return append(out, checkParts("duration", n.parameter, durationHints, durationFits)...)
	}
	out = append(out, checkDate(n.end)...)
	since, ok1 := value.ISODate(n.start, time.UTC)
	until, ok2 := value.ISODate(n.end, time.UTC)
	if ok1 && ok2 && !since.Before(until) {
		out = append(out, report.NewError("RULE_EXPRESSION_SINCE_GREATER_THAN_UNTIL",
			fmt.Sprintf("Since '%s' is not sooner than until '%s'", n.start, n.end)))
	}
	return out
}

// Pacemaker Explained, "Duration Properties" and "Date Specification Properties".
var (
	durationHints = map[string]string{
		"days": hintPositive, "hours": hintPositive, "minutes": hintPositive, "months": hintPositive,
		"seconds": hintPositive, "weeks": hintPositive, "years": hintPositive,
	}
	datespecLimits = map[string][2]int{
		"hours": {0, 23}, "minutes": {0, 59}, "monthdays": {1, 31}, "months": {1, 12}, "seconds": {0, 59},
		"weekdays": {1, 7}, "weeks": {1, 53}, "yeardays": {1, 366},
	}
	datespecHints = datespecHintTable()
)

func datespecHintTable() map[string]string {
	hints := map[string]string{"years": "an integer or integer-integer", "weekyears": "an integer or integer-integer"}
	for name, l := range datespecLimits {
		hints[name] = fmt.Sprintf("%d..%d or %d..%d-%d..%d", l[0], l[1], l[0], l[1]-1, l[0]+1, l[1])
	}
	return hints
}

func durationFits(_, value string) bool {
	n, err := strconv.Atoi(value)
	return err == nil && n > 0
}

func datespecFits(name, value string) bool {
	low, high, isRange := strings.Cut(value, "-")
	from, err := strconv.Atoi(low)
	if err != nil {
		return false
	}
	to := from
	if isRange {
		if to, err = strconv.Atoi(high); err != nil || to <= from {
			return false
		}
	}
	l, limited := datespecLimits[name]
	return !limited || from >= l[0] && to <= l[1]
}

// checkParts checks the options of a duration or a date_spec. Of an option
// given twice the last value counts; that it was given twice is an error.
func checkParts(kind string, given Pairs, hints map[string]string, fits func(name, value string) bool) report.List {
	var pairs Pairs
	var twice []string
	for _, p := range given {
		if _, has := pairs.Get(p.Name); has {
			twice = append(twice, p.Name)
		}
		pairs = pairs.With(p.Name, p.Value)
	}
	var out report.List
	for _, p := range pairs {
		if hint := hints[p.Name]; hint != "" && !fits(p.Name, p.Value) {
			out = append(out, invalidValue(p.Name, p.Value, hint, report.Never, false))
		}
	}
	var allowed []string
	for name := range hints {
		allowed = append(allowed, name)
	}
	out = append(out, checkNames(kind, pairs, allowed, report.Never, false)...)
	if twice != nil {
		out = append(out, report.NewError("RULE_EXPRESSION_OPTIONS_DUPLICATION",
			"Duplicate options in a single (sub)expression: "+quoteSorted(twice)))
	}
	return out
}
