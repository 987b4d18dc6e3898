package sched

import (
	"strconv"
	"strings"
	"time"
)

// Times are seconds since the epoch; rules are read in UTC (ISO 8601 as far
// as Pacemaker Explained, "Rules", uses it).

// ParseTime reads an ISO 8601 date with or without time of day: calendar
// (2005-01-20), ordinal (2005-020) and week dates (2005-W03-4), basic or
// extended form, or epoch seconds where the text is one long number.
func ParseTime(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	day, clock := s, ""
	if i := strings.IndexAny(s, "T "); i >= 0 {
		day, clock = s[:i], s[i+1:]
	}
	d, ok := parseDay(day)
	if !ok {
		return 0, false
	}
	sec, ok := parseClock(strings.TrimSpace(clock))
	return d + sec, ok
}

func parseDay(s string) (int64, bool) {
	if i := strings.IndexByte(s, 'W'); i > 0 {
		return parseWeekDay(strings.TrimSuffix(s[:i], "-"), s[i+1:])
	}
	parts := strings.Split(s, "-")
	if len(parts) == 1 {
		switch len(s) {
		case 8:
			parts = []string{s[:4], s[4:6], s[6:]}
		case 7:
			parts = []string{s[:4], s[4:]}
		case 4:
			parts = []string{s, "1", "1"}
		default:
			return 0, false
		}
	}
	n, ok := numbers(parts)
	if !ok {
		return 0, false
	}
	switch {
	case len(n) == 2 && len(parts[1]) == 3:
		return time.Date(n[0], 1, n[1], 0, 0, 0, 0, time.UTC).Unix(), true
	case len(n) == 2:
		return time.Date(n[0], time.Month(n[1]), 1, 0, 0, 0, 0, time.UTC).Unix(), true
	case len(n) == 3:
		return time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC).Unix(), true
	}
	return 0, false
}

func parseWeekDay(year, rest string) (int64, bool) {
	week, day := rest, "1"
	if i := strings.IndexByte(rest, '-'); i >= 0 {
		week, day = rest[:i], rest[i+1:]
	} else if len(rest) == 3 {
		week, day = rest[:2], rest[2:]
	}
	n, ok := numbers([]string{year, week, day})
	if !ok {
		return 0, false
	}
	// The week with January 4th is week 1 of its year.
	jan4 := time.Date(n[0], 1, 4, 0, 0, 0, 0, time.UTC)
	monday := jan4.AddDate(0, 0, -isoWeekday(jan4)+1)
	return monday.AddDate(0, 0, 7*(n[1]-1)+n[2]-1).Unix(), true
}

func isoWeekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

func numbers(parts []string) ([]int, bool) {
	out := make([]int, len(parts))
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil {
			return nil, false
		}
		out[i] = n
	}
	return out, true
}

// parseClock reads a time of day with an optional zone as seconds after midnight UTC.
func parseClock(s string) (int64, bool) {
	if s == "" {
		return 0, true
	}
	offset := int64(0)
	if strings.HasSuffix(s, "Z") {
		s = strings.TrimSpace(strings.TrimSuffix(s, "Z"))
	} else if i := strings.LastIndexAny(s, "+-"); i > 0 {
		sec, ok := parseClock(s[i+1:])
		if !ok {
			return 0, false
		}
		if s[i] == '+' {
			sec = -sec
		}
		offset, s = sec, strings.TrimSpace(s[:i])
	}
	if i := strings.IndexAny(s, ".,"); i >= 0 {
		s = s[:i]
	}
	parts := strings.Split(s, ":")
	if len(parts) == 1 && len(s) > 2 {
		parts = nil
		for i := 0; i+2 <= len(s); i += 2 {
			parts = append(parts, s[i:i+2])
		}
	}
	n, ok := numbers(parts)
	if !ok || len(n) > 3 {
		return 0, false
	}
	sec := int64(0)
	for i, unit := range []int64{3600, 60, 1} {
		if i < len(n) {
			sec += int64(n[i]) * unit
		}
	}
	return sec + offset, true
}

// duration is a span of calendar and clock units.
type duration struct{ years, months, days, secs int }

// parseDuration reads an ISO 8601 duration: P1Y2M3DT4H5M6S, P2W.
func parseDuration(s string) (duration, bool) {
	var d duration
	if !strings.HasPrefix(s, "P") || len(s) < 3 {
		return d, false
	}
	inTime, num := false, ""
	for _, c := range s[1:] {
		if c == 'T' {
			inTime = true
			continue
		}
		if c >= '0' && c <= '9' {
			num += string(c)
			continue
		}
		n, err := strconv.Atoi(num)
		if err != nil {
			return d, false
		}
		num = ""
		if !d.add(c, n, inTime) {
			return d, false
		}
	}
	return d, num == ""
}

func (d *duration) add(unit rune, n int, inTime bool) bool {
	switch {
	case unit == 'Y':
		d.years += n
	case unit == 'M' && !inTime:
		d.months += n
	case unit == 'W':
		d.days += 7 * n
	case unit == 'D':
		d.days += n
	case unit == 'H':
		d.secs += 3600 * n
	case unit == 'M':
		d.secs += 60 * n
	case unit == 'S':
		d.secs += n
	default:
		return false
	}
	return true
}

// after returns the time that lies d after t.
func (d duration) after(t int64) int64 {
	return time.Unix(t, 0).UTC().AddDate(d.years, d.months, d.days).Unix() + int64(d.secs)
}

// seconds is the length of d when it starts at t.
func (d duration) seconds(t int64) int64 { return d.after(t) - t }
