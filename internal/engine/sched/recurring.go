package sched

import (
	"strconv"

	"gpcs/internal/cib"
)

// Recurring operations: monitors that shall run, and those that shall end.

type recurringOp struct {
	task     string
	key      string
	interval int64
	role     Role
}

// recurring makes the recurring operations of a resource where it shall be.
func (p *planner) recurring(r *Resource) {
	if r.Blocked || r.Maintenance {
		return
	}
	n := r.assignedTo
	var start *action
	switch {
	case n == nil:
	case n.Maintenance:
		return
	case r.NextRole != RoleStopped || !r.Managed:
		start = p.rscAction(r, taskStart, n, true)
	}
	for _, e := range p.ops(r) {
		op, ok := p.recurringOp(r, e)
		if !ok {
			continue
		}
		if start != nil && op.role != RoleStopped {
			p.recurWhereActive(r, start, n, op)
		}
		if op.role == RoleStopped {
			p.recurWhereStopped(r, n, op)
		}
	}
}

// recurringOp reads an op element; ok is false for what does not recur: one-off,
// disabled, or given twice (which makes it doubtful which is meant).
func (p *planner) recurringOp(r *Resource, e *cib.Element) (recurringOp, bool) {
	op := recurringOp{task: e.SelectAttrValue("name", ""), interval: opInterval(e), role: parseRole(e.SelectAttrValue("role", ""))}
	op.key = opKey(r.ID, op.task, op.interval)
	if op.interval == 0 || !opEnabled(e) {
		return op, false
	}
	switch op.task {
	case taskStart, taskStop, taskPromote, taskDemote, taskNotify, taskMigrateTo, taskMigrateFrom:
		return op, false
	}
	same := 0
	for _, o := range p.ops(r) {
		if o.SelectAttrValue("name", "") == op.task && opInterval(o) == op.interval {
			same++
		}
	}
	return op, same == 1
}

// runs tells whether a recurring operation runs on a node now.
func runs(r *Resource, key string, n *Node) (*action, bool) {
	for i := len(r.actions) - 1; i >= 0; i-- {
		if a := r.actions[i]; a.key == key && a.node == n && n != nil {
			return a, true
		}
	}
	return nil, false
}

func (p *planner) recurWhereActive(r *Resource, start *action, n *Node, op recurringOp) {
	a, running := runs(r, op.key, n)
	isOptional := running && start.is(optional) && a.notifyType != reschedule
	role := op.role
	if role == RoleUnknown && r.NextRole == RolePromoted || role != RoleUnknown && role != r.NextRole {
		if isOptional {
			p.cancelForRole(r, n, op)
		}
		return
	}
	mon := p.act(r, op.key, op.task, n, isOptional)
	if !start.is(runnable) || !n.Online || n.Unclean {
		mon.clear(runnable)
	}
	if r.NextRole == RolePromoted {
		mon.expect(ocfPromoted)
	}
	if !r.Managed {
		return
	}
	flags := firstImpliesThen | unrunnableFirstBlocks
	p.order(ordering{first: r, firstKey: opKey(r.ID, taskStart, 0), then: r, thenAct: mon, flags: flags})
	p.order(ordering{first: r, firstKey: opKey(r.ID, taskReload, 0), then: r, thenAct: mon, flags: flags})
	switch {
	case r.NextRole == RolePromoted:
		p.order(ordering{first: r, firstKey: opKey(r.ID, taskPromote, 0), then: r, thenAct: mon, flags: ordered | unrunnableFirstBlocks})
	case r.Role == RolePromoted:
		p.order(ordering{first: r, firstKey: opKey(r.ID, taskDemote, 0), then: r, thenAct: mon, flags: ordered | unrunnableFirstBlocks})
	}
}

// expect sets the exit status that is no failure.
func (a *action) expect(status int) { a.meta.set("op_target_rc", strconv.Itoa(status)) }

// reschedule marks a recurring action that has to be given to the executor
// anew though it runs.
const reschedule = "reschedule"

// cancelForRole ends a recurring operation of a role that is left.
func (p *planner) cancelForRole(r *Resource, n *Node, op recurringOp) {
	c := p.cancel(r, op.task, op.interval, n)
	after := ""
	switch {
	case r.Role == RolePromoted:
		after = taskDemote
	case r.Role >= RoleStarted && r.NextRole == RolePromoted:
		after = taskPromote
	case r.Role >= RoleStarted && r.NextRole == RoleStopped:
		after = taskStop
	}
	if after != "" {
		p.order(ordering{firstAct: c, first: r, then: r, thenKey: opKey(r.ID, after, 0), flags: unrunnableFirstBlocks})
	}
}

// cancel makes the action that ends a recurring operation.
func (p *planner) cancel(r *Resource, task string, interval int64, n *Node) *action {
	a := p.act(r, opKey(r.ID, task, interval), taskCancel, n, false)
	a.task = taskCancel
	a.meta.set("operation", task)
	a.meta.set("interval", strconv.FormatInt(interval, 10))
	return a
}

// cancelIfRunning ends the monitor of an inactive resource before it starts.
func (p *planner) cancelIfRunning(r *Resource, n *Node, op recurringOp) {
	if _, ok := runs(r, op.key, n); !ok {
		return
	}
	c := p.cancel(r, op.task, op.interval, n)
	if r.NextRole == RoleStarted || r.NextRole == RoleUnpromoted {
		p.order(ordering{firstAct: c, first: r, then: r, thenKey: opKey(r.ID, taskStart, 0), flags: unrunnableFirstBlocks})
	}
}

// afterStops lets the monitor of an inactive resource begin only once that is
// stopped on the node, and then anew.
func (p *planner) afterStops(r *Resource, n *Node, mon *action) {
	for _, stop := range r.findAll(opKey(r.ID, taskStop, 0), n) {
		if stop.node != n {
			continue
		}
		if !r.Managed && !stop.is(optional) {
			mon.set(optional)
		}
		if !stop.is(runnable) {
			mon.clear(runnable)
		}
		if r.Managed {
			p.order(ordering{firstAct: stop, then: r, thenAct: mon, flags: firstImpliesThen | unrunnableFirstBlocks})
		}
	}
}

// recurWhereStopped watches that a resource is not started behind the
// cluster's back on the nodes where it shall be down.
func (p *planner) recurWhereStopped(r *Resource, active *Node, op recurringOp) {
	if !r.Unique {
		return
	}
	for _, n := range p.Nodes {
		if n == active {
			p.cancelIfRunning(r, n, op)
			continue
		}
		_, running := runs(r, op.key, n)
		mon := p.act(r, op.key, op.task, n, running)
		mon.expect(ocfNotRunning)
		if r.Managed {
			for _, a := range r.findAll(opKey(r.ID, taskMonitor, 0), n) {
				p.link(a, mon, unrunnableFirstBlocks)
			}
		}
		p.afterStops(r, n, mon)
		if !n.Online || n.Unclean {
			mon.clear(runnable)
		}
	}
}
