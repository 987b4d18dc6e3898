// Package clicorpus replays recorded calls of the stack's helper programs
// (crm_resource, cibadmin, iso8601 and their like) against ours, as processes
// under the programs' names. expected.txt lists those that agree, in all or in
// their exit status alone; none of them may agree less than before. Most that
// differ do so on purpose, by descriptions of options, which are in our own
// words. The recordings lie beside the repository, in ../shared/corpus/cli, and
// are no part of it; without them the test does not run.
//
// go test ./test/clicorpus -update writes the list anew.
package clicorpus
