package sched

import (
	"sort"
	"strconv"
	"strings"

	"gpcs/internal/engine/graph"
)

// exportAttrs collects the attributes that go with an action (FORMAT: the
// attributes element): the agent's parameters and, as CRM_meta_*, what the
// cluster tells it.
func (p *planner) exportAttrs(a *action, kind graph.Kind) []graph.Attr {
	v := make(Values, 0, 24)
	for _, at := range a.params {
		v.setDefault(at.Name, at.Value)
	}
	r := a.rsc
	if r != nil && r.Kind == Primitive && kind != graph.Pseudo || r != nil && r.Kind == Primitive {
		for _, at := range p.params(r, a.node) {
			v.setDefault(at.Name, at.Value)
		}
	}
	if r != nil && r.Kind != Primitive && a.node != nil {
		for _, at := range p.params(r, a.node) {
			v.setDefault(at.Name, at.Value)
		}
	}
	for _, at := range a.meta {
		addMeta(&v, at.Name, at.Value)
	}
	if a.node != nil && (kind != graph.Pseudo || a.task == taskFence) {
		addMeta(&v, "on_node", a.node.Name)
		addMeta(&v, "on_node_uuid", a.node.ID)
	}
	if r != nil && r.isRemoteConn {
		substituteAddress(v, r)
	}
	for o := r; o != nil; o = o.Parent {
		p.contribute(&v, o)
	}
	p.hostAttrs(&v, a)
	out := append([]graph.Attr(nil), v...)
	sort.SliceStable(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func addMeta(v *Values, name, value string) {
	if strings.ContainsAny(name, "#:") {
		return
	}
	v.setDefault("CRM_meta_"+strings.ReplaceAll(name, "-", "_"), value)
}

// contribute adds what a resource and its parents say of themselves.
func (p *planner) contribute(v *Values, r *Resource) {
	if r.ContainedBy != nil {
		addMeta(v, "container", r.ContainedBy.ID)
	}
	switch r.Kind {
	case Primitive:
		if r.Number >= 0 {
			addMeta(v, "clone", strconv.Itoa(r.Number))
		}
		if r.guestName != "" {
			addMeta(v, "remote-node", r.guestName)
		}
		if ip := r.Meta.Get("external-ip"); ip != "" {
			v.setDefault("pcmk_external_ip", ip)
		}
	case Clone:
		addMeta(v, "globally-unique", strconv.FormatBool(r.Unique))
		addMeta(v, "notify", strconv.FormatBool(r.Notify))
		addMeta(v, "clone-max", strconv.Itoa(r.CloneMax))
		addMeta(v, "clone-node-max", strconv.Itoa(r.CloneNodeMax))
		if r.Promotable {
			addMeta(v, "promoted-max", strconv.Itoa(r.PromotedMax))
			addMeta(v, "promoted-node-max", strconv.Itoa(r.PromotedNodeMax))
			addMeta(v, "master-max", strconv.Itoa(r.PromotedMax))
			addMeta(v, "master-node-max", strconv.Itoa(r.PromotedNodeMax))
		}
	}
}

// substituteAddress gives the connection of a bundle without addresses the
// name of its container's host.
func substituteAddress(v Values, r *Resource) {
	rep := r.replica()
	if rep == nil || v.Get("addr") != "#uname" {
		return
	}
	n := rep.Container.assignedTo
	if n == nil {
		n = rep.Container.current()
	}
	if n != nil {
		v.set("addr", n.Name)
	}
}

// hostAttrs tells an action on a guest node where the guest is.
func (p *planner) hostAttrs(v *Values, a *action) {
	n, r := a.node, a.rsc
	if n == nil || r == nil || n.Kind != GuestNode || n.Connection == nil || n.Connection.ContainedBy == nil {
		return
	}
	by := n.Connection.ContainedBy
	task := a.task
	if task == taskNotify || task == taskNotified {
		task = a.meta.Get("notify_operation")
	}
	var host *Node
	switch task {
	case taskStop, taskStopped, taskDemote, taskDemoted:
		host = by.current()
	case taskStart, taskRunning, taskMonitor, taskPromote, taskPromoted:
		host = by.assignedTo
	}
	if host == nil {
		return
	}
	if t := r.Meta.Get("container-attribute-target"); t != "" {
		addMeta(v, "container-attribute-target", t)
	}
	addMeta(v, "physical-host", host.Name)
}

// routerOf is the cluster node through which an action on a remote node goes:
// the connection's host, the old one for what happens before it moves.
func (p *planner) routerOf(a *action) string {
	n := a.node
	if n.Kind == Member || n.Connection == nil {
		return ""
	}
	conn := n.Connection
	began, ended := conn.current(), conn.assignedTo
	if began == nil {
		return nameOf(ended)
	}
	if ended == nil || began == ended {
		return nameOf(began)
	}
	if conn.partialTarget != nil {
		return nameOf(ended) // it is on its way already
	}
	task := a.task
	if task == taskNotify {
		task = p.originalTask(a)
	}
	switch task {
	case taskCancel, taskStop, taskDemote, taskMigrateTo, taskMigrateFrom:
		return nameOf(began)
	}
	return nameOf(ended)
}

func nameOf(n *Node) string {
	if n == nil {
		return ""
	}
	return n.Name
}
