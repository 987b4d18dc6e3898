package admin

import (
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/rule"
)

// Condition is a rule of the CIB or one of its expressions, as pcs shows and
// exports it.
type Condition struct {
	ID       string      `json:"id"`
	Kind     string      `json:"type"`      // RULE, EXPRESSION, DATE_EXPRESSION, RSC_EXPRESSION, OP_EXPRESSION
	Effect   rule.Effect `json:"in_effect"` // of rules at the top; UNKNOWN elsewhere
	Options  Pairs       `json:"options"`
	DateSpec *DatePart   `json:"date_spec"`
	Duration *DatePart   `json:"duration"`
	Parts    []Condition `json:"expressions"`
	Text     string      `json:"as_string"`
}

// DatePart is a date_spec or a duration.
type DatePart struct {
	ID      string `json:"id"`
	Options Pairs  `json:"options"`
}

const (
	ruleBooleanAnd  = "and"
	ruleNameBoolean = "boolean-op"
)

var conditionKinds = map[string]string{
	"rule": "RULE", "expression": "EXPRESSION", "date_expression": "DATE_EXPRESSION",
	"rsc_expression": "RSC_EXPRESSION", "op_expression": "OP_EXPRESSION",
}

// readRule reads a rule element; its effect is judged at the time now.
func readRule(e *cib.Element, now time.Time) Condition {
	c := readCondition(e)
	c.Effect = rule.EffectAt(e, now)
	return c
}

func readCondition(e *cib.Element) Condition {
	c := Condition{
		ID: elementID(e), Kind: conditionKinds[e.Tag], Effect: rule.Unknown,
		Options: attributesBut(e, "id"), Parts: []Condition{}, Text: conditionText(e),
	}
	for _, child := range e.ChildElements() {
		switch {
		case child.Tag == "date_spec":
			c.DateSpec = &DatePart{elementID(child), attributesBut(child, "id")}
		case child.Tag == "duration":
			c.Duration = &DatePart{elementID(child), attributesBut(child, "id")}
		case conditionKinds[child.Tag] != "" && e.Tag == "rule":
			c.Parts = append(c.Parts, readCondition(child))
		}
	}
	return c
}

// attributesBut returns an element's attributes in document order without
// those named.
func attributesBut(e *cib.Element, but ...string) Pairs {
	pairs := Pairs{}
next:
	for _, a := range e.Attr {
		for _, b := range but {
			if a.FullKey() == b {
				continue next
			}
		}
		pairs = append(pairs, Pair{a.FullKey(), a.Value})
	}
	return pairs
}

// conditionText writes a rule or expression in the language in which rules
// are given on the command line.
func conditionText(e *cib.Element) string {
	switch e.Tag {
	case "rule":
		return ruleText(e)
	case "expression":
		return expressionText(e)
	case "date_expression":
		return dateText(e)
	case "rsc_expression":
		var parts []string
		for _, name := range []string{"class", "provider", "type"} {
			parts = append(parts, e.SelectAttrValue(name, ""))
		}
		return "resource " + strings.Join(parts, ":")
	case "op_expression":
		text := "op " + e.SelectAttrValue("name", "")
		if interval := e.SelectAttrValue("interval", ""); interval != "" {
			text += " interval=" + interval
		}
		return text
	}
	return ""
}

func ruleText(e *cib.Element) string {
	op := e.SelectAttrValue(ruleNameBoolean, ruleBooleanAnd)
	var parts []string
	for _, child := range e.ChildElements() {
		if conditionKinds[child.Tag] == "" {
			continue
		}
		text := conditionText(child)
		if child.Tag == "rule" {
			text = "(" + text + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " "+op+" ")
}

func expressionText(e *cib.Element) string {
	attribute, op := e.SelectAttrValue("attribute", ""), e.SelectAttrValue("operation", "")
	value := e.SelectAttr("value")
	if value == nil {
		return op + " " + attribute
	}
	words := []string{attribute, op}
	if t := e.SelectAttrValue("type", ""); t != "" {
		words = append(words, t)
	}
	return strings.Join(append(words, quoteFor(value.Value, " ")), " ")
}

func dateText(e *cib.Element) string {
	start, end := dateWord(e, "start"), dateWord(e, "end")
	switch op := e.SelectAttrValue("operation", ""); op {
	case "date_spec":
		if spec := e.SelectElement("date_spec"); spec != nil {
			return "date-spec " + nameValues(attributesBut(spec, "id").Sorted())
		}
		return "date-spec"
	case "in_range":
		words := []string{"date", "in_range"}
		if start != "" {
			words = append(words, start)
		}
		words = append(words, "to")
		if d := e.SelectElement("duration"); d != nil {
			return strings.Join(append(words, "duration", nameValues(attributesBut(d, "id").Sorted())), " ")
		}
		return strings.Join(append(words, end), " ")
	case "lt":
		return "date lt " + end
	default:
		return "date " + op + " " + start
	}
}

// dateWord returns a date without blanks, which the language of rules does
// not allow in it.
func dateWord(e *cib.Element, name string) string {
	date := strings.Replace(e.SelectAttrValue(name, ""), " ", "T", 1)
	return strings.ReplaceAll(date, " ", "")
}

// effectLabels are the words for effects in the text form.
var effectLabels = map[rule.Effect]string{rule.Expired: " (expired)", rule.NotYet: " (not yet in effect)"}

// ruleLines writes a rule as text, two blanks for each level.
func ruleLines(c Condition, withIDs bool) []string {
	switch c.Kind {
	case "RULE":
		head := "Rule" + effectLabels[c.Effect] + ":"
		if len(c.Options) > 0 {
			head += " " + nameValues(c.Options.Sorted())
		}
		lines := []string{head + idSuffix(c.ID, withIDs)}
		for _, part := range c.Parts {
			lines = append(lines, indent(ruleLines(part, withIDs))...)
		}
		return lines
	case "DATE_EXPRESSION":
		return dateLines(c, withIDs)
	}
	return []string{"Expression: " + c.Text + idSuffix(c.ID, withIDs)}
}

func dateLines(c Condition, withIDs bool) []string {
	switch {
	case c.DateSpec != nil:
		return []string{"Expression:" + idSuffix(c.ID, withIDs),
			"  Date Spec: " + nameValues(c.DateSpec.Options.Sorted()) + idSuffix(c.DateSpec.ID, withIDs)}
	case c.Duration != nil:
		head, _, _ := strings.Cut(c.Text, " to duration")
		return []string{"Expression: " + head + " to duration" + idSuffix(c.ID, withIDs),
			"  Duration: " + nameValues(c.Duration.Options.Sorted()) + idSuffix(c.Duration.ID, withIDs)}
	}
	return []string{"Expression: " + c.Text + idSuffix(c.ID, withIDs)}
}
