// Package executor carries out the operations that the DC orders on this
// node: a queue for each resource instance with one action at a time,
// recurring monitors, cancelling, and the withdrawal of addresses from an
// isolated node. Results go to one function, in the order of their ends for
// each resource.
//
// It decides nothing about resources and writes no CIB: engine/agent runs the
// actions, engine/history says what the document keeps of the results. When
// it ends, resources live on.
//
// It stands for pacemaker-execd and the half of pacemaker-controld that talks to it.
package executor
