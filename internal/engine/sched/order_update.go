package sched

import "strings"

// How an ordering changes its actions, for each kind of resource.

// updateOrdered applies one meaning of an ordering on behalf of a resource,
// that of the then action or, for thenImpliesFirst, of the first.
func (p *planner) updateOrdered(r *Resource, first, then *action, n *Node, flags, filter actionFlags, kind orderFlags) changed {
	switch r.Kind {
	case Group:
		ch := p.updatePlain(first, then, flags, filter, kind)
		for _, m := range then.rsc.Children {
			if ma := m.find("", then.task, n); ma != nil {
				ch |= p.updateOrdered(m, first, ma, n, flags, filter, kind)
			}
		}
		return ch
	case Clone, Bundle:
		return p.updateInstances(first, then, n, flags, filter, kind)
	}
	return p.updatePlain(first, then, flags, filter, kind)
}

func (p *planner) updatePlain(first, then *action, flags, filter actionFlags, kind orderFlags) changed {
	thenFlags, firstFlags := then.flags, first.flags
	if kind&asymmetric != 0 {
		p.asymmetricOrder(first, then)
	}
	if kind&thenImpliesFirst != 0 && thenFlags&optional == 0 {
		if filter&optional != 0 && flags&optional == 0 && firstFlags&optional != 0 {
			first.unset(optional, then)
		}
		if flags&migratable != 0 && !then.is(migratable) {
			first.unset(migratable, then)
		}
	}
	if kind&promotedThenImpliesFirst != 0 && then.rsc != nil && then.rsc.Role == RolePromoted && filter&optional != 0 && !then.is(optional) {
		first.unset(optional, then)
		if first.is(migratable) && !then.is(migratable) {
			first.unset(migratable, then)
		}
	}
	if kind&unmigratableThenBlocks != 0 && filter&optional != 0 {
		if !then.is(migratable | runnable) {
			first.unset(runnable, then)
		}
		if !then.is(optional) {
			first.unset(optional, then)
		}
	}
	if kind&firstElseThen != 0 && filter&optional != 0 && !first.is(runnable) {
		then.unset(migratable, first)
		then.clear(pseudo)
	}
	if kind&unrunnableFirstBlocks != 0 && filter&runnable != 0 && then.is(runnable) && flags&runnable == 0 {
		then.unset(runnable, first)
		then.unset(migratable, first)
	}
	if kind&firstImpliesThen != 0 && filter&optional != 0 && then.is(optional) && flags&optional == 0 && !first.is(migratable) {
		then.unset(optional, first)
	}
	if kind&intermediateStop != 0 {
		restartOrder(first, then, filter)
	}
	var ch changed
	if thenFlags != then.flags {
		ch |= thenChanged
		if then.rsc != nil && then.rsc.Parent != nil {
			p.update(then)
		}
	}
	if firstFlags != first.flags {
		ch |= firstChanged
	}
	return ch
}

// unset clears a flag of an action because of another, which is its reason.
func (a *action) unset(flag actionFlags, because *action) {
	if !a.is(flag) {
		return
	}
	a.clear(flag)
	if a.rsc == because.rsc && a.rsc != nil {
		return
	}
	text := map[actionFlags]string{optional: "required", runnable: "unrunnable", migratable: "unmigrateable"}[flag]
	if because.rsc != nil {
		text += " " + because.rsc.ID
	}
	a.setReason(text+" "+because.task, flag == migratable)
}

func (p *planner) asymmetricOrder(first, then *action) {
	if then.rsc == nil || first.is(runnable) {
		return
	}
	if then.is(optional) {
		role := then.rsc.state(true)
		if role == RoleStopped && then.task == taskStop {
			return
		}
		if role >= RoleStarted && then.task == taskStart && len(then.rsc.RunningOn) == 1 {
			return
		}
	}
	then.unset(optional, first)
	then.unset(runnable, first)
}

// restartOrder is the ordering of the stop and start of a restart: neither
// makes sense without the other.
func restartOrder(stop, start *action, filter actionFlags) {
	required := filter&optional != 0 && !start.is(optional)
	impossible := filter&runnable != 0 && !start.is(runnable) && start.rsc.Managed && stop.rsc == start.rsc
	if !required && !impossible {
		return
	}
	if stop.is(runnable) {
		stop.unset(optional, start)
	}
	if !start.is(optional) {
		stop.unset(optional, start)
	}
	if !start.is(migratable) {
		stop.unset(migratable, start)
	}
	if !stop.is(optional) && !stop.is(runnable) {
		start.unset(runnable, stop)
	}
}

