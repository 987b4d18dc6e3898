// Package archtest keeps the house rules of ARCHITECTURE.md true: which room
// may import which, that each third-party library is imported in one place,
// that pure rooms know no files, network, clock, log or goroutine, that every
// package says what it owns, and that no file grows out of hand. The sizes of
// functions are reported, not judged. It holds tests only; the tables in
// rules_test.go are what a new room has to be entered in.
package archtest
