package alert

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Format prints a time by a pattern of strftime(3), in the zone of the time,
// with %N for the fraction of the second and a number of digits up to 6 (%03N).
func Format(pattern string, at time.Time) string {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] != '%' || i+1 == len(pattern) {
			b.WriteByte(pattern[i])
			continue
		}
		i++
		from := i
		for i < len(pattern)-1 && strings.IndexByte("-_^#0123456789EO", pattern[i]) >= 0 {
			i++
		}
		flags := pattern[from:i]
		if pattern[i] == 'N' {
			b.WriteString(fraction(at, strings.TrimLeft(flags, "0")))
			continue
		}
		text, ok := field(pattern[i], at)
		if !ok {
			text = "%" + flags + string(pattern[i])
		}
		b.WriteString(flagged(text, flags))
	}
	return b.String()
}

// fraction is the second's, of as many digits as asked for, at most 6.
func fraction(at time.Time, digits string) string {
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > 6 {
		n = 6
	}
	return pad(at.Nanosecond()/1000, 6)[:n]
}

// flagged applies GNU's flags: - takes padding away, _ makes it blanks, ^ large letters.
func flagged(text, flags string) string {
	short := strings.TrimLeft(text, "0 ")
	if short == "" {
		short = text[max(0, len(text)-1):]
	}
	switch {
	case strings.Contains(flags, "-"):
		return short
	case strings.Contains(flags, "_"):
		return strings.Repeat(" ", len(text)-len(short)) + short
	case strings.Contains(flags, "^"):
		return strings.ToUpper(text)
	}
	return text
}

func pad(n, width int) string { return fmt.Sprintf("%0*d", width, n) }

// layouts are the fields that package time has a layout for.
var layouts = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'h': "Jan", 'c': "Mon Jan _2 15:04:05 2006", 'd': "02", 'D': "01/02/06",
	'e': "_2", 'F': "2006-01-02", 'H': "15", 'I': "03", 'm': "01", 'M': "04", 'p': "PM", 'P': "pm", 'r': "03:04:05 PM", 'R': "15:04",
	'S': "05", 'T': "15:04:05", 'x': "01/02/06", 'X': "15:04:05", 'y': "06", 'Y': "2006", 'z': "-0700", 'Z': "MST",
}

// field prints one field in the C locale.
func field(letter byte, at time.Time) (string, bool) {
	if layout, ok := layouts[letter]; ok {
		return at.Format(layout), true
	}
	day, hour := int(at.Weekday()), at.Hour()
	year, week := at.ISOWeek()
	switch letter {
	case '%':
		return "%", true
	case 'n':
		return "\n", true
	case 't':
		return "\t", true
	case 'C':
		return pad(at.Year()/100, 2), true
	case 'G':
		return pad(year, 4), true
	case 'g':
		return pad(year%100, 2), true
	case 'V':
		return pad(week, 2), true
	case 'U': // weeks begin with Sunday
		return pad((at.YearDay()+6-day)/7, 2), true
	case 'W': // with Monday
		return pad((at.YearDay()+6-(day+6)%7)/7, 2), true
	case 'j':
		return pad(at.YearDay(), 3), true
	case 'k':
		return fmt.Sprintf("%2d", hour), true
	case 'l':
		return fmt.Sprintf("%2d", (hour+11)%12+1), true
	case 's':
		return strconv.FormatInt(at.Unix(), 10), true
	case 'u':
		return strconv.Itoa((day+6)%7 + 1), true
	case 'w':
		return strconv.Itoa(day), true
	}
	return "", false
}
