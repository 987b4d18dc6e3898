package sched

import (
	"sort"
	"strings"
)

// Notifications: clones with notify=true are told before and after each of
// their actions what is going to be done where (Pacemaker Explained, "Clone Notifications").

// cloneActions are the ordering points of a clone's notifications.
type cloneActions struct {
	start, stop, promote, demote *notification
}

// notification is one kind of action that a clone is told of.
type notification struct {
	task                         string
	pre, preDone, post, postDone *action
	started, stopped             []told
	promoted, demoted            []told
	active, inactive             []told
	unpromotedNow, promotedNow   []told
	keys                         Values
}

// told is an instance, on a node or nowhere, that a notification speaks of.
type told struct {
	rsc  *Resource
	node *Node
}

func (p *planner) notifyPseudos(r *Resource, start, started, stop, stopped *action) cloneActions {
	c := cloneActions{start: p.newNotification(r, taskStart, start, started), stop: p.newNotification(r, taskStop, stop, stopped)}
	if c.start != nil && c.stop != nil {
		p.link(c.stop.postDone, c.start.pre, ordered)
	}
	return c
}

// orderNotifications orders what a promotable clone is told of.
func (p *planner) orderNotifications(c *cloneActions) {
	if c.promote == nil || c.demote == nil {
		return
	}
	p.link(c.stop.postDone, c.promote.pre, ordered)
	p.link(c.start.postDone, c.promote.pre, ordered)
	p.link(c.demote.postDone, c.promote.pre, ordered)
	p.link(c.demote.postDone, c.start.pre, ordered)
	p.link(c.demote.postDone, c.stop.pre, ordered)
}

// newNotification makes the ordering points around an action and its completion.
func (p *planner) newNotification(r *Resource, task string, a, done *action) *notification {
	if !r.Notify {
		return nil
	}
	n := &notification{task: task}
	if a != nil {
		n.pre = p.notifyPoint(r, a, taskNotify, "pre", n)
		n.preDone = p.notifyPoint(r, a, taskNotified, "confirmed-pre", n)
		n.pre.set(runnable)
		n.preDone.set(runnable)
		p.link(n.pre, n.preDone, ordered)
		p.link(n.preDone, a, ordered)
	}
	if done != nil {
		n.post = p.notifyPoint(r, done, taskNotify, "post", n)
		n.postDone = p.notifyPoint(r, done, taskNotified, "confirmed-post", n)
		for _, x := range []*action{n.post, n.postDone} {
			x.priority = Infinity
			x.clear(runnable)
			x.set(done.flags & runnable)
		}
		p.link(done, n.post, firstImpliesThen)
		p.link(n.post, n.postDone, firstImpliesThen)
	}
	if a != nil && done != nil {
		p.link(n.preDone, n.post, ordered)
	}
	return n
}

func (p *planner) notifyPoint(r *Resource, of *action, task, kind string, n *notification) *action {
	a := p.act(r, r.ID+"_"+kind+"_notify_"+of.task+"_0", task, nil, of.is(optional))
	a.set(pseudo)
	a.meta.set("notify_key_type", kind)
	a.meta.set("notify_key_operation", of.task)
	a.meta.set("notify_type", strings.TrimPrefix(kind, "confirmed-"))
	a.meta.set("notify_operation", n.task)
	return a
}

// notifyClone makes the notifications of a clone's instances.
func (p *planner) notifyClone(r *Resource) {
	for i := len(r.actions) - 1; i >= 0; i-- {
		p.actionFlags(r.actions[i], nil)
	}
	for _, n := range []*notification{r.cloneActs.start, r.cloneActs.stop, r.cloneActs.promote, r.cloneActs.demote} {
		if n == nil {
			continue
		}
		n.collect(r, true)
		p.addKeys(r, n)
		p.notifyInstances(r, n)
	}
}

// notifyAfterFencing tells the rest of a clone that an instance is gone.
func (p *planner) notifyAfterFencing(r *Resource, stop, fence *action) {
	n := p.newNotification(r, taskStop, nil, fence)
	if n == nil {
		return
	}
	n.collect(r, false)
	n.keys.set("notify_stop_resource", r.ID)
	n.keys.set("notify_stop_uname", stop.node.Name)
	p.notifyInstances(r.Top(), n)
}

// collect gathers the state of the instances and, with plans, what is going to be done.
func (n *notification) collect(r *Resource, plans bool) {
	if len(r.Children) > 0 {
		for _, k := range r.Children {
			n.collect(k, plans)
		}
		return
	}
	e := told{rsc: r}
	if len(r.RunningOn) > 0 {
		e.node = r.RunningOn[0]
	}
	switch r.Role {
	case RoleStopped:
		n.inactive = append(n.inactive, e)
	case RoleStarted:
		n.active = append(n.active, e)
	case RoleUnpromoted:
		n.unpromotedNow, n.active = append(n.unpromotedNow, e), append(n.active, e)
	case RolePromoted:
		n.promotedNow, n.active = append(n.promotedNow, e), append(n.active, e)
	}
	if !plans {
		return
	}
	for _, a := range r.actions {
		if a.is(optional) || a.node == nil || !a.is(runnable) && !(a.task == taskStop && a.node.Unclean) {
			continue
		}
		e := told{r, a.node}
		switch a.task {
		case taskStart:
			n.started = append(n.started, e)
		case taskStop:
			n.stopped = append(n.stopped, e)
		case taskPromote:
			n.promoted = append(n.promoted, e)
		case taskDemote:
			n.demoted = append(n.demoted, e)
		}
	}
}

