// Package replica keeps one document on all members of a view: ordered
// changes, acknowledged when enough members have them. It is a pure step
// function on top of the views that cluster/view agrees on.
//
// All requests go to the DC. It carries them out one after the other
// (cib.Apply) and sends what changed, numbered within the view, to the
// members. A member that misses a number, or whose document differs, fetches
// the whole document. A change of the configuration is stored by each member
// before it counts there; status lives in memory. The client is answered when
// members with a quorum of the expected votes have the change; in a view
// without such a quorum, or under two_node, when all members have it.
//
// It stands for the replication half of pacemaker-based. The file is
// cib/store, the meaning of a request is cib.Apply.
package replica
