// Package view agrees on who is a member and who is the DC. It is a pure step
// function: reachability, messages and ticks go in, messages to send and views
// to install come out. There is no clock, no goroutine and no socket in it.
//
// One member proposes: PREPARE(ballot) is answered by PROMISE with what
// document the member holds; the proposer adopts the best document and sends
// INSTALL, with the document to those that hold another. When all have
// answered INSTALLED the view is open and its proposer, the DC, may act.
// Promises go to the highest ballot seen, so of two proposals one ends.
//
// It stands for the membership half of corosync's totem and for the DC
// election and the join protocol of pacemaker-controld. Detection of silence
// is cluster/link, the document itself is cluster/replica.
package view