// texts writes a list as names of instances and of their nodes.
func texts(list []told) (resources, nodes string) {
	list = append([]told(nil), list...)
	sort.SliceStable(list, func(i, j int) bool { return list[i].rsc.ID < list[j].rsc.ID })
	var rs, ns []string
	for i, e := range list {
		if i > 0 && list[i-1].rsc == e.rsc {
			continue
		}
		rs = append(rs, e.rsc.ID)
		if e.node != nil {
			ns = append(ns, e.node.Name)
		}
	}
	return orElse(strings.Join(rs, " "), " "), orElse(strings.Join(ns, " "), " ")
}

func (p *planner) addKeys(r *Resource, n *notification) {
	for _, l := range []struct {
		names []string
		list  []told
	}{
		{[]string{"stop"}, n.stopped}, {[]string{"start"}, n.started}, {[]string{"demote"}, n.demoted}, {[]string{"promote"}, n.promoted},
		{[]string{"active"}, n.active}, {[]string{"unpromoted", "slave"}, n.unpromotedNow}, {[]string{"promoted", "master"}, n.promotedNow},
	} {
		rs, ns := texts(l.list)
		for _, name := range l.names {
			n.keys.set("notify_"+name+"_resource", rs)
			n.keys.set("notify_"+name+"_uname", ns)
		}
	}
	rs, _ := texts(n.inactive)
	n.keys.set("notify_inactive_resource", rs)
	var available, all []string
	for _, node := range p.Nodes {
		if r.allowed[node.Index].in {
			available = append(available, node.Name)
		}
		all = append(all, node.Name)
	}
	n.keys.set("notify_available_uname", orElse(strings.Join(available, " "), " "))
	n.keys.set("notify_all_uname", orElse(strings.Join(all, " "), " "))
	if !strings.EqualFold(r.Meta.Get("container-attribute-target"), "host") {
		return
	}
	var hosts []string
	for _, node := range p.Nodes {
		if node.Kind == GuestNode && node.Connection != nil && node.Connection.ContainedBy != nil {
			if node = node.Connection.ContainedBy.current(); node == nil {
				continue
			}
		}
		hosts = append(hosts, node.Name)
	}
	n.keys.set("notify_all_hosts", orElse(strings.Join(hosts, " "), " "))
}

// notifyInstances makes the notify actions of the instances, and gives the
// data to the actions that they are about.
func (p *planner) notifyInstances(r *Resource, n *notification) {
	if len(r.Children) > 0 {
		for _, k := range r.Children {
			p.notifyInstances(k, n)
		}
		return
	}
	for _, a := range r.actions {
		switch a.task {
		case taskStart, taskStop, taskPromote, taskDemote:
			if !a.is(optional) && a.node != nil {
				n.addTo(a)
			}
		}
	}
	switch {
	case n.task == taskStart && len(n.started) == 0, n.task == taskPromote && len(n.promoted) == 0, n.task == taskDemote && len(n.demoted) == 0:
		return
	}
	stop, start := r.find("", taskStop, nil), r.find("", taskStart, nil)
	if r.Role != RoleStopped && (n.task == taskStop || n.task == taskDemote) {
		for _, node := range r.RunningOn {
			if stop != nil && stop.is(pseudo) && (node.Unclean || node.requiresReset) {
				continue
			}
			p.notifyAction(r, node, n.pre, n.preDone, n)
			if n.task == taskDemote || stop == nil || stop.is(optional) {
				p.notifyAfter(r, node, n)
			}
		}
	}
	if r.NextRole != RoleStopped && r.assignedTo != nil && (n.task == taskStart || n.task == taskPromote) {
		if n.task == taskPromote || start == nil || start.is(optional) {
			p.notifyAction(r, r.assignedTo, n.pre, n.preDone, n)
		}
		p.notifyAfter(r, r.assignedTo, n)
	}
}

func (n *notification) addTo(a *action) {
	for _, k := range n.keys {
		a.meta.set(k.Name, k.Value)
	}
}

func (p *planner) notifyAction(r *Resource, node *Node, point, done *action, n *notification) *action {
	if point == nil || !node.Online || !point.is(runnable) {
		return nil
	}
	key := r.ID + "_" + point.meta.Get("notify_type") + "_notify_" + point.meta.Get("notify_operation") + "_0"
	a := p.act(r, key, taskNotify, node, point.is(optional))
	for _, m := range point.meta {
		a.meta.setDefault(m.Name, m.Value)
	}
	n.addTo(a)
	p.link(point, a, ordered)
	p.link(a, done, ordered)
	return a
}

// notifyAfter makes a notification of what was done; monitors begin after it.
func (p *planner) notifyAfter(r *Resource, node *Node, n *notification) {
	if a := p.notifyAction(r, node, n.post, n.postDone, n); a != nil {
		a.priority = Infinity
	}
	if n.postDone == nil {
		return
	}
	for i := len(r.actions) - 1; i >= 0; i-- {
		if a := r.actions[i]; a.interval > 0 && a.task != taskCancel {
			p.link(n.postDone, a, ordered)
		}
	}
}
