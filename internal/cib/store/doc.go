// Package store keeps the CIB on this node's disk, in Pacemaker's places and
// forms: cib.xml, its digest cib.xml.sig, and earlier versions cib-N.raw. What
// Save returned for is on the disk for good, or the version before it is whole:
// a journal of our own, cib.journal, has it until cib.xml has.
//
// It decides nothing about which document is right: that is cluster/replica.
// It stands for the file half of pacemaker-based.
package store
