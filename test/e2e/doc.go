// Package e2e tests whole nodes: the programs as users get them, real agents,
// real nginx, real packets, on the nodes of a sandbox. It needs root, nginx and
// the OCF agents (scripts/setup) and skips loudly without them. Each test has a
// cluster of its own.
package e2e
