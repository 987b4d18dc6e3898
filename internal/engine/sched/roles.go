package sched

import "slices"

// Resources change roles step by step: Stopped, start, Unpromoted, promote,
// Promoted, and back (scheduler-spec, section 8).

// nextStep is the role that comes next on the way from one role to another.
func nextStep(from, to Role) Role {
	switch {
	case from == to:
		return from
	case from <= RoleStopped:
		switch to {
		case RoleStarted:
			return RoleStarted
		case RoleUnpromoted, RolePromoted:
			return RoleUnpromoted
		}
		return RoleStopped
	case from == RoleStarted:
		if to < RoleStarted {
			return RoleStopped
		}
		return to
	case from == RoleUnpromoted:
		if to == RolePromoted {
			return to
		}
		return RoleStopped
	}
	return RoleUnpromoted
}

// step makes the actions that take a resource from one role to the next one.
func (p *planner) step(r *Resource, from, to Role, n *Node, isOptional, restarting bool) {
	switch {
	case from == to || from == RoleStarted && to == RoleUnpromoted:
	case from <= RoleStopped && to > RoleStopped:
		p.start(r, n, isOptional)
	case to == RolePromoted:
		p.promote(r, n, isOptional)
	case from == RolePromoted:
		p.demote(r, isOptional)
	case from > RoleStopped:
		p.stop(r, isOptional, restarting)
	}
}

func (p *planner) start(r *Resource, n *Node, isOptional bool) {
	a := p.rscAction(r, taskStart, n, true)
	p.orderVsUnfence(r, n, a, firstImpliesThen)
	if a.is(runnable) && !isOptional {
		a.clear(optional)
	}
	if r.stopUnexpected && n != nil && slices.Contains(r.RunningOn, n) {
		a.set(pseudo) // it is up there and stays up
	}
}

func (p *planner) promote(r *Resource, n *Node, isOptional bool) {
	for _, a := range r.findAll(opKey(r.ID, taskStart, 0), n) {
		if !a.is(runnable) {
			for _, pr := range r.findAll(opKey(r.ID, taskPromote, 0), n) {
				pr.clear(runnable)
			}
			return
		}
	}
	a := p.rscAction(r, taskPromote, n, isOptional)
	p.orderVsUnfence(r, n, a, firstImpliesThen)
}

func (p *planner) demote(r *Resource, isOptional bool) {
	for _, n := range r.RunningOn {
		a := p.rscAction(r, taskDemote, n, isOptional)
		p.orderVsUnfence(r, n, a, firstImpliesThen)
	}
}

// stop makes the stops on all nodes where a resource is active.
func (p *planner) stop(r *Resource, isOptional, restarting bool) {
	for _, n := range r.RunningOn {
		if restarting && r.stopUnexpected && n == r.assignedTo && len(r.RunningOn) > 1 {
			continue
		}
		if r.partialTarget != nil {
			if n == r.partialTarget && n == r.assignedTo {
				continue
			}
			isOptional = false
		}
		a := p.rscAction(r, taskStop, n, isOptional)
		switch {
		case r.assignedTo == nil:
			a.setReason("node availability", true)
		case restarting && r.stopUnexpected:
			a.setReason("being multiply active", true)
		}
		if !r.Managed {
			a.clear(runnable)
		}
		if p.Config.RemoveAfterStop && r.Managed {
			p.cleanUp(r, n, isOptional)
		}
		p.unfenceAfterStop(r, n, a)
	}
}

// createActions makes all actions of a resource and what is in it.
func (p *planner) createActions(r *Resource) {
	switch r.Kind {
	case Group:
		p.createGroupActions(r)
	case Clone:
		p.createCloneActions(r)
	case Bundle:
		p.createBundleActions(r)
	default:
		p.createPrimitiveActions(r)
	}
}

func (p *planner) createPrimitiveActions(r *Resource) {
	if r.NextRole == RoleUnknown {
		r.NextRole = RoleStopped
		if r.assignedTo != nil {
			r.NextRole = RoleStarted
		}
	}
	now, all, clean := activeNodes(r)
	for _, n := range r.dangling {
		p.rscAction(r, taskStop, n, false).set(abortMigrate)
	}
	needStop, multiple := p.checkMultiple(r, now, all, clean)
	needPromote := false
	moving := now != nil && r.assignedTo != nil && now != r.assignedTo && r.NextRole >= RoleStarted
	migrate := moving && !multiple && p.canMigrate(r, now)
	needStop = needStop || moving
	if r.startPending && r.assignedTo != nil {
		p.rscAction(r, taskStart, r.assignedTo, true).set(always)
	}
	switch {
	case moving: // the rest is about resources that stay where they are
	case r.Failed:
		needStop = needStop || r.stopIfFailed
		needPromote = r.NextRole == RolePromoted
	case r.Blocked:
		needStop = true
	case r.Role > RoleStarted && now != nil && r.assignedTo != nil:
		if a := p.rscAction(r, taskStart, r.assignedTo, true); !a.is(optional) {
			needStop = true
		}
	}
	p.restart(r, now, needStop, needPromote)
	for role := r.Role; role != r.NextRole; {
		next := nextStep(role, r.NextRole)
		p.step(r, role, next, r.assignedTo, false, false)
		role = next
	}
	p.recurring(r)
	if migrate {
		p.migrate(r, now)
	}
}

