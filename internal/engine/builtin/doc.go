// Package builtin describes the agents that gpcsd runs itself instead of a
// program: their metadata, and what their parameters ask for. So far that is
// ocf:heartbeat:IPaddr2, with the parameters and defaults of resource-agents.
//
// It is pure: it reads no interface and sets no address, engine/agent does.
package builtin
