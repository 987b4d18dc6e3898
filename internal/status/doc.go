// Package status shows a cluster: one view, made from the document and from
// what the local node knows of its peers, is printed as text, as XML or as
// JSON. It stands for crm_mon, for pcs's own status texts and for the reading
// half of corosync-quorumtool.
//
// It is pure: the clock is an argument, nothing is asked of the network. What
// resources do is unpacked from their history by engine/sched; status only
// lays it out. It changes nothing and explains nothing.
package status
