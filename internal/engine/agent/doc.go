// Package agent runs one action of one agent on this node and says how it
// ended: OCF 1.1 agents, LSB scripts, systemd units over D-Bus, "service"
// (whichever of the two there is), and the built-in ocf:heartbeat:IPaddr2.
//
// It owns the environment of agents, timeouts, the capture of output, and the
// cgroup of each resource, in which everything that its agent starts stays
// and of which nothing is left after a stop. It keeps no queue, no schedule and
// no history: those are engine/executor and engine/history. What is built in
// is described, without I/O, in engine/builtin.
//
// It stands for Pacemaker's services library and the agent IPaddr2 of
// resource-agents.
package agent
