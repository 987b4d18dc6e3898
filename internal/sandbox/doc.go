// Package sandbox makes several whole nodes on one machine: `gpcs sandbox`, to
// rehearse a failover on a laptop, and the ground of the demo, the benchmarks
// and the end-to-end tests.
//
// A node is a set of namespaces (mount, net, uts, pid, ipc, cgroup) with a
// disk of its own: an overlay on the machine's file systems, so that agents and
// services are those of the machine and whatever a node writes stays its own. A
// small init is its process 1; it keeps gpcsd running, as systemd does on a real
// node. A veth joins each node to a bridge inside a network namespace that a
// process called the hub holds open; that namespace is also the client's.
//
// The kernel is the only record of what runs: the hub and the inits are found by
// their command lines. Whoever started them may be killed at any moment, and Down
// still finds everything. The package knows nothing of clusters: the command that
// a node runs is an option.
package sandbox
