package sched

// What happens on a remote or guest node happens through its connection, and
// has to be ordered relative to that (scheduler-spec, section 8).

func (p *planner) orderRemote() {
	for i := len(p.actions) - 1; i >= 0; i-- {
		a := p.actions[i]
		r := a.rsc
		if r == nil {
			continue
		}
		if r.isRemoteConn && a.task == taskClearFails {
			p.order(ordering{firstAct: a, then: r, thenKey: opKey(r.ID, taskStart, 0), flags: ordered})
			continue
		}
		if a.node == nil || a.node.Kind == Member || a.is(pseudo) || a.node.Connection == nil {
			continue
		}
		conn := a.node.Connection
		if a.task == taskStart {
			p.stopsAfterConnection(a, conn)
		}
		if conn.ContainedBy != nil {
			p.orderOnGuest(a, conn)
		} else {
			p.orderOnRemote(a, conn)
		}
	}
}

// stopsAfterConnection leaves a resource that moves to a remote node where it
// was until that node is there.
func (p *planner) stopsAfterConnection(start *action, conn *Resource) {
	for i := len(start.rsc.actions) - 1; i >= 0; i-- {
		if s := start.rsc.actions[i]; s.task == taskStop && s.node != start.node {
			p.order(ordering{first: conn, firstKey: opKey(conn.ID, taskStart, 0), thenAct: s, flags: ordered})
		}
	}
}

func (p *planner) afterStart(conn *Resource, a *action, more orderFlags) {
	p.order(ordering{first: conn, firstKey: opKey(conn.ID, taskStart, 0), thenAct: a, flags: unrunnableFirstBlocks | guestAllowed | more})
}

func (p *planner) beforeStop(a *action, conn *Resource, more orderFlags) {
	p.order(ordering{firstAct: a, then: conn, thenKey: opKey(conn.ID, taskStop, 0), flags: unrunnableFirstBlocks | guestAllowed | more})
}

// orderOnGuest orders an action on a guest node: after its host resource and
// its connection are up, and before they go down.
func (p *planner) orderOnGuest(a *action, conn *Resource) {
	by := conn.ContainedBy
	switch {
	case a.task == taskStart || a.task == taskPromote:
		p.afterStart(by, a, firstImpliesThen)
		p.afterStart(conn, a, 0)
	case a.task == taskStop || a.task == taskDemote:
		// With a failed host resource what ran inside is gone when that is stopped.
		if !by.Failed {
			p.beforeStop(a, conn, 0)
		}
	case a.task == taskCancel: // needs no connection that comes up first
	case a.interval > 0:
		p.afterStart(conn, a, firstImpliesThen)
	default:
		p.afterStart(conn, a, 0)
	}
}

// connectionState tells what can be done through a connection.
type connectionState int

const (
	connAlive   connectionState = iota
	connUnknown                 // may come up
	connResting                 // comes up elsewhere first
	connFailed                  // lost for good: the node has to be fenced
	connStopped                 // goes down cleanly, or is
)

func (p *planner) connectionState(n *Node) connectionState {
	conn := n.Connection
	host := conn.current()
	if conn.NextRole == RoleStopped || conn.assignedTo == nil {
		switch {
		case host != nil && host.Unclean:
			return connFailed
		case !conn.Failed:
			return connStopped
		case conn.NextRole == RoleStopped && conn.reconnectMS > 0 && n.fenced && !n.shutdownRequested():
			return connUnknown // until the next attempt to connect
		}
		return connFailed
	}
	switch {
	case host == nil:
		return connUnknown
	case host.Unclean || !host.Online:
		return connResting
	case len(conn.RunningOn) > 1 && conn.partialSource != nil && conn.partialTarget != nil:
		return connResting
	}
	return connAlive
}

// orderOnRemote orders an action on a remote node.
func (p *planner) orderOnRemote(a *action, conn *Resource) {
	state := p.connectionState(a.node)
	switch {
	case a.task == taskStart || a.task == taskPromote:
		if state == connFailed {
			p.afterStart(conn, a, firstImpliesThen)
		} else {
			p.afterStart(conn, a, 0)
		}
	case a.task == taskStop:
		p.orderRemoteStop(a, conn, state)
	case a.task == taskDemote:
		// Where the connection goes down the stop after the demote comes before that.
		if state == connResting || state == connUnknown {
			p.afterStart(conn, a, 0)
		}
	case a.interval > 0:
		p.afterStart(conn, a, firstImpliesThen)
	default:
		if a.task == taskMonitor && state == connFailed {
			p.markFence(a.node, "resources are in unknown state and connection is unrecoverable", false)
		}
		if conn.current() != nil && state == connStopped {
			p.beforeStop(a, conn, 0)
		} else {
			p.afterStart(conn, a, 0)
		}
	}
}

func (p *planner) orderRemoteStop(a *action, conn *Resource, state connectionState) {
	switch {
	case state == connAlive:
		p.beforeStop(a, conn, thenImpliesFirst)
	case state == connFailed:
		// Only fencing can stop it now.
		p.markFence(a.node, "resources are active but connection is unrecoverable", false)
	case conn.NextRole == RoleStopped:
		p.beforeStop(a, conn, thenImpliesFirst)
	default:
		p.afterStart(conn, a, 0)
	}
}
