package sched

import "strings"

// Orderings between resources become relations between actions, and flags
// flow along these until nothing changes (scheduler-spec, section 9).

// link orders two actions; the same ordering twice is one.
func (p *planner) link(first, then *action, flags orderFlags) bool {
	if flags == 0 || first == nil || then == nil || first == then {
		return false
	}
	for _, r := range first.after {
		if r.action == then && r.flags&flags != 0 {
			return false
		}
	}
	// Both ends in one piece: there are very many.
	ends := &[2]relation{{action: then, flags: flags}, {action: first, flags: flags}}
	first.after = append(first.after, &ends[0])
	then.before = append(then.before, &ends[1])
	return true
}

// applyOrderings turns the orderings into relations, in the order in which
// they were made, and lets flags flow.
func (p *planner) applyOrderings() {
	for i := 0; i < len(p.orderings); i++ {
		o := p.orderings[i]
		switch {
		case o.first != nil:
			p.orderFirst(o)
		case o.then != nil:
			p.orderThen(o.firstAct, o.then, o)
		default:
			p.link(o.firstAct, o.thenAct, o.flags)
		}
	}
	for i := len(p.actions) - 1; i >= 0; i-- {
		p.blockDependents(p.actions[i])
	}
	p.orderProbes()
	for i := len(p.actions) - 1; i >= 0; i-- {
		p.update(p.actions[i])
	}
	p.dropInvalidOrderings()
}

// byKey finds a resource's actions of a key; a key under another of its names counts, too.
func byKey(r *Resource, key string) []*action {
	list := r.findAll(key, nil)
	if len(list) > 0 {
		return list
	}
	if _, task, ms, ok := splitKey(key); ok {
		if k := opKey(r.ID, task, ms); k != key {
			return r.findAll(k, nil)
		}
	}
	return nil
}

func (p *planner) orderFirst(o *ordering) {
	var firsts []*action
	if o.firstAct != nil {
		firsts = []*action{o.firstAct}
	} else {
		firsts = byKey(o.first, o.firstKey)
	}
	if len(firsts) == 0 && o.first != o.then {
		_, task, ms, _ := splitKey(o.firstKey)
		key := opKey(o.first.ID, task, ms)
		switch {
		case o.first.state(true) <= RoleStopped && task == taskStop, o.first.state(true) == RoleUnpromoted && task == taskDemote:
		default:
			firsts = []*action{p.act(o.first, key, task, nil, true)}
		}
	}
	then := o.then
	if then == nil && o.thenAct != nil {
		then = o.thenAct.rsc
	}
	for _, f := range firsts {
		if then == nil {
			p.link(f, o.thenAct, o.flags)
		} else {
			p.orderThen(f, then, o)
		}
	}
}

func (p *planner) orderThen(first *action, r *Resource, o *ordering) {
	flags := o.flags
	thens := []*action{o.thenAct}
	if o.thenAct == nil {
		thens = byKey(r, o.thenKey)
	}
	if first != nil && first.rsc == r && first.is(abortMigrate) {
		flags &^= firstImpliesThen
	}
	for _, t := range thens {
		if first != nil {
			p.link(first, t, flags)
		} else if flags&firstImpliesThen != 0 {
			t.clear(runnable)
		}
	}
}

// stands finds the action that an ordering is about where the first one is
// of a complex resource: its completion, not its beginning.
func (p *planner) stands(a *action) *action {
	r := a.rsc
	if r == nil || r.Kind < Group || strings.Contains(a.key, "notify") {
		return a
	}
	done := ""
	switch a.task {
	case taskStart, taskRunning:
		done = taskRunning
	case taskStop, taskStopped:
		done = taskStopped
	case taskPromote, taskPromoted:
		done = taskPromoted
	case taskDemote, taskDemoted:
		done = taskDemoted
	case taskNotify, taskNotified:
		return a
	default:
		return a
	}
	key := opKey(r.ID, done, a.interval)
	if r.Notify && r.Kind >= Clone {
		key = r.ID + "_confirmed-post_notify_" + done + "_0"
	}
	if f := r.find(key, "", nil); f != nil {
		return f
	}
	return a
}

type changed uint8

const (
	firstChanged changed = 1 << iota
	thenChanged
)

// groupNode is the node by which orderings on one node are judged.
func groupNode(a *action) *Node {
	if a.rsc != nil && a.rsc.Kind == Group && a.task == taskStart {
		return a.rsc.plannedNode()
	}
	return a.node
}

// update lets what comes before an action change it, and the other way round,
// and goes on with whatever was changed.
func (p *planner) update(then *action) {
	var all changed
	last := then.flags
	if then.is(minRunnable) {
		then.found = 0
		if then.required == 0 {
			then.required = 1
		}
		then.clear(runnable)
	}
	for i := len(then.before) - 1; i >= 0; i-- {
		all |= p.updateInput(then, then.before[i])
	}
	if then.is(minRunnable) {
		all &^= thenChanged
		if last != then.flags {
			all |= thenChanged
		}
	}
	if all&thenChanged == 0 {
		return
	}
	if last&runnable != 0 && !then.is(runnable) {
		p.blockDependents(then)
	}
	p.update(then)
	for i := len(then.after) - 1; i >= 0; i-- {
		p.update(then.after[i].action)
	}
}

