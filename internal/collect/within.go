package collect

import (
	"bytes"
	"regexp"
	"time"
)

// stamp is the time at the beginning of a line: ours, pcsd's, Pacemaker's.
var stamp = regexp.MustCompile(`^(?:time=|\[)?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)`)

// Within returns the lines of a log that are not older or newer than asked for.
// A line without a time belongs to the one before; what comes before any time is kept.
func Within(log []byte, from, to time.Time) []byte {
	var out bytes.Buffer
	keep := true
	for line := range bytes.Lines(log) {
		if m := stamp.FindSubmatch(line); m != nil {
			if at, ok := parse(string(m[1])); ok {
				keep = !at.Before(from) && !at.After(to)
			}
		}
		if keep {
			out.Write(line)
		}
	}
	return out.Bytes()
}

func parse(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z0700"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	for _, layout := range []string{"2006-01-02T15:04:05", time.DateTime} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
