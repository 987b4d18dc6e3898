// Package cluster makes this node a part of the cluster: it runs the member
// core (views, quorum, replication) on real links, streams, disk and clock,
// and gives the rest of the daemon what it needs of them: the state of the
// cluster, the document, a way to change it, and ordered messages to the other
// nodes' daemons.
//
// It decides nothing: what is a member, a quorum or an acknowledged change is
// decided by the pure cores in view, quorum and replica. It stands for
// corosync and for pacemaker-based seen as services.
package cluster
