package rule

import (
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

func (env *Env) dateHolds(e *cib.Element) bool {
	from, until := env.period(e, time.Unix(env.Now, 0).UTC())
	start, hasStart := from.Unix(), !from.IsZero()
	end, hasEnd := until.Unix(), !until.IsZero()
	switch strings.ToLower(e.SelectAttrValue("operation", "in_range")) {
	case "in_range":
		if hasStart && env.Now < start {
			env.recheck(start)
			return false
		}
		if hasEnd {
			if env.Now > end {
				return false
			}
			env.recheck(end + 1)
		}
		return hasStart || hasEnd
	case "gt":
		if hasStart && env.Now > start {
			return true
		}
		if hasStart {
			env.recheck(start + 1)
		}
	case "lt":
		if hasEnd && env.Now < end {
			env.recheck(end)
			return true
		}
	case "date_spec":
		spec := e.SelectElement("date_spec")
		return spec != nil && inSpec(env.deref(spec), time.Unix(env.Now, 0).UTC())
	}
	return false
}

// period reads the bounds of a date_expression; a bound that is missing or
// cannot be read is the zero time.
func (env *Env) period(e *cib.Element, now time.Time) (start, end time.Time) {
	start, hasStart := value.Date(e.SelectAttrValue("start", ""), now)
	end, hasEnd := value.Date(e.SelectAttrValue("end", ""), now)
	if d := e.SelectElement("duration"); d != nil && hasStart && !hasEnd {
		end = duration(env.deref(d)).After(start)
	}
	return start, end
}

func duration(e *cib.Element) value.Duration {
	n := func(name string) int {
		v, _ := value.Int(e.SelectAttrValue(name, "0"))
		return int(v)
	}
	return value.Duration{Years: n("years"), Months: n("months"), Days: n("days") + 7*n("weeks"),
		Seconds: 3600*n("hours") + 60*n("minutes") + n("seconds")}
}

// specPart is a part of a time that a date_spec may bound.
type specPart struct {
	name string
	now  int
}

// specParts are in the order in which crm_rule(8) looks at them.
func specParts(t time.Time) [10]specPart {
	weekYear, week := t.ISOWeek()
	weekday := (int(t.Weekday())+6)%7 + 1
	return [...]specPart{
		{"seconds", t.Second()}, {"minutes", t.Minute()}, {"hours", t.Hour()}, {"monthdays", t.Day()}, {"weekdays", weekday},
		{"yeardays", t.YearDay()}, {"months", int(t.Month())}, {"weeks", week}, {"years", t.Year()}, {"weekyears", weekYear},
	}
}

// inSpec tells whether a time lies in all ranges of a date_spec.
func inSpec(spec *cib.Element, t time.Time) bool {
	for _, p := range specParts(t) {
		if r := spec.SelectAttrValue(p.name, ""); r != "" && rangeSide(r, p.now) != 0 {
			return false
		}
	}
	return true
}

// rangeSide tells whether n lies below (-1), in (0) or above (1) a range such
// as "5", "5-9" or "5-"; a bound that is no number does not bind, a single one
// that is none fits nothing.
func rangeSide(text string, n int) int {
	low, high, isRange := strings.Cut(text, "-")
	lo, hasLow := value.Int(low)
	hi, hasHigh := value.Int(high)
	if !isRange {
		hi, hasHigh = lo, hasLow
		if !hasLow {
			return 1
		}
	}
	switch {
	case hasLow && n < int(lo):
		return -1
	case hasHigh && n > int(hi):
		return 1
	}
	return 0
}
