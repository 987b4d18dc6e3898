// Package cli is the command line: it takes words apart as pcs does, finds
// the verb, calls admin on a file (-f) or the daemon through client, and
// prints. One file per noun; large nouns one per verb. It decides nothing
// about the cluster and never imports an engine shell or the daemon.
package cli
