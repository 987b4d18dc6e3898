package value

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The forms of ISO 8601 that pcs takes: calendar, ordinal and week dates, a
// time of day with or without seconds, a zone or none.
var (
	calendarDate = regexp.MustCompile(`^(\d{4})(?:-?(\d{2})(?:-?(\d{2}))?)?$`)
	ordinalDate  = regexp.MustCompile(`^(\d{4})-?(\d{3})$`)
	weekDate     = regexp.MustCompile(`^(\d{4})-?W(\d{2})(?:-?([1-7]))?$`)
	timeOfDay    = regexp.MustCompile(`^(\d{2})(?::?(\d{2})(?::?(\d{2}))?)?$`)
	zoneOffset   = regexp.MustCompile(`^([+-])(\d{2})(?::?(\d{2}))?$`)
)

// ISODate reads a date that keeps to ISO 8601, as pcs asks for in rules. A date
// without zone is in loc. false means that it is no date.
func ISODate(text string, loc *time.Location) (time.Time, bool) {
	text = strings.TrimSpace(text)
	if !strings.Contains(text, "T") {
		text = strings.Replace(text, " ", "T", 1)
	}
	date, clock, hasClock := strings.Cut(text, "T")
	day, ok := readDay(date)
	if !ok {
		return time.Time{}, false
	}
	if !hasClock {
		return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, loc), true
	}
	clock, loc, ok = cutZone(clock, loc)
	if !ok {
		return time.Time{}, false
	}
	m := timeOfDay.FindStringSubmatch(clock)
	if m == nil {
		return time.Time{}, false
	}
	h, min, s := number(m[1]), number(m[2]), number(m[3])
	if h > 24 || h == 24 && (min > 0 || s > 0) || min > 59 || s > 59 {
		return time.Time{}, false
	}
	return time.Date(day.Year(), day.Month(), day.Day(), h, min, s, 0, loc), true
}

func readDay(date string) (time.Time, bool) {
	if m := ordinalDate.FindStringSubmatch(date); m != nil {
		y, n := number(m[1]), number(m[2])
		t := time.Date(y, 1, n, 0, 0, 0, 0, time.UTC)
		return t, n > 0 && t.Year() == y
	}
	if m := weekDate.FindStringSubmatch(date); m != nil {
		return weekDay(number(m[1]), number(m[2]), max(number(m[3]), 1))
	}
	m := calendarDate.FindStringSubmatch(date)
	if m == nil {
		return time.Time{}, false
	}
	y, mon, d := number(m[1]), max(number(m[2]), 1), max(number(m[3]), 1)
	if m[2] == "00" || m[3] == "00" {
		return time.Time{}, false
	}
	t := time.Date(y, time.Month(mon), d, 0, 0, 0, 0, time.UTC)
	return t, t.Year() == y && int(t.Month()) == mon && t.Day() == d
}

// weekDay finds a day (1 is Monday) of an ISO week.
func weekDay(year, week, day int) (time.Time, bool) {
	// The 4th of January is always in week 1.
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC)
	monday := fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7)
	t := monday.AddDate(0, 0, (week-1)*7+day-1)
	y, w := t.ISOWeek()
	return t, y == year && w == week
}

// cutZone takes the zone off a time of day.
func cutZone(clock string, loc *time.Location) (string, *time.Location, bool) {
	if rest, ok := strings.CutSuffix(clock, "Z"); ok {
		return strings.TrimSpace(rest), time.UTC, true
	}
	i := strings.IndexAny(clock, "+-")
	if i < 0 {
		return clock, loc, true
	}
	m := zoneOffset.FindStringSubmatch(clock[i:])
	if m == nil || number(m[2]) > 23 || number(m[3]) > 59 {
		return "", nil, false
	}
	offset := number(m[2])*3600 + number(m[3])*60
	if m[1] == "-" {
		offset = -offset
	}
	return strings.TrimSpace(clock[:i]), time.FixedZone("", offset), true
}

// number reads digits; nothing counts as 0.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
