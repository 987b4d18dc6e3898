// Package parity compares the policy engine with recorded decisions of
// Pacemaker's: the cases of its regression suite, which lie beside the
// repository at ../shared and are never part of it. `make parity` prints how
// many cases pass per level and tier and which fail; TestParity, which prints
// it, also holds the line drawn in expected.tsv.
package parity
