// Package conf owns the stack's configuration files: corosync.conf(5) is
// parsed, edited, validated and printed here, and the cluster's keys are made
// from random bytes. Messages about what an administrator typed are worded as
// pcs words them.
//
// It is pure: file contents in, values and reports out. Whether a name can be
// resolved is asked through a function. It stands for the corosync half of
// pcs's library and for the parser of corosync (coroparse).
package conf
