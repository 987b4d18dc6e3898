// Package explain says in plain sentences what the scheduler decides and why:
// what a cluster would do about a changed document (Settle, Change), and why
// a resource is where it is or stopped (Why). It decides nothing itself; what
// it says comes from engine/sched's results and engine/simulate's walk of the
// graph. Texts for a shell or a terminal are made elsewhere.
package explain