// updateInstances applies an ordering to the instances of a clone.
func (p *planner) updateInstances(first, then *action, n *Node, flags, filter actionFlags, kind orderFlags) changed {
	if canInterleave(first, then) {
		return p.updateInterleaved(first, then, n, filter, kind)
	}
	var ch changed
	if then.rsc != nil {
		ch |= p.updatePlain(first, then, flags, filter, kind)
	}
	if then.rsc == nil || then.rsc.Kind < Clone {
		return ch
	}
	for _, k := range then.rsc.instances() {
		ka := k.find("", then.task, n)
		if ka == nil || p.actionFlags(ka, n)&runnable == 0 {
			continue
		}
		kch := p.updateOrdered(k, first, ka, n, flags, filter, kind)
		ch |= kch
		if kch&thenChanged != 0 {
			for i := len(ka.after) - 1; i >= 0; i-- {
				p.update(ka.after[i].action)
			}
		}
	}
	return ch
}

func canInterleave(first, then *action) bool {
	if first.rsc == nil || then.rsc == nil || first.rsc == then.rsc || first.rsc.Kind < Clone || then.rsc.Kind < Clone {
		return false
	}
	r := then.rsc
	if strings.HasSuffix(then.key, "_stop_0") || strings.HasSuffix(then.key, "_demote_0") {
		r = first.rsc
	}
	return r.Interleave
}

func (p *planner) updateInterleaved(first, then *action, n *Node, filter actionFlags, kind orderFlags) changed {
	var ch changed
	task := p.originalTask(first)
	current := strings.HasSuffix(first.key, "_stopped_0") || strings.HasSuffix(first.key, "_demoted_0") // or a notification of these
	for _, k := range then.rsc.instances() {
		partner := p.compatibleInstance(k, first.rsc, RoleUnknown, current)
		if partner == nil {
			if !current && kind&(unrunnableFirstBlocks|firstImpliesThen) != 0 && p.unassign(k) {
				ch |= thenChanged
			}
			continue
		}
		fa := interleavedAction(partner, task, n, task != taskStop)
		ta := interleavedAction(k, then.task, n, then.task == taskPromote || then.task == taskDemote)
		if fa == nil || ta == nil {
			continue
		}
		if p.link(fa, ta, kind) {
			ch |= firstChanged | thenChanged
		}
		ch |= p.updateOrdered(k, fa, ta, n, p.actionFlags(fa, n), filter, kind)
	}
	return ch
}

// interleavedAction is the action of an instance that an ordering between two
// clones or bundles is about. Of a bundle that can be what its container
// holds: something else depends on the service more than on the container.
func interleavedAction(k *Resource, task string, n *Node, inner bool) *action {
	if in := k.inside(); inner && in != nil {
		return in.find("", task, nil)
	}
	return k.find("", task, n)
}

// unassign takes the node from an instance that has no partner to run with,
// and tells whether that changed anything.
func (p *planner) unassign(r *Resource) bool {
	if r.Kind != Primitive {
		ch := false
		for _, k := range r.Children {
			ch = p.unassign(k) || ch
		}
		return ch
	}
	ch := r.assignedTo != nil
	p.place(r, nil, true, true)
	return ch
}

// blockDependents keeps what must be where a resource is from starting where
// that cannot start or be promoted. Of what has several parts none must be able to.
func (p *planner) blockDependents(a *action) {
	if a.is(runnable) || a.task != taskStart && a.task != taskPromote || a.rsc == nil {
		return
	}
	r := a.rsc.Top()
	if r.Parent != nil {
		r = r.Parent
	}
	for _, k := range r.Children {
		if ka := k.find("", a.task, nil); ka == nil || ka.is(runnable) {
			return
		}
	}
	for _, c := range p.withThis(r) {
		if c.score < Infinity || a.task == taskPromote && c.primRole != RolePromoted {
			continue
		}
		if c.depRole == RolePromoted {
			p.markBlocked(c.dependent, a.rsc, taskPromote)
		} else {
			p.markBlocked(c.dependent, a.rsc, taskStart)
		}
	}
}

// markBlocked makes the starts, or promotions, of a dependent impossible.
func (p *planner) markBlocked(dep, because *Resource, task string) {
	for i := len(dep.actions) - 1; i >= 0; i-- {
		a := dep.actions[i]
		if a.task != task || !a.is(runnable) {
			continue
		}
		a.clear(runnable)
		a.setReason("colocation with "+because.ID, false)
		p.blockDependents(a)
		p.update(a)
	}
	for _, k := range dep.Children {
		p.markBlocked(k, because, task)
	}
}
