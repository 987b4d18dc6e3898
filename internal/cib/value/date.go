package value

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Date reads a date and time as Pacemaker does, which takes ISO 8601 less
// strictly than the standard has it: numbers may have fewer digits
// ("2024-1-5T9:00"), a year and a number are a day of the year, and what stands
// after the day without a T or a space counts for nothing. A date alone is in
// UTC, a time without zone in that of now, and a time alone is of now's day.
// Pacemaker's are the years from 1 on. false means that it is no date.
func Date(text string, now time.Time) (time.Time, bool) {
	if rest, alone := strings.CutPrefix(text, "T"); alone || len(text) > 2 && text[2] == ':' {
		return atTime(now, rest, now)
	}
	if len(text) >= 5 && strings.EqualFold(text[:5], "epoch") && (len(text) == 5 || text[5] == '/' || isSpace(text[5])) {
		return time.Unix(0, 0).UTC(), true
	}
	day, ok := looseDay(text)
	if !ok || day.Year() < 1 {
		return time.Time{}, false
	}
	clock := strings.TrimLeft(text, "0123456789-W")
	if clock == "" || clock[0] != 'T' && clock[0] != ' ' {
		return day, true
	}
	return atTime(day, clock[1:], now)
}

// looseDay reads the day that a date begins with: year, month and day, year and
// day of the year, or year, week and weekday.
func looseDay(text string) (time.Time, bool) {
	n := numbers(text, "", 0, "-", 0, "-", 0)
	if len(n) == 1 {
		n = numbers(text, "", 4, "", 2, "", 2)
	}
	if len(n) == 3 {
		t := time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC)
		return t, n[0] > 0 && fits(n[0]) && t.Year() == n[0] && int(t.Month()) == n[1] && t.Day() == n[2]
	}
	if n = numbers(text, "", 0, "-", 0); len(n) == 2 {
		t := time.Date(n[0], 1, n[1], 0, 0, 0, 0, time.UTC)
		return t, n[0] > 0 && n[1] > 0 && n[1] <= 366 && t.Year() == n[0]
	}
	if n = numbers(text, "", 0, "-W", 0, "-", 0); len(n) == 3 && n[0] > 0 && n[1] > 0 && n[1] < 54 && n[2] > 0 && n[2] < 8 {
		return weekDay(n[0], n[1], n[2])
	}
	return time.Time{}, false
}

// atTime returns a day at a time with or without zone.
func atTime(day time.Time, clock string, now time.Time) (time.Time, bool) {
	seconds, ok := secondsOfDay(clock)
	if !ok {
		return day, false
	}
	zone := time.FixedZone("", offsetOf(now))
	if i := strings.IndexByte(clock, 'Z'); i >= 0 {
		zone = time.UTC
	} else if i := strings.IndexByte(clock, ' '); i >= 0 {
		zone, ok = looseZone(strings.TrimLeft(clock[i:], " \t\n"))
	} else if i := strings.IndexAny(clock, "+-"); i >= 0 {
		zone, ok = looseZone(clock[i:])
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, seconds, 0, zone), ok
}

func offsetOf(t time.Time) int {
	_, offset := t.Zone()
	return offset
}

// looseZone reads an offset to UTC, with or without sign; what begins like none is UTC.
func looseZone(text string) (*time.Location, bool) {
	sign := 1
	switch {
	case text == "" || !strings.ContainsRune("+-0123456789", rune(text[0])):
		return time.UTC, true
	case text[0] == '-':
		sign, text = -1, text[1:]
	case text[0] == '+':
		text = text[1:]
	}
	offset, ok := secondsOfDay(text)
	return time.FixedZone("", sign*offset), ok
}

// secondsOfDay reads hours, minutes and seconds, with colons between or in pairs
// of digits; what is missing counts 0.
func secondsOfDay(text string) (int, bool) {
	n := numbers(text, "", 0, ":", 0, ":", 0)
	if len(n) == 1 {
		n = numbers(text, "", 2, "", 2, "", 2)
	}
	if len(n) == 0 {
		return 0, false
	}
	n = append(n, 0, 0)
	h, m, s := n[0], n[1], n[2]
	if h < 0 || h > 24 || m < 0 || m > 59 || s < 0 || s > 59 || h == 24 && m+s > 0 {
		return 0, false
	}
	return 3600*h + 60*m + s, true
}

// numbers reads whole numbers from the start of a text, as scanf(3) does: parts
// are pairs of what stands before a number and how many characters it has at
// most (0 is any). It stops at the first that is not there.
func numbers(text string, parts ...any) []int {
	var out []int
	for i := 0; i < len(parts); i += 2 {
		rest, ok := strings.CutPrefix(text, parts[i].(string))
		if !ok {
			break
		}
		n, length := leadingInt(rest, parts[i+1].(int))
		if length == 0 {
			break
		}
		out, text = append(out, n), rest[length:]
	}
	return out
}

// leadingInt reads one number with or without sign, of at most width
// characters, and returns how many characters it takes with the spaces before
// it; 0 for none.
func leadingInt(text string, width int) (n, length int) {
	start := 0
	for start < len(text) && isSpace(text[start]) {
		start++
	}
	end := start
	for end < len(text) && (width == 0 || end-start < width) {
		if c := text[end]; (c < '0' || c > '9') && (end > start || c != '-' && c != '+') {
			break
		}
		end++
	}
	n, err := strconv.Atoi(text[start:end])
	if errors.Is(err, strconv.ErrSyntax) {
		return 0, 0
	}
	return n, end
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
