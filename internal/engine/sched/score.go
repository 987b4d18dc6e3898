package sched

import (
	"strconv"

	"gpcs/internal/cib/value"
)

// Infinity is the score that no finite score outweighs; -Infinity forbids and
// wins over Infinity (Pacemaker Explained, "Scores").
const Infinity = value.Infinity

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

// parseScore reads a score as configurations write it; anything else is def.
func parseScore(s string, def int) int {
	if v, ok := value.Score(s); ok {
		return v
	}
	return def
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

// parseMS reads a span of time in ms; what is none, or below 0, is -1.
func parseMS(s string) int64 {
	if ms, ok := value.Milliseconds(s); ok && ms >= 0 {
		return ms
	}
	return -1
}

// msOr reads a time in ms; def where it is missing or wrong.
func msOr(s string, def int64) int64 {
	if v := parseMS(s); v >= 0 {
		return v
	}
	return def
}
