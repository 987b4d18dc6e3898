// Package history is what test/nemesis records of a run, one JSON line for
// each event, and the judgement of it: what the clients were told, what the
// nodes held after each heal, which node's kernel had the address when. The
// judgement knows nothing of the programs under test and can be made again
// from the file.
package history
