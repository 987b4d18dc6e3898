// Package pcscorpus replays recorded calls of pcs against the command line,
// in process, and keeps a list of those that pass (expected.txt): none of
// them may fail again. The recordings lie beside the repository, in
// ../shared/corpus/pcs, and are no part of it; without them the test does not
// run.
//
// go test ./test/pcscorpus -update writes the list anew.
//
// Other tests run beside an installed pcs (-beside): how fast ours is, calls
// with jumbled words, recorded calls with a word changed, and calls made from
// a grammar (testdata/forms.txt).
package pcscorpus
