package value

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Duration is a span of time in the units of ISO 8601; months and years have
// no fixed length.
type Duration struct{ Years, Months, Days, Seconds int }

// ReadDuration reads an ISO 8601 duration such as P1Y2M3DT4H5M6S or P2W.
// Numbers may have a sign, and hours and seconds may stand before the T, as
// Pacemaker has it; what follows a space or a slash counts for nothing. false
// means that it is none, or one of no length.
func ReadDuration(text string) (Duration, bool) {
	d, ok := readDuration(text)
	return d, ok && d != Duration{}
}

// readDuration is ReadDuration for what may have no length.
func readDuration(text string) (Duration, bool) {
	var d Duration
	rest, ok := strings.CutPrefix(text, "P")
	if !ok || rest == "" || isSpace(rest[0]) {
		return d, false
	}
	clock := false
	for rest != "" && rest[0] != '/' && !isSpace(rest[0]) {
		if rest[0] == 'T' {
			clock, rest = true, rest[1:]
			continue
		}
		n, length := leadingInt(rest, 0)
		if length == 0 || length == len(rest) || !fits(n) || !d.add(n, rest[length], clock) {
			return d, false
		}
		rest = rest[length+1:]
	}
	return d, true
}

// add adds one part of a duration; of years and months the last counts. false
// means that the unit is none or that the sum is beyond 32 bits.
func (d *Duration) add(n int, unit byte, clock bool) bool {
	switch {
	case unit == 'Y':
		d.Years = n
	case unit == 'M' && !clock:
		d.Months = n
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
	return fits(d.Days) && fits(d.Seconds)
}

func fits(n int) bool { return n > math.MinInt32 && n <= math.MaxInt32 }

// After returns the time that is d after t. A year later is the same day of the
// year, which may have another date around the 29th of February; a day that a
// month does not have becomes the last one that it has.
func (d Duration) After(t time.Time) time.Time {
	if d.Years != 0 {
		t = time.Date(max(t.Year()+d.Years, 1), 1, t.YearDay(), t.Hour(), t.Minute(), t.Second(), 0, t.Location())
	}
	first := time.Date(t.Year(), t.Month()+time.Month(d.Months), 1, t.Hour(), t.Minute(), t.Second(), 0, t.Location())
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
	if h := s / 3600; h > 0 {
		parts = append(parts, fmt.Sprintf("%d hour%s", h, plural(h)))
	}
	if m := s / 60 % 60; m > 0 {
		parts = append(parts, fmt.Sprintf("%d minute%s", m, plural(m)))
	}
	if s %= 60; s > 0 {
		parts = append(parts, fmt.Sprintf("%d seconds", s)) // of one, too
	}
	return b.String() + " (" + strings.Join(parts, " ") + ")"
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// Period reads an ISO 8601 time period: two dates, or a date and a duration on
// either side, with "/" between; a duration alone begins now. Dates are read by
// Date.
func Period(text string, now time.Time) (start, end time.Time, ok bool) {
	_, second, cut := strings.Cut(text, "/")
	var d Duration
	before, after := strings.HasPrefix(text, "P"), strings.HasPrefix(second, "P")
	if before {
		d, ok = ReadDuration(text)
	} else {
		start, ok = Date(text, now)
	}
	switch {
	case !ok || before && after || !before && !cut:
		return start, end, false
	case !cut:
		return now, d.After(now), true
	case after:
		d, ok = ReadDuration(second)
		end = d.After(start)
	default:
		end, ok = Date(second, now)
		if before {
			start = d.Before(end)
		}
	}
	return start, end, ok && inYears(start) && inYears(end)
}

// inYears tells whether a date is one of the years that periods may be of.
func inYears(t time.Time) bool { return t.Year() >= 1 && t.Year() <= 9999 }
