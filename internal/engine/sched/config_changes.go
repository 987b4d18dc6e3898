package sched

import (
	"slices"
	"strconv"

	"gpcs/internal/cib"
)

// What the configuration has changed since an operation ran calls for
// restart, reload, or rescheduling.

// handleConfigChanges compares the histories with the configuration, node by
// node; a node that cannot run anything is left out, unless it is in
// maintenance: there recurring operations have to be cancelled.
func (p *planner) handleConfigChanges() {
	for _, n := range p.Nodes {
		if !n.Maintenance && !n.available() {
			continue
		}
		for _, state := range p.section("status") {
			if state.Tag == "node_state" && p.nodeByID[state.SelectAttrValue("id", "")] == n {
				p.checkState(n, state)
			}
		}
	}
}

func (p *planner) checkState(n *Node, state *cib.Element) {
	lrm := state.SelectElement("lrm")
	if lrm == nil {
		return
	}
	for _, list := range lrm.SelectElements("lrm_resources") {
		for _, e := range list.SelectElements("lrm_resource") {
			if len(e.ChildElements()) > 0 {
				p.checkHistory(n, e)
			}
		}
	}
}

// checkHistory checks the history of a resource on a node against each
// instance that it can be about.
func (p *planner) checkHistory(n *Node, e *cib.Element) {
	id := e.SelectAttrValue("id", "")
	for _, r := range slices.Backward(p.namesakes(baseName(id))) {
		if r.ID == id || r.HistoryName == id {
			p.checkResourceHistory(r, n, e)
		}
	}
}

// namesakes are the primitives, in order, whose name or name in the history
// is base but for an instance number.
func (p *planner) namesakes(base string) []*Resource {
	if p.byBase == nil {
		p.byBase = make(map[string][]*Resource, len(p.All))
		for _, r := range p.All {
			if r.Kind != Primitive {
				continue
			}
			name := baseName(r.ID)
			p.byBase[name] = append(p.byBase[name], r)
			if other := baseName(r.HistoryName); other != "" && other != name {
				p.byBase[other] = append(p.byBase[other], r)
			}
		}
	}
	return p.byBase[base]
}

func (p *planner) checkResourceHistory(r *Resource, n *Node, e *cib.Element) {
	if r.Removed {
		if top := r.Top(); !(top.Kind == Clone && !top.Unique) {
			p.cleanUpStopped(r, n)
		}
		return
	}
	active := slices.Contains(r.RunningOn, n)
	if agentChanged(r, e) {
		p.unfenceAnew(r, n, "Device definition changed")
		if active {
			p.rscAction(r, taskStop, n, false)
			r.startPending = true
		}
		p.cleanUpStopped(r, n)
	}
	if !active {
		return
	}
	ops := oldestFirst(e)
	start, stop := activeSpan(ops)
	if start < stop {
		return
	}
	for i, h := range ops {
		if i < start {
			continue
		}
		p.checkEntry(r, n, h)
	}
}

// cleanUpStopped has a history deleted.
func (p *planner) cleanUpStopped(r *Resource, n *Node) { p.cleanUp(r, n, false) }

func agentChanged(r *Resource, e *cib.Element) bool {
	for _, a := range [][2]string{{"class", r.Class}, {"provider", r.Provider}, {"type", r.Type}} {
		if e.SelectAttrValue(a[0], "") != a[1] {
			return true
		}
	}
	return false
}

func (p *planner) checkEntry(r *Resource, n *Node, h *HistoryEntry) {
	switch {
	case h.IntervalMS > 0 && (r.Maintenance || n.Maintenance):
		p.scheduleCancel(r, n, h)
	case h.IntervalMS > 0 || h.Task == taskMonitor || h.Task == taskStart || h.Task == taskPromote || h.Task == taskMigrateFrom:
		if !p.checkDefinition(r, n, h) {
			return
		}
		if count, _ := p.FailCount(r, n); count != 0 {
			p.clearFailCount(r, n, "action definition changed")
		}
	}
}

func (p *planner) scheduleCancel(r *Resource, n *Node, h *HistoryEntry) {
	a := p.cancel(r, h.Task, h.IntervalMS, n)
	a.meta.set("call-id", strconv.Itoa(h.CallID))
	p.order(ordering{first: r, firstKey: opKey(r.ID, taskStop, 0), then: r, thenAct: a, flags: ordered})
}

