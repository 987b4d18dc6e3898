// Package ocf is the resource agents of the provider "pacemaker", which come
// with Pacemaker and not with resource-agents: Dummy, Stateful, attribute,
// ping, ClusterMon, SysInfo, HealthCPU, HealthIOWait, HealthSMART, ifspeed,
// and the description of remote. They are programs like all agents: links in
// resource.d/pacemaker that lead to gpcs, told apart by the name they are
// called under.
//
// Parameters, defaults, actions, state files, node attributes and exit codes
// are those of Pacemaker 2.1, so that what one stack started the other one
// finds. The helper programs that agents call (attrd_updater, crm_attribute,
// crm_mon) are handed in.
package ocf
