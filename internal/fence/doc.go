// Package fence decides how a node is fenced: which devices can do it, in
// which order, by which member, and what counts as proof that the node is off.
// It stands for the deciding part of pacemaker-fenced and for its history.
//
// It is pure: a Plan takes the answers of devices and the time, and gives what
// to run next. Devices are run by fence/device, plans are carried out by the
// daemon of the DC, and the controller writes their outcome into the document.
package fence
