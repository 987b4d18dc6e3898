// Package alert tells which alert agents are to be run for an event, and with
// which environment: nodes that come and go, fencing, results of operations,
// node attributes (Pacemaker Administration, "Alert agents"). It also finds the
// events in what the cluster says: the membership and the CIB.
//
// It is pure: package alerter runs the agents. It stands for the alert parts
// of pacemaker-controld, pacemaker-attrd and libcrmcommon.
package alert
