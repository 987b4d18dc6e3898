package admin

import (
	"strconv"
	"strings"
	"time"

	"gpcs/internal/cib"
)

// ruleEffect judges a rule as crm_rule(8) does: only a rule with exactly one
// date_expression, at any depth, can be judged; a date_spec only if it names
// years and no moon, for only then it can be over for good.
func ruleEffect(rule *cib.Element, now time.Time) Effect {
	dates := dateExpressions(rule)
	if len(dates) != 1 {
		return EffectUnknown
	}
	e := dates[0]
	if op := e.SelectAttrValue("operation", "in_range"); op != "date_spec" {
		return rangeEffect(e, op, now)
	}
	spec := e.SelectElement("date_spec")
	if spec == nil || spec.SelectAttr("years") == nil || spec.SelectAttr("moon") != nil {
		return EffectUnknown
	}
	return specEffect(spec, now)
}

func dateExpressions(e *cib.Element) []*cib.Element {
	var found []*cib.Element
	for _, c := range e.ChildElements() {
		if c.Tag == "date_expression" {
			found = append(found, c)
		}
		found = append(found, dateExpressions(c)...)
	}
	return found
}

func rangeEffect(e *cib.Element, op string, now time.Time) Effect {
	start, hasStart := cib.ParseDate(e.SelectAttrValue("start", ""), now.Location())
	end, hasEnd := cib.ParseDate(e.SelectAttrValue("end", ""), now.Location())
	if d := e.SelectElement("duration"); d != nil && hasStart && !hasEnd {
		end, hasEnd = addDuration(start, d), true
	}
	switch op {
	case "gt":
		if !hasStart {
			return EffectUnknown
		}
		if now.After(start) {
			return EffectNow
		}
		return EffectNotYet
	case "lt":
		if !hasEnd {
			return EffectUnknown
		}
		if now.Before(end) {
			return EffectNow
		}
		return EffectExpired
	case "in_range":
		switch {
		case !hasStart && !hasEnd:
			return EffectUnknown
		case hasStart && now.Before(start):
			return EffectNotYet
		case hasEnd && now.After(end):
			return EffectExpired
		}
		return EffectNow
	}
	return EffectUnknown
}

func addDuration(start time.Time, d *cib.Element) time.Time {
	n := func(name string) int {
		v, _ := strconv.Atoi(d.SelectAttrValue(name, "0"))
		return v
	}
	end := start.AddDate(n("years"), n("months"), n("weeks")*7+n("days"))
	return end.Add(time.Duration(n("hours"))*time.Hour + time.Duration(n("minutes"))*time.Minute + time.Duration(n("seconds"))*time.Second)
}

// specEffect compares each part that a date_spec names with its range; the
// first that does not fit decides.
func specEffect(spec *cib.Element, now time.Time) Effect {
	isoYear, isoWeek := now.ISOWeek()
	weekday := (int(now.Weekday())+6)%7 + 1
	for _, part := range []struct {
		name  string
		value int
	}{
		{"seconds", now.Second()}, {"minutes", now.Minute()}, {"hours", now.Hour()}, {"monthdays", now.Day()},
		{"weekdays", weekday}, {"yeardays", now.YearDay()}, {"months", int(now.Month())}, {"weeks", isoWeek},
		{"years", now.Year()}, {"weekyears", isoYear},
	} {
		text := spec.SelectAttrValue(part.name, "")
		if text == "" {
			continue
		}
		low, high, _ := strings.Cut(text, "-")
		if n, err := strconv.Atoi(low); err == nil && part.value < n {
			return EffectNotYet
		}
		if !strings.Contains(text, "-") {
			high = low
		}
		if n, err := strconv.Atoi(high); err == nil && part.value > n {
			return EffectExpired
		}
	}
	return EffectNow
}