// checkMultiple finds whether a resource has to be stopped because it is
// active on several nodes, by mistake or in the middle of a migration that
// can no longer go on.
func (p *planner) checkMultiple(r *Resource, now *Node, all, clean int) (needStop, multiple bool) {
	count := all
	if r.requires < requiresFencing {
		count = clean // it may be started elsewhere before what ran it is fenced
	}
	partial := r.partialSource != nil || r.partialTarget != nil
	switch {
	case partial && all == 2 && r.assignedTo != nil && now == r.partialSource && r.assignedTo == r.partialTarget:
		return false, false
	case partial:
		r.partialSource, r.partialTarget = nil, nil
		return true, true
	case count > 1:
		return r.multipleActive == stopStart || r.multipleActive == stopUnexpected, true
	}
	return false, false
}

// activeNodes returns the node a resource is counted to be on, and on how
// many, and how many that are up and clean, it is active.
func activeNodes(r *Resource) (now *Node, all, clean int) {
	for _, n := range r.RunningOn {
		all++
		if n.Online && !n.Unclean {
			clean++
		}
	}
	return r.current(), all, clean
}

// restart makes what brings a resource down and, on its next node, up again
// to where it was; required where it has to be restarted.
func (p *planner) restart(r *Resource, now *Node, needStop, needPromote bool) {
	role := r.Role
	for role > RoleStopped {
		next := nextStep(role, RoleStopped)
		p.step(r, role, next, now, !needStop, true)
		role = next
	}
	for r.Role <= r.NextRole && role != r.Role && !r.Blocked {
		next := nextStep(role, r.Role)
		required := needStop || next == RolePromoted && needPromote
		p.step(r, role, next, r.assignedTo, !required, true)
		role = next
	}
}

func (p *planner) createGroupActions(r *Resource) {
	for _, m := range r.Children {
		p.createActions(m)
	}
	tasks := []string{taskStart, taskRunning, taskStop, taskStopped}
	if r.Top().Promotable {
		tasks = append(tasks, taskDemote, taskDemoted, taskPromote, taskPromoted)
	}
	for _, t := range tasks {
		p.pseudoOf(r, t, true, true)
	}
}

// instanceState sums up what instances of a clone are going to do.
type instanceState struct{ starting, stopping, active, restarting bool }

func (s *instanceState) look(r *Resource) {
	if len(r.Children) > 0 {
		for _, k := range r.Children {
			s.look(k)
		}
		return
	}
	s.active = s.active || len(r.RunningOn) > 0
	starting, stopping := false, false
	for _, a := range r.actions {
		switch {
		case a.is(optional):
		case a.task == taskStart && a.is(runnable):
			starting = true
		case a.task == taskStop && a.any(pseudo|runnable):
			stopping = true
		}
	}
	s.starting = s.starting || starting
	s.stopping = s.stopping || stopping
	s.restarting = s.restarting || starting && stopping
}

func (p *planner) createCloneActions(r *Resource) {
	var s instanceState
	for _, k := range r.Children {
		p.createActions(k)
		s.look(k)
	}
	start, started, stop, stopped := p.instancePseudos(r, s)
	r.cloneActs = p.notifyPseudos(r, start, started, stop, stopped)
	if r.Promotable {
		p.createPromotableActions(r)
	}
}

// instancePseudos makes the ordering points around the starts and stops of instances.
func (p *planner) instancePseudos(r *Resource, s instanceState) (start, started, stop, stopped *action) {
	start = p.pseudoOf(r, taskStart, !s.starting, true)
	started = p.pseudoOf(r, taskRunning, !s.starting, s.active || s.starting)
	started.priority = Infinity
	stop = p.pseudoOf(r, taskStop, !s.stopping, true)
	stopped = p.pseudoOf(r, taskStopped, !s.stopping, true)
	stopped.priority = Infinity
	if !s.restarting {
		stop.set(migratable)
	}
	return start, started, stop, stopped
}

func (p *planner) createPromotableActions(r *Resource) {
	promoting, demoting := false, false
	for _, k := range r.Children {
		lookPromotion(k, &promoting, &demoting)
	}
	promote := p.pseudoOf(r, taskPromote, !promoting, true)
	promoted := p.pseudoOf(r, taskPromoted, !promoting, true)
	promoted.priority = Infinity
	r.cloneActs.promote = p.newNotification(r, taskPromote, promote, promoted)
	demote := p.pseudoOf(r, taskDemote, !demoting, true)
	demoted := p.pseudoOf(r, taskDemoted, !demoting, true)
	demoted.priority = Infinity
	r.cloneActs.demote = p.newNotification(r, taskDemote, demote, demoted)
	p.orderNotifications(&r.cloneActs)
	for _, k := range r.Children {
		k.Priority = r.Priority // what promotion made of it is of no account any more
	}
}

func lookPromotion(r *Resource, promoting, demoting *bool) {
	for _, k := range r.Children {
		lookPromotion(k, promoting, demoting)
	}
	if len(r.Children) > 0 {
		return
	}
	for _, a := range r.actions {
		if a.is(optional) {
			continue
		}
		*promoting = *promoting || a.task == taskPromote && a.is(runnable)
		*demoting = *demoting || a.task == taskDemote
	}
}

// cleanUp deletes the history of a resource on a node once it is stopped.
func (p *planner) cleanUp(r *Resource, n *Node, isOptional bool) {
	if r.Failed || n.Unclean || !n.Online {
		return
	}
	p.rscAction(r, taskDelete, n, isOptional)
	flags := ordered
	if isOptional {
		flags = firstImpliesThen
	}
	p.orderTasks(r, taskStop, r, taskDelete, flags)
	p.orderTasks(r, taskDelete, r, taskStart, flags)
}