func (p *planner) updateInput(then *action, in *relation) changed {
	first := in.action
	thenNode, firstNode := groupNode(then), groupNode(first)
	if in.flags&ifOnSameNode != 0 && firstNode != nil && thenNode != nil && firstNode != thenNode {
		in.flags = 0
		return 0
	}
	var ch changed
	if first.rsc != nil && in.flags&thenCancelsFirst != 0 && !then.is(optional) {
		first.set(optional)
		if first.task == taskReload {
			first.rsc.reload = false
		}
	}
	if first.rsc != nil && then.rsc != nil && first.rsc != then.rsc && !isAncestor(first.rsc, then.rsc) {
		first = p.stands(first)
	}
	ch |= p.flow(first, then, p.flagsForOrdering(first, thenNode), p.flagsForOrdering(then, firstNode), in)
	if first != in.action {
		if p.link(first, then, in.flags) {
			ch |= firstChanged | thenChanged
		}
		in.flags = 0 // the completion stands for it from now on
	}
	if ch&firstChanged != 0 {
		for i := len(first.after) - 1; i >= 0; i-- {
			p.update(first.after[i].action)
		}
		p.update(first)
	}
	return ch
}

// flow applies one ordering to its two actions.
func (p *planner) flow(first, then *action, firstFlags, thenFlags actionFlags, in *relation) changed {
	var ch changed
	node := then.node
	if in.flags&firstImpliesSameNodeThen != 0 {
		in.flags = in.flags&^firstImpliesSameNodeThen | firstImpliesThen
		node = first.node
	}
	apply := func(when orderFlags, flags, filter actionFlags) bool {
		if in.flags&when == 0 || then.rsc == nil {
			return in.flags&when != 0
		}
		ch |= p.updateOrdered(then.rsc, first, then, node, flags, filter, when)
		return false
	}
	if apply(firstImpliesThen, firstFlags&optional, optional) && firstFlags&optional == 0 && then.is(optional) {
		then.clear(optional)
		ch |= thenChanged
	}
	apply(intermediateStop, firstFlags, optional|runnable)
	if in.flags&thenImpliesFirst != 0 {
		if first.rsc != nil {
			ch |= p.updateOrdered(first.rsc, first, then, node, firstFlags, optional, thenImpliesFirst)
		} else if firstFlags&optional == 0 && first.is(runnable) {
			first.clear(runnable)
			ch |= firstChanged
		}
	}
	apply(promotedThenImpliesFirst, firstFlags&optional, optional)
	if in.flags&needsMinRunnable != 0 {
		if then.rsc != nil {
			ch |= p.updateOrdered(then.rsc, first, then, node, firstFlags, runnable, needsMinRunnable)
		} else if firstFlags&runnable != 0 {
			then.found++
			if then.found >= then.required && !then.is(runnable) {
				then.set(runnable)
				ch |= thenChanged
			}
		}
	}
	if in.flags&nestedRemoteProbe != 0 && then.rsc != nil {
		if firstFlags&runnable == 0 && len(first.rsc.RunningOn) > 0 {
			in.flags = 0
		} else {
			ch |= p.updateOrdered(then.rsc, first, then, node, firstFlags, runnable, unrunnableFirstBlocks)
		}
	}
	if apply(unrunnableFirstBlocks, firstFlags, runnable) && firstFlags&runnable == 0 && then.is(runnable) {
		then.clear(runnable)
		ch |= thenChanged
	}
	apply(unmigratableThenBlocks, firstFlags, optional)
	apply(firstElseThen, firstFlags, optional)
	apply(ordered, firstFlags, runnable)
	apply(asymmetric, firstFlags, runnable)
	return ch | graphed(first, then, firstFlags, thenFlags, in.flags)
}

// graphed keeps ordering points in the graph, and holds up what follows a stop that is blocked.
func graphed(first, then *action, firstFlags, thenFlags actionFlags, flags orderFlags) changed {
	if first.is(runnable) && flags&firstImpliesThenGraphed != 0 && firstFlags&optional == 0 {
		then.set(always)
	}
	if flags&thenImpliesFirstGraphed != 0 && thenFlags&optional == 0 {
		first.set(always)
	}
	if flags&(firstImpliesThen|thenImpliesFirst|intermediateStop) != 0 && first.rsc != nil && !first.rsc.Managed && first.rsc.Blocked &&
		!first.is(runnable) && first.task == taskStop && then.is(runnable) {
		then.clear(runnable)
		return thenChanged
	}
	return 0
}
