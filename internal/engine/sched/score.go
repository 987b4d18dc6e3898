package sched

import (
	"strconv"
	"strings"
)

// Infinity is the score that no finite score outweighs; -Infinity forbids and
// wins over Infinity (Pacemaker Explained, "Scores").
const Infinity = 1000000

// addScores adds two scores by the rules of infinity.
func addScores(a, b int) int {
	switch {
	case a <= -Infinity || b <= -Infinity:
		return -Infinity
	case a >= Infinity || b >= Infinity:
		return Infinity
	}
	return clampScore(a + b)
}

func clampScore(s int) int { return max(-Infinity, min(Infinity, s)) }

// parseScore reads a score as configurations write it: a number, INFINITY
// with or without sign, or a health color, whose scores the caller gives.
// Anything else is def.
func parseScore(s string, def int) int {
	v, ok := scoreOf(s)
	if !ok {
		return def
	}
	return v
}

func scoreOf(s string) (int, bool) {
	switch s {
	case "INFINITY", "+INFINITY":
		return Infinity, true
	case "-INFINITY":
		return -Infinity, true
	case "":
		return 0, false
	}
	n, ok := leadingInt(s)
	if !ok {
		return 0, false
	}
	return clampScore(int(max(-Infinity, min(Infinity, n)))), true
}

// leadingInt reads the number at the start of s as C's strtoll does.
func leadingInt(s string) (int64, bool) {
	s = strings.TrimLeft(s, " \t\n")
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || end == 0 && (s[end] == '-' || s[end] == '+')) {
		end++
	}
	n, err := strconv.ParseInt(s[:end], 10, 64)
	if err != nil && n == 0 {
		return 0, false
	}
	return n, true
}

// ScoreText writes a score as tools show it.
func ScoreText(s int) string {
	switch {
	case s >= Infinity:
		return "INFINITY"
	case s <= -Infinity:
		return "-INFINITY"
	}
	return strconv.Itoa(s)
}

// isTrue reads a boolean as Pacemaker does.
func isTrue(s string) bool { v, ok := parseBool(s); return ok && v }

func parseBool(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "true", "on", "yes", "y", "1":
		return true, true
	case "false", "off", "no", "n", "0":
		return false, true
	}
	return false, false
}

func boolOr(s string, def bool) bool {
	if v, ok := parseBool(s); ok {
		return v
	}
	return def
}

// parseMS reads a time ("10s", "500ms", "2min", "PT10S"; without unit:
// seconds) in ms. What cannot be read is -1.
func parseMS(s string) int64 {
	s = strings.TrimSpace(s)
	if s == "" {
		return -1
	}
	if s[0] == 'P' {
		if d, ok := parseDuration(s); ok {
			return d.seconds(0) * 1000
		}
		return -1
	}
	n, ok := leadingInt(s)
	if !ok {
		return -1
	}
	unit := strings.TrimLeft(s, " +-0123456789")
	mult, div := int64(1000), int64(1)
	switch {
	case strings.HasPrefix(unit, "ms"), strings.HasPrefix(unit, "msec"):
		mult = 1
	case strings.HasPrefix(unit, "us"), strings.HasPrefix(unit, "usec"):
		mult, div = 1, 1000
	case unit == "", strings.HasPrefix(unit, "s"):
	case strings.HasPrefix(unit, "m"):
		mult = 60 * 1000
	case strings.HasPrefix(unit, "h"):
		mult = 3600 * 1000
	case strings.HasPrefix(unit, "d"):
		mult = 86400 * 1000
	default:
		return -1
	}
	return n * mult / div
}

// msOr reads a time in ms; def where it is missing or wrong.
func msOr(s string, def int64) int64 {
	if v := parseMS(s); v >= 0 {
		return v
	}
	return def
}
