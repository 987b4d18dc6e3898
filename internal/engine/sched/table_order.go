package sched

import "math/bits"

// Where nodes are equally good in all that counts, Pacemaker's scheduler takes
// the first in the order in which its tables of nodes, hashed by node id,
// happen to be walked. Administrators see the outcome as a rule (it never
// changes while the nodes are the same), so it is followed here.

// tableModuli are the moduli of tables with 2, 4, 8, 16, ... places: primes
// not above the number of places.
var tableModuli = [...]uint32{1, 2, 3, 7, 13, 31, 61, 127, 251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521}

// tableOrder lists nodes in the order in which a table of them is walked.
func tableOrder(nodes []*Node) []*Node {
	shift := 3
	for size := 8; size <= len(nodes)+len(nodes)/16 && shift < len(tableModuli)-1; size = 1 << shift {
		shift = max(shift+1, bits.Len(uint(float64(size)*1.333)))
	}
	places := make([]*Node, 1<<shift)
	for _, n := range nodes {
		at := idHash(n.ID) * 11 % tableModuli[shift]
		for step := uint32(1); places[at] != nil; step++ {
			at = (at + step) % uint32(len(places))
		}
		places[at] = n
	}
	out := make([]*Node, 0, len(nodes))
	for _, n := range places {
		if n != nil {
			out = append(out, n)
		}
	}
	return out
}

// idHash is the hash of a text: 31 times that of the text before its last
// byte, plus the byte.
func idHash(s string) uint32 {
	h := uint32(0)
	for _, c := range []byte(s) {
		h = h*31 + uint32(int32(int8(c)))
	}
	return h
}
