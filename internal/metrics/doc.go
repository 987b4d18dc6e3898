// Package metrics turns what a node knows of its cluster into the text that
// Prometheus reads: the families of ha_cluster_exporter under their names and
// labels, so that its dashboards and alarms go on working, and gpcs's own under
// gpcs_*. docs/metrics.md lists them.
//
// It is pure; package server collects the facts and serves the text. It stands
// for ha_cluster_exporter.
package metrics
