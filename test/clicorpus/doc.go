// Package clicorpus replays recorded calls of the stack's helper programs
// (crm_resource, cibadmin, iso8601 and their like) against ours, as processes
// under the programs' names, and keeps a list of those that pass
// (expected.txt): none of them may fail again. Those that differ
// on purpose (descriptions of options, which are in our own words, are the most
// of them) or not yet are listed with what of them agrees, the exit status. They lie beside
// the repository, in ../shared/corpus/cli, and are no part of it; without them
// the test is skipped.
//
// go test ./test/clicorpus -update writes the list anew.
package clicorpus
