// Package sched is the policy engine: a CIB and a time go in, a transition
// graph comes out. It decides where every resource shall run, in which role,
// and what has to be done in which order to get there. It stands for
// Pacemaker's pacemaker-schedulerd and its libraries.
//
// It is a pure function: no clock, no files, no state between two calls. The
// stages follow each other as in Schedule: unpack (configuration and status
// into a typed model), constraints, placement (with colocation), actions
// (roles, probes, recurring operations), ordering, fencing, graph. Each has
// its own files. Nodes and resources carry small integer indices; score
// tables are slices indexed by node.
//
// It does not number transitions, carries nothing out and prints no status;
// engine/transition, engine/executor and status do.
package sched
