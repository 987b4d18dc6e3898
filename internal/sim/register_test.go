package sim

import (
	"slices"
	"testing"
	"time"
)

func TestLinearizable(t *testing.T) {
	w := func(value string, begun, ended int64) Access {
		return Access{Register: "k", Write: true, Value: value, Begun: begun, Ended: ended}
	}
	r := func(value string, begun, ended int64) Access {
		return Access{Register: "k", Value: value, Begun: begun, Ended: ended}
	}
	for _, c := range []struct {
		name    string
		history []Access
		good    bool
	}{
		{"in turn", []Access{w("a", 1, 2), r("a", 3, 4), w("b", 5, 6), r("b", 7, 8)}, true},
		{"at once, either order", []Access{w("a", 1, 9), w("b", 1, 9), r("b", 10, 11), r("b", 12, 13)}, true},
		{"a read of what was overwritten", []Access{w("a", 1, 2), w("b", 3, 4), r("a", 5, 6)}, false},
		{"an acknowledged write is lost", []Access{w("a", 1, 2), r("", 3, 4)}, false},
		{"nobody knows, it was done", []Access{w("a", 1, 0), r("", 3, 4), r("a", 5, 6)}, true},
		{"nobody knows, it was not done", []Access{w("a", 1, 0), r("", 3, 4)}, true},
		{"nobody knows, done twice", []Access{w("a", 1, 0), r("a", 2, 3), w("b", 4, 5), r("a", 6, 7)}, false},
		{"read before it was written", []Access{r("a", 1, 2), w("a", 3, 0)}, false},
		{"reads disagree on the order", []Access{w("a", 1, 9), w("b", 1, 9), r("a", 10, 11), r("b", 12, 13)}, false},
	} {
		bad, undecided := Linearizable(c.history, 5*time.Second)
		if len(undecided) > 0 || slices.Contains(bad, "k") == c.good {
			t.Errorf("%s: bad %v, undecided %v", c.name, bad, undecided)
		}
	}
}
