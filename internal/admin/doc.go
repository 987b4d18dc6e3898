// Package admin holds every change and every query that an administrator can
// ask for, as pure functions: a document, the arguments and facts about agents
// go in, reports and texts come out. A function that edits changes the
// document in place; the caller hands a copy and throws it away when a report
// is an error.
//
// It knows nothing of files, the network or running agents: metadata comes as
// agentmeta values. Verbs are found in files named after their noun
// (resource_create.go, constraint_order.go); what they share is in ids.go,
// nvset.go, find.go and validate.go. It stands for pcs's lib/commands.
package admin
