package sched

import (
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// onFail is the answer to a failure, in ascending severity: the worst one of
// a history counts.
type onFail int

const (
	onFailIgnore onFail = iota
	onFailDemote
	onFailRestart
	onFailResetRemote
	onFailRestartContainer
	onFailBan // a fresh start elsewhere
	onFailBlock
	onFailStop
	onFailStandby
	onFailFence
)

// failAction is what a failure leads to.
type failAction struct {
	response onFail
	role     Role // wanted afterwards
}

// onFailOf finds the response to a failed entry: on-fail of the configured
// operation, or the default (Pacemaker Explained, "Operation Properties").
func (c *Cluster) onFailOf(r *Resource, h *HistoryEntry) failAction {
	op := c.findOp(r, h.Task, h.IntervalMS, true)
	meta := c.opMeta(r, nil, h.Task, h.IntervalMS, op)
	return c.onFailResponse(r, h.Task, h.IntervalMS, op, meta)
}

var onFailNames = map[string]onFail{
	"ignore": onFailIgnore, "nothing": onFailIgnore, "block": onFailBlock, "stop": onFailStop, "restart": onFailRestart,
	"fence": onFailFence, "standby": onFailStandby, "migrate": onFailBan, "ban": onFailBan, "demote": onFailDemote,
	"restart-container": onFailRestartContainer,
}

func (c *Cluster) onFailResponse(r *Resource, task string, interval int64, op *cib.Element, meta Values) failAction {
	value := strings.ToLower(meta.Get("on-fail"))
	response, ok := onFailNames[value]
	if ok && !c.onFailAllowed(response, task, interval, meta) {
		ok = false
	}
	if ok && response == onFailFence && !c.Config.Fencing {
		response = onFailStop
	}
	if ok && response == onFailRestartContainer && r.ContainedBy == nil {
		ok = false
	}
	if !ok && task == taskDemote && value == "" {
		response, ok = c.demoteOnFail(r)
	}
	if !ok {
		response = c.onFailDefault(r, task, interval)
	}
	return failAction{response: response, role: roleAfterFailure(r, task, response, op, meta)}
}

func (c *Cluster) onFailAllowed(response onFail, task string, interval int64, meta Values) bool {
	switch {
	case task == taskStop && (response == onFailStandby || response == onFailDemote || response == onFailStop):
		return false
	case response == onFailDemote:
		promotedMonitor := task == taskMonitor && interval > 0 && parseRole(meta.Get("role")) == RolePromoted
		return task == taskPromote || promotedMonitor
	}
	return true
}

// demoteOnFail takes over the explicit on-fail of the first recurring monitor
// of the Promoted role.
func (c *Cluster) demoteOnFail(r *Resource) (onFail, bool) {
	for _, op := range c.ops(r) {
		if op.SelectAttrValue("name", "") != taskMonitor || parseRole(op.SelectAttrValue("role", "")) != RolePromoted {
			continue
		}
		policy := strings.ToLower(op.SelectAttrValue("on-fail", ""))
		interval := max(0, parseMS(op.SelectAttrValue("interval", "")))
		if policy == "" || !value.BoolOr(op.SelectAttrValue("enabled", ""), true) || interval == 0 || policy == "demote" {
			continue
		}
		response, ok := onFailNames[policy]
		if ok && response == onFailFence && !c.Config.Fencing {
			response = onFailStop
		}
		return response, ok
	}
	return 0, false
}

func (c *Cluster) onFailDefault(r *Resource, task string, interval int64) onFail {
	switch {
	case r.ContainedBy != nil && !r.isRemoteConn:
		return onFailRestartContainer
	case r.isRemoteConn && !(task == taskMonitor && interval == 0) && task != taskStart && c.remoteNodeOf(r):
		if !r.Managed {
			return onFailStop
		}
		return onFailResetRemote
	case r.ContainedBy != nil:
		return onFailRestartContainer
	case task == taskStop && c.Config.Fencing:
		return onFailFence
	case task == taskStop:
		return onFailBlock
	}
	return onFailRestart
}

// remoteNodeOf tells whether r is the connection of a remote (not guest) node.
func (c *Cluster) remoteNodeOf(r *Resource) bool {
	n := c.nodeByID[r.ID]
	return n != nil && n.Kind == RemoteNode
}

func roleAfterFailure(r *Resource, task string, response onFail, op *cib.Element, meta Values) Role {
	switch response {
	case onFailStop:
		return RoleStopped
	case onFailResetRemote:
		// Where a reconnect interval is set the connection stays down until the failure expires.
		if r.reconnectMS != 0 {
			return RoleStopped
		}
	}
	if op != nil {
		if role := parseRole(meta.Get("role_after_failure")); role != RoleUnknown {
			return role
		}
	}
	if task == taskPromote {
		return RoleUnpromoted
	}
	return RoleStarted
}

// applyOnFail puts the response to the worst failure on a node into effect.
func (c *Cluster) applyOnFail(r *Resource, n *Node, effect onFail, active bool) {
	switch effect {
	case onFailDemote:
		r.Failed = true
		c.early = append(c.early, earlyAction{rsc: r, node: n, task: taskDemote})
	case onFailFence:
		c.fenceNode(n, r.ID+" failed there", false)
	case onFailStandby:
		n.Standby, n.StandbyOnFail = true, true
	case onFailBlock:
		r.Managed, r.Blocked = false, true
	case onFailBan:
		c.banFrom(r, n)
	case onFailStop:
		r.NextRole = RoleStopped
	case onFailRestart:
		if active {
			r.Failed, r.stopIfFailed = true, true
			c.earlyStop(r, n)
		}
	case onFailRestartContainer:
		c.restartContainer(r, n, active)
	case onFailResetRemote:
		c.resetRemote(r, n)
	}
}

func (c *Cluster) restartContainer(r *Resource, n *Node, active bool) {
	r.Failed, r.stopIfFailed = true, true
	switch {
	case r.ContainedBy != nil && r.bundled():
		c.stopLater = append(c.stopLater, r)
	case r.ContainedBy != nil:
		c.earlyStop(r.ContainedBy, n)
	case active:
		c.earlyStop(r, n)
	}
}

func (c *Cluster) resetRemote(r *Resource, n *Node) {
	r.Failed, r.stopIfFailed = true, true
	if c.Config.Fencing {
		if rn := c.nodeByID[r.ID]; rn != nil && rn.Kind == RemoteNode && !rn.fenced {
			c.fenceNode(rn, "remote connection is unrecoverable", false)
			rn.requiresReset = true
		}
	}
	if r.Role > RoleStopped {
		c.earlyStop(r, n)
	}
	if r.reconnectMS != 0 {
		r.NextRole = RoleStopped
	}
}
