package rule

import (
	"time"

	"gpcs/internal/cib"
)

// Effect tells whether a rule holds at a time, as far as that can be told
// from dates alone.
type Effect string

// The effects as pcs names them.
const (
	Unknown  Effect = "UNKNOWN"
	InEffect Effect = "IN_EFFECT"
	Expired  Effect = "EXPIRED"
	NotYet   Effect = "NOT_YET_IN_EFFECT"
)

// EffectAt judges a rule as crm_rule(8) does: only a rule with exactly one
// date_expression, at any depth, can be judged; a date_spec only if it names
// years and no moon, for only then it can be over for good. Times without zone
// are in that of now.
func EffectAt(rule *cib.Element, now time.Time) Effect {
	dates := DateExpressions(rule)
	if len(dates) != 1 {
		return Unknown
	}
	e := dates[0]
	if op := e.SelectAttrValue("operation", "in_range"); op != "date_spec" {
		return rangeEffect(e, op, now)
	}
	spec := e.SelectElement("date_spec")
	if spec == nil || spec.SelectAttr("years") == nil || spec.SelectAttr("moon") != nil {
		return Unknown
	}
	return specEffect(spec, now)
}

// DateExpressions finds the date_expressions of a rule, at any depth.
func DateExpressions(rule *cib.Element) []*cib.Element {
	var found []*cib.Element
	for _, c := range rule.ChildElements() {
		if c.Tag == "date_expression" {
			found = append(found, c)
		}
		found = append(found, DateExpressions(c)...)
	}
	return found
}

func rangeEffect(e *cib.Element, op string, now time.Time) Effect {
	start, end := new(Env).period(e, now)
	switch {
	case op == "gt" && !start.IsZero():
		if now.After(start) {
			return InEffect
		}
		return NotYet
	case op == "lt" && !end.IsZero():
		if now.Before(end) {
			return InEffect
		}
		return Expired
	case op != "in_range" || start.IsZero() && end.IsZero():
		return Unknown
	case !start.IsZero() && now.Before(start):
		return NotYet
	case !end.IsZero() && now.After(end):
		return Expired
	}
	return InEffect
}

// specEffect compares each part that a date_spec names with its range; the
// first that does not fit decides.
func specEffect(spec *cib.Element, now time.Time) Effect {
	for _, part := range specParts(now) {
		text := spec.SelectAttrValue(part.name, "")
		if text == "" {
			continue
		}
		switch rangeSide(text, part.now) {
		case -1:
			return NotYet
		case 1:
			return Expired
		}
	}
	return InEffect
}
