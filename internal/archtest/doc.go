// Package archtest keeps the house rules of ARCHITECTURE.md true: which room
// may import which, that each third-party library is imported in one place,
// that pure rooms know no files, network, clock, log or goroutine, that every
// package says what it owns, and that no file and no function grows out of hand.
// It holds tests only; the tables in rules_test.go are what a new room has to
// be entered in.
package archtest
