package sched

// Notifications of clones (notify=true).

// cloneActions are the ordering points of a clone's notifications.
type cloneActions struct {
	start, stop, promote, demote *notification
}

type notification struct {
	pre, preDone, post, postDone *action
}

func (p *planner) notifyPseudos(r *Resource, start, started, stop, stopped *action) cloneActions {
	return cloneActions{}
}

func (p *planner) notifyPromotion(r *Resource, promote, promoted, demote, demoted *action) {}

func (p *planner) notifyAfterFencing(r *Resource, stop, fence *action) {}
