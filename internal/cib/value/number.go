package value

import (
	"strconv"
	"strings"
)

// Bool reads a boolean; ok is false for what is neither true nor false.
func Bool(text string) (value, ok bool) {
	switch strings.ToLower(text) {
	case "true", "on", "yes", "y", "1":
		return true, true
	case "false", "off", "no", "n", "0":
		return false, true
	}
	return false, false
}

// True tells whether a text means true.
func True(text string) bool { v, ok := Bool(text); return ok && v }

// IsBool tells whether a text is a boolean.
func IsBool(text string) bool { _, ok := Bool(text); return ok }

// BoolOr reads a boolean; def is for what is none.
func BoolOr(text string, def bool) bool {
	if v, ok := Bool(text); ok {
		return v
	}
	return def
}

// Int reads the number at the start of a text as C's strtoll does, whatever
// follows it; a number too large becomes the largest.
func Int(text string) (int64, bool) {
	text = strings.TrimLeft(text, " \t\n")
	end := 0
	for end < len(text) && (text[end] >= '0' && text[end] <= '9' || end == 0 && (text[end] == '-' || text[end] == '+')) {
		end++
	}
	n, err := strconv.ParseInt(text[:end], 10, 64)
	if err != nil && n == 0 {
		return 0, false
	}
	return n, true
}

// Infinity is the score that no finite score outweighs; -Infinity forbids and
// wins over Infinity (Pacemaker Explained, "Scores").
const Infinity = 1000000

// Score reads a score: a number, held to ±Infinity, or INFINITY with or without sign.
func Score(text string) (int, bool) {
	switch text {
	case "INFINITY", "+INFINITY":
		return Infinity, true
	case "-INFINITY":
		return -Infinity, true
	}
	n, ok := Int(text)
	return int(max(-Infinity, min(Infinity, n))), ok
}
