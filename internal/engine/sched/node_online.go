package sched

import (
	"strings"

	"gpcs/internal/cib/value"
)

// memberOnline finds whether a cluster node can be used, and fences it where
// its state says that it must be (scheduler-spec, section 3).
func (c *Cluster) memberOnline(n *Node) {
	join := strings.ToLower(n.State.SelectAttrValue("join", "down"))
	expected := strings.ToLower(n.State.SelectAttrValue("expected", "down"))
	inCCM, crmd := since(n.State.SelectAttrValue("in_ccm", "")), since(n.State.SelectAttrValue("crmd", ""))
	if n.shutdownRequested() {
		n.ShuttingDown = true
	} else {
		n.ExpectedUp = expected == "member"
	}
	if c.Config.Fencing {
		n.Online = c.onlineWithFencing(n, inCCM, crmd, join, expected)
	} else {
		n.Online = inCCM && crmd && join == "member"
		if inCCM && !crmd && n.ExpectedUp {
			c.fenceNode(n, "node is unexpectedly down", false)
		}
	}
	if !n.Online || n.ShuttingDown {
		n.baseScore = -Infinity
	}
}

// shutdownRequested tells whether a node asked to leave.
func (n *Node) shutdownRequested() bool {
	s := n.Attributes.Get("shutdown")
	return s != "" && s != "0"
}

func (c *Cluster) onlineWithFencing(n *Node, inCCM, crmd bool, join, expected string) bool {
	terminate := n.Attributes.Get("terminate")
	num, _ := value.Int(terminate)
	switch {
	case n.ShuttingDown:
		return crmd
	case n.State.SelectAttr("in_ccm") == nil:
		c.fenceNode(n, "peer has not been seen by the cluster", false)
		return false
	case join == "nack" || join == "banned":
		c.fenceNode(n, "peer failed Pacemaker membership criteria", false)
		return inCCM
	case (value.True(terminate) || num > 0) && (inCCM || crmd || join != "down"):
		c.fenceNode(n, "fencing was requested", false)
		return inCCM
	case expected == "down":
		if c.pendingTooLong(n, inCCM, crmd) {
			c.fenceNode(n, "peer pending timed out on joining the process group", true)
		} else if inCCM || crmd {
			n.Pending, n.Standby = true, true
		}
		return inCCM
	case !inCCM:
		c.fenceNode(n, "peer is no longer part of the cluster", true)
	case !crmd:
		c.fenceNode(n, "peer process is no longer available", false)
	case join == "member":
	case join == "pending" || join == "down":
		n.Pending, n.Standby = true, true
	default:
		c.fenceNode(n, "peer was in an unknown state", false)
	}
	return inCCM
}

// pendingTooLong tells whether a node that joined the membership has taken
// longer than node-pending-timeout to join the process group.
func (c *Cluster) pendingTooLong(n *Node, inCCM, crmd bool) bool {
	limit := c.Config.NodePendingTimeout / 1000
	at, _ := value.Int(n.State.SelectAttrValue("in_ccm", ""))
	if limit <= 0 || !inCCM || crmd || at <= 1 {
		return false
	}
	if c.Now-at >= limit {
		return true
	}
	c.recheck(at + limit)
	return false
}

// remoteOnline finds the state of a remote or guest node from its connection.
func (c *Cluster) remoteOnline(n *Node) {
	conn := n.Connection
	if conn == nil {
		n.Online = false
		return
	}
	container := conn.ContainedBy
	if conn.Role == RoleStarted {
		n.Online = true
	}
	if conn.Role == RoleStarted && conn.NextRole == RoleStopped {
		n.ShuttingDown = true
	}
	switch {
	case container != nil && container.Failed:
		n.Online, n.requiresReset = false, true
	case conn.Failed:
		n.Online = false
	case conn.Role == RoleStopped || container != nil && container.Role == RoleStopped:
		n.Online, n.requiresReset = false, false
	case container != nil && len(conn.RunningOn) == 1 && !conn.RunningOn[0].Online && conn.RunningOn[0].Unclean:
		n.Online, n.requiresReset = false, true
	}
}
