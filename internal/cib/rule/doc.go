// Package rule judges the rules of a CIB (Pacemaker Explained, "Rules"): does
// one hold for a node, a resource, an operation and a time, and is it in effect
// at a time as crm_rule(8) has it. It is pure. The scheduler, the fencer and
// the administrator's tools all ask here; what an administrator may type as a
// rule is admin's.
package rule
