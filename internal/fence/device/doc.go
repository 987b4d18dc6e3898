// Package device runs fence devices on this node: the installed fence agents,
// by their protocol on standard input, with the parameters that pacemaker-fenced
// adds, and IPMI 2.0 over LAN (fence_ipmilan and its like) by itself. Parameters, passwords among them, appear in no argument list and no log.
//
// What to run is decided by package fence; this one knows how long to wait, how
// often to try, and how to see that a machine is off.
package device
