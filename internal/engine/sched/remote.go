package sched

// orderRemote orders what happens on remote and guest nodes relative to their
// connections: nothing can happen there unless the connection is up.
func (p *planner) orderRemote() {
	for _, n := range p.Nodes {
		if n.Kind == Member || n.Connection == nil {
			continue
		}
		for i := len(p.actions) - 1; i >= 0; i-- {
			if a := p.actions[i]; a.rsc != nil && a.node == n {
				p.orderByConnection(a, n.Connection)
			}
		}
	}
}

func (p *planner) orderByConnection(a *action, conn *Resource) {
	if a.rsc.isRemoteConn && a.rsc == conn || a.task == taskClearFails {
		return
	}
	switch a.task {
	case taskStart, taskPromote, taskMigrateTo, taskMigrateFrom:
		p.order(ordering{first: conn, firstKey: opKey(conn.ID, taskStart, 0), then: a.rsc, thenAct: a, flags: firstImpliesThen | unrunnableFirstBlocks})
	case taskStop, taskDemote:
		if conn.NextRole == RoleStopped || conn.Failed {
			p.order(ordering{firstAct: a, first: a.rsc, then: conn, thenKey: opKey(conn.ID, taskStop, 0), flags: guestAllowed | thenImpliesFirst})
		} else {
			p.order(ordering{firstAct: a, first: a.rsc, then: conn, thenKey: opKey(conn.ID, taskStop, 0), flags: ordered})
		}
	default:
		p.order(ordering{first: conn, firstKey: opKey(conn.ID, taskStart, 0), then: a.rsc, thenAct: a, flags: ordered | unrunnableFirstBlocks})
	}
}
