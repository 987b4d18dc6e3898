// Package daemon joins the parts of gpcsd: the server, and while cluster
// services are started the cluster core, the executor and the DC's controller.
// It starts them in order, stops them in reverse, and decides nothing itself.
//
// It stands for the process side of pcsd, corosync and pacemakerd.
package daemon
