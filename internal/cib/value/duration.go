package value

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a span of time in the units of ISO 8601; months and years have
// no fixed length.
type Duration struct{ Years, Months, Days, Seconds int }

// ReadDuration reads an ISO 8601 duration such as P1Y2M3DT4H5M6S or P2W.
// Numbers may be negative, and hours and seconds may stand before the T, as
// Pacemaker has it. false means that it is none.
func ReadDuration(text string) (Duration, bool) {
	var d Duration
	rest, ok := strings.CutPrefix(text, "P")
	if !ok || rest == "" {
		return d, false
	}
	clock := false
	for rest != "" {
		if rest[0] == 'T' {
			clock, rest = true, rest[1:]
			continue
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return r != '-' && r != '+' && (r < '0' || r > '9') })
		if end < 1 {
			return d, false
		}
		n, err := strconv.Atoi(rest[:end])
		if err != nil || n > maxSpan || n < -maxSpan || !d.add(n, rest[end], clock) {
			return d, false
		}
		rest = rest[end+1:]
	}
	return d, true
}

// maxSpan bounds one number of a duration, so that sums stay in range.
const maxSpan = 1 << 31

func (d *Duration) add(n int, unit byte, clock bool) bool {
	switch {
	case unit == 'Y':
		d.Years += n
	case unit == 'M' && !clock:
		d.Months += n
	case unit == 'W':
		d.Days += 7 * n
	case unit == 'D':
		d.Days += n
	case unit == 'H':
		d.Seconds += 3600 * n
	case unit == 'M':
		d.Seconds += 60 * n
	case unit == 'S':
		d.Seconds += n
	default:
		return false
	}
	return true
}

// After returns the time that is d after t. A day that the month does not have
// becomes the last one that it has.
func (d Duration) After(t time.Time) time.Time {
	first := time.Date(t.Year()+d.Years, t.Month()+time.Month(d.Months), 1, t.Hour(), t.Minute(), t.Second(), 0, t.Location())
	last := first.AddDate(0, 1, -1).Day()
	t = first.AddDate(0, 0, min(t.Day(), last)-1).AddDate(0, 0, d.Days)
	return t.Add(time.Duration(d.Seconds) * time.Second)
}

// Before returns the time that is d before t.
func (d Duration) Before(t time.Time) time.Time {
	return Duration{-d.Years, -d.Months, -d.Days, -d.Seconds}.After(t)
}

// String words a duration as iso8601(8) does.
func (d Duration) String() string {
	var b strings.Builder
	put := func(width, n int, unit string) {
		if n != 0 {
			fmt.Fprintf(&b, "%*d %s%s ", width, n, unit, plural(n))
		}
	}
	put(4, d.Years, "year")
	put(2, d.Months, "month")
	put(2, d.Days, "day")
	if d.Seconds == 0 && b.Len() > 0 {
		return b.String()
	}
	fmt.Fprintf(&b, "%d second%s", d.Seconds, plural(d.Seconds))
	s := max(d.Seconds, -d.Seconds)
	if s < 60 {
		return b.String()
	}
	var parts []string
	for _, u := range []struct {
		n    int
		unit string
	}{{s / 3600, "hour"}, {s / 60 % 60, "minute"}, {s % 60, "second"}} {
		if u.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s%s", u.n, u.unit, plural(u.n)))
		}
	}
	return b.String() + " (" + strings.Join(parts, " ") + ")"
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// Period reads an ISO 8601 time period: two dates, or a date and a
// duration on either side, with "/" between. A date without zone is in loc.
func Period(text string, loc *time.Location) (start, end time.Time, ok bool) {
	first, second, cut := strings.Cut(text, "/")
	if !cut {
		return start, end, false
	}
	before, isBefore := ReadDuration(first)
	after, isAfter := ReadDuration(second)
	if start, ok = Date(first, loc); !ok && !isBefore {
		return start, end, false
	}
	if end, ok = Date(second, loc); !ok && !isAfter {
		return start, end, false
	}
	switch {
	case isBefore && isAfter:
		return start, end, false
	case isBefore:
		start = before.Before(end)
	case isAfter:
		end = after.After(start)
	}
	return start, end, true
}
