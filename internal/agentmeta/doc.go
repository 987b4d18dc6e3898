// Package agentmeta knows what a resource or fence agent says about itself:
// names of agents, the metadata of OCF 1.0 and 1.1 and of the fence agent
// API, and the operations that follow from them for a new resource.
//
// It is pure: texts go in, values come out. Finding agents and asking them is
// package agents. It stands for pcs's lib/resource_agent and the metadata
// half of Pacemaker's libcrmservice.
package agentmeta
