// Package failover watches what users of a cluster see: a web site polled from
// outside, the owner of an address asked each millisecond, the daemons' view of
// who is there. The demo, the benchmark and the end-to-end tests build a cluster
// with it on the nodes of a sandbox, do it harm, and read off what happened.
package failover