func (p *planner) clearFailCount(r *Resource, n *Node, reason string) *action {
	a := p.rscAction(r, taskClearFails, n, false)
	a.meta.set("op_no_wait", "true")
	a.setReason(reason, false)
	return a
}

// checkDefinition acts on a changed definition of an operation and tells
// whether there is one.
func (p *planner) checkDefinition(r *Resource, n *Node, h *HistoryEntry) bool {
	if h.IntervalMS > 0 && p.findOp(r, h.Task, h.IntervalMS, false) == nil {
		if p.Config.CancelRemoved {
			p.scheduleCancel(r, n, h)
		}
		return true
	}
	if p.expired(h) {
		h.expiredDigest = true
	}
	result := p.compareDigest(r, n, h)
	if result == digestMatch {
		return false
	}
	if p.opts.Sanitized && !h.expiredDigest && p.onlySecretsDiffer(r, n, h) {
		if p.opts.ShowScores || p.opts.ShowUtilization {
			p.reckon(Reckoning{Kind: SecretsDiffer, Stage: readableInterval(h.IntervalMS) + "-interval " + h.Task,
				Resource: r.ID, Node: n.Name, Magic: h.XML.SelectAttrValue("transition-magic", "")})
		}
		return false
	}
	switch {
	case result == digestRestart:
		p.forceRestart(r, h, n)
	case h.IntervalMS > 0:
		a := p.act(r, opKey(r.ID, h.Task, h.IntervalMS), h.Task, n, true)
		a.notifyType = reschedule
	case h.XML.SelectAttrValue("op-restart-digest", "") != "":
		if op := p.findOp(r, h.restartTask(), 0, true); op != nil && len(p.opParams(n, op)) > 0 {
			p.forceRestart(r, h, n)
		} else {
			p.unfenceAnew(r, nil, "Device parameters changed (reload)")
			p.reload(r, n)
		}
	default:
		p.forceRestart(r, h, n)
	}
	return true
}

// expired tells whether an entry was found to be an expired failure when the
// status was read.
func (p *planner) expired(h *HistoryEntry) bool {
	return p.expiredEntries[h.XML]
}

// restartTask is the operation that has to be done anew where a past one had
// other parameters: what was found or brought up otherwise is started.
func (h *HistoryEntry) restartTask() string {
	switch h.Task {
	case taskMonitor, taskMigrateFrom, taskPromote:
		if h.IntervalMS == 0 {
			return taskStart
		}
	}
	return h.Task
}

func (p *planner) forceRestart(r *Resource, h *HistoryEntry, n *Node) {
	task := h.restartTask()
	a := p.act(r, opKey(r.ID, task, h.IntervalMS), task, nil, false)
	a.setReason("resource definition change", true)
	p.unfenceAnew(r, n, "Device parameters changed")
}

// reload gives a running resource its changed parameters, unless it is
// stopped or demoted anyway.
func (p *planner) reload(r *Resource, n *Node) {
	if !r.Managed || r.Failed || r.Blocked {
		return
	}
	if r.startPending {
		p.rscAction(r, taskStop, n, false)
		return
	}
	r.reload = true
	a := p.rscAction(r, taskReload, n, false)
	a.setReason("resource definition change", false)
	for _, task := range []string{taskStop, taskDemote} {
		p.order(ordering{firstAct: a, first: r, then: r, thenKey: opKey(r.ID, task, 0), flags: ordered | thenCancelsFirst})
	}
}

// clearRemovedFailures clears the fail counts of removed resources.
func (p *planner) clearRemovedFailures() {
	if !p.Config.StopRemoved {
		return
	}
	for _, r := range p.Resources {
		if !r.Removed {
			continue
		}
		for _, n := range p.Nodes {
			if !n.Online {
				continue
			}
			if count, _ := p.FailCount(r, n); count == 0 {
				continue
			}
			a := p.clearFailCount(r, n, "it is orphaned")
			p.order(ordering{firstAct: a, first: r, then: r, thenKey: opKey(r.ID, taskStop, 0), flags: ordered})
		}
	}
}
