// Package agents finds the resource and fence agents that are installed under
// a root directory, asks them for their metadata and has them check
// parameters. Agents are programs: each question has a time limit, many are
// asked at once but never more than a few, and what the long list of all
// agents showed is kept in a file until an agent's program changes.
//
// What metadata means is package agentmeta; running agents as resources is
// engine/agent. It stands for crm_resource --list-agents and
// --show-metadata.
package agents
