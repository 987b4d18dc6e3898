// Package builtin describes the agents that gpcsd runs itself instead of a
// program: their metadata, and what their parameters ask for. They are
// ocf:heartbeat:IPaddr2, with the parameters and defaults of resource-agents,
// and the fence agents for IPMI 2.0 over LAN, with those of fence-agents.
//
// It is pure: it reads no interface, sets no address and asks no BMC;
// engine/agent and fence/device do.
package builtin
