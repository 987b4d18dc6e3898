package sched

import (
	"strings"
	"testing"
)

// TestTableOrder holds orders that followed from what crm_simulate decided
// between nodes of equal capacity.
func TestTableOrder(t *testing.T) {
	for given, want := range map[string]string{
		"1 2 3 4 5":  "4 1 3 5 2",
		"2 3 guest9": "3 guest9 2", // seen: of these three, 3 was taken
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
