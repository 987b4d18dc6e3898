// Package alerter runs alert agents on this node: as the user hacluster, with
// the environment that package alert makes, each for at most its time. What one
// recipient is told comes in the order of the events, unless an agent is slow:
// then the next is not held up by it. Recipients do not wait for each other.
//
// What an agent prints or returns changes nothing in the cluster. It stands for
// the part of pacemaker-execd that runs alerts.
package alerter
