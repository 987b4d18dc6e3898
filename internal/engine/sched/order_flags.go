package sched

import "strings"

// flagsForOrdering are an action's flags as an ordering on a node sees them;
// of a clone it counts whether it can run anywhere.
func (p *planner) flagsForOrdering(a *action, n *Node) actionFlags {
	if a.rsc == nil {
		return a.flags
	}
	flags := p.actionFlags(a, nil)
	if n == nil || a.rsc.Kind != Clone {
		return flags
	}
	return p.actionFlags(a, n) | flags&runnable
}

// actionFlags are an action's flags; those of complex resources follow from
// the actions of what is in them.
func (p *planner) actionFlags(a *action, n *Node) actionFlags {
	if a.rsc == nil {
		return a.flags
	}
	switch a.rsc.Kind {
	case Group:
		return p.groupFlags(a, n)
	case Clone, Bundle:
		return p.cloneFlags(a, n)
	}
	return a.flags
}

// plainTask is what instances do when a complex resource does or has done a task.
func plainTask(task string) string {
	switch task {
	case taskRunning:
		return taskStart
	case taskStopped:
		return taskStop
	case taskPromoted:
		return taskPromote
	case taskDemoted:
		return taskDemote
	}
	return task
}

func (p *planner) groupFlags(a *action, n *Node) actionFlags {
	flags := optional | runnable | pseudo
	task := plainTask(a.task)
	for _, m := range a.rsc.Children {
		ma := m.find("", task, n)
		if ma == nil {
			if task != taskStop && task != taskDemote {
				flags &^= runnable
			}
			continue
		}
		mf := p.actionFlags(ma, n)
		if flags&optional != 0 && mf&optional == 0 {
			flags &^= optional
			a.clear(optional)
		}
		if task != a.task && flags&runnable != 0 && mf&runnable == 0 {
			flags &^= runnable
			a.clear(runnable)
		}
	}
	return flags
}

func (p *planner) cloneFlags(a *action, n *Node) actionFlags {
	flags := optional | runnable | pseudo
	task := p.originalTask(a)
	anyRunnable := false
	list := a.rsc.instances()
	if a.rsc.Kind == Bundle && a.rsc.bundle.clone != nil && (task == taskPromote || task == taskDemote || a.task == taskNotify || a.task == taskNotified) {
		list = a.rsc.bundle.clone.Children // what the containers hold does that
	}
	for _, k := range list {
		at := n
		if k.Kind != Primitive {
			at = nil
		}
		ka := k.find("", task, at)
		if ka == nil {
			continue
		}
		kf := p.actionFlags(ka, n)
		if flags&optional != 0 && kf&optional == 0 {
			flags &^= optional
			a.clear(optional)
		}
		anyRunnable = anyRunnable || kf&runnable != 0
	}
	if !anyRunnable {
		flags &^= runnable
		if n == nil {
			a.clear(runnable)
		}
	}
	return flags
}

// originalTask is the task of an instance that a clone's ordering point, or
// notification of one, is about. Groups have ordering points of their own.
func (p *planner) originalTask(a *action) string {
	task := a.task
	if task == taskNotify || task == taskNotified {
		if i := strings.LastIndex(a.key, "_notify_"); i >= 0 {
			task = strings.TrimSuffix(a.key[i+len("_notify_"):], "_0")
		}
	}
	if a.rsc.Kind == Clone && len(a.rsc.Children) > 0 && a.rsc.Children[0].Kind == Group {
		return task
	}
	return plainTask(task)
}
