// Package link carries what the nodes of a cluster say to each other:
// datagrams on the UDP ports of corosync's links, sealed under the cluster
// key, and one ordered stream for each pair of nodes, over TLS connections on
// pcsd's port. It measures the links and decides by silence alone who is
// reachable, both ways, at the same time on both ends.
//
// It opens no TCP socket: connections are dialled by a function it is given
// and accepted ones are handed to it. Who is a member is decided by
// cluster/view. It stands for kronosnet and for the token of corosync's totem.
package link
