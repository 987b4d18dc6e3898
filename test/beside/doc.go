// Beside runs our crm_simulate and an installed one side by side on inputs
// that nobody has recorded: recorded cases with a few things changed, and
// clusters made from nothing that go through some rounds of events. It tells
// per level of comparison and per kind of change how many agree, and can
// reduce an input that they disagree about to the little that it takes.
//
//	go run ./test/beside -n 500 -seed 7
//	go run ./test/beside -n 500 -made
//	go run ./test/beside -seed 7 -only 123 -reduce -keep /tmp/beside
//
// What differs about a recorded case that the installed release takes
// differently even unchanged is not told, see -base.
package main
