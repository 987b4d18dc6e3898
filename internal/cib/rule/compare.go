package rule

import (
	"cmp"
	"strconv"
	"strings"

	"gpcs/internal/cib/value"
)

// agrees tells whether the result of a comparison is what an operation asks for.
func agrees(op string, order int) bool {
	switch op {
	case "eq":
		return order == 0
	case "ne":
		return order != 0
	case "lt":
		return order < 0
	case "lte":
		return order <= 0
	case "gt":
		return order > 0
	case "gte":
		return order >= 0
	}
	return false
}

// compareValues compares as the type of an expression says; without one, two
// texts are compared for equality and two numbers for order.
func compareValues(a, b, kind, op string) int {
	if kind == "" {
		kind = "string"
		if op != "eq" && op != "ne" {
			kind = "integer"
			if strings.Contains(a, ".") || strings.Contains(b, ".") {
				kind = "number"
			}
		}
	}
	switch strings.ToLower(kind) {
	case "integer":
		x, okX := value.Int(a)
		y, okY := value.Int(b)
		if okX && okY {
			return cmp.Compare(x, y)
		}
	case "number":
		x, errX := strconv.ParseFloat(strings.TrimSpace(a), 64)
		y, errY := strconv.ParseFloat(strings.TrimSpace(b), 64)
		if errX == nil && errY == nil {
			return cmp.Compare(x, y)
		}
	case "version":
		return CompareVersions(a, b)
	}
	return strings.Compare(strings.ToLower(a), strings.ToLower(b))
}

// CompareVersions compares dotted numbers; a missing part counts as 0.
func CompareVersions(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := 0; i < max(len(x), len(y)); i++ {
		var m, n int64
		if i < len(x) {
			m, _ = value.Int(x[i])
		}
		if i < len(y) {
			n, _ = value.Int(y[i])
		}
		if m != n {
			return cmp.Compare(m, n)
		}
	}
	return 0
}
