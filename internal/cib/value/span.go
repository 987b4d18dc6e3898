package value

import (
	"math"
	"strings"
)

// spanUnits are tried in this order; a unit may be cut short or run on ("2minutes").
var spanUnits = []struct {
	start     string
	mult, div int64 // to ms
}{
	{"ms", 1, 1}, {"us", 1, 1000}, {"s", 1000, 1}, {"m", 60_000, 1}, {"h", 3_600_000, 1},
}

// Milliseconds reads a span of time in ms: a number of seconds, a number with
// a unit ("500ms", "10s", "2min", "1h"), or an ISO 8601 duration ("PT10S"; a
// month counts 30 days, a year 365). ok is false for what is none; a span may
// be negative.
func Milliseconds(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "P") {
		d, ok := readDuration(text)
		return (int64(d.Seconds) + 86400*(int64(d.Days)+30*int64(d.Months)+365*int64(d.Years))) * 1000, ok
	}
	n, ok := Int(text)
	if !ok {
		return 0, false
	}
	unit := strings.ToLower(strings.TrimLeft(text, " +-.0123456789"))
	if unit == "" {
		unit = "s"
	}
	for _, u := range spanUnits {
		if strings.HasPrefix(unit, u.start) {
			if n > math.MaxInt64/u.mult || n < -math.MaxInt64/u.mult {
				return 0, false
			}
			return n * u.mult / u.div, true
		}
	}
	return 0, false
}
