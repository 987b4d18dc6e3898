package sched

import (
	"strings"
	"testing"
)

// TestTableOrder holds orders that crm_simulate -VVVVV tells when it looks for
// the node of most capacity.
func TestTableOrder(t *testing.T) {
	for given, want := range map[string]string{
		"1 2 3 4 5 6 7":                    "1 3 5 7 2 4 6",
		"1 2 3 4 5 6 7 8 9":                "4 3 9 2 8 1 7 6 5", // a larger table
		"a b c d e":                        "b d a c e",
		"101 102 103 104":                  "104 101 103 102",
		"3232238190 3232238191 3232238192": "3232238192 3232238191 3232238190",
	} {
		var list []*Node
		for _, id := range strings.Fields(given) {
			list = append(list, &Node{ID: id})
		}
		var got []string
		for _, n := range tableOrder(list) {
			got = append(got, n.ID)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: walked as %s, want %s", given, s, want)
		}
	}
}
