// Package sim runs several whole nodes on one event queue with a virtual
// clock and a virtual network, injects faults, and checks what must hold
// whatever happens. Everything random comes from one seed, so that a seed is
// one history, the same on every run.
//
// The nodes are made of the real cores: cluster/member with view, quorum and
// replica, the judge of cluster/link, engine/controller with the real
// scheduler, engine/history. What is simulated is what those cores stand on:
// network, disk, clock, the executor's queues and the agents. The shells that
// join the cores in a real node (cluster, daemon, engine/executor) are written
// here a second time, as small as can be; test/nemesis and the whole-node
// tests are for the real ones.
package sim
