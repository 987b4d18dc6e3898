// Package clicorpus replays recorded calls of the stack's helper programs
// (crm_resource, cibadmin, iso8601 and their like) against ours, as processes
// under the programs' names, and keeps a list of those that pass
// (expected.txt): none of them may fail again. The recordings are of a newer
// release than the one whose output forms we keep, so not all can pass; a
// second list holds those where only the exit status agrees. They lie beside
// the repository, in ../shared/corpus/cli, and are no part of it; without them
// the test is skipped.
//
// go test ./test/clicorpus -update writes the list anew.
package clicorpus
