package sched

// stateReader follows the history of one resource on one node, oldest entry
// first, and keeps what it says of the resource's state there
// (scheduler-spec, section 4).
type stateReader struct {
	c           *Cluster
	rsc         *Resource
	node        *Node
	ops         []*HistoryEntry
	lastFailure *HistoryEntry
	onFail      onFail
}

// read takes one entry into account.
func (s *stateReader) read(h *HistoryEntry) {
	switch h.Task {
	case taskMonitor, taskStart, taskStop, taskPromote, taskDemote, taskMigrateTo, taskMigrateFrom, taskReported:
	default:
		return
	}
	if h.ExecStatus == execCancelled || h.ExecStatus < execPending || h.ExecStatus > execNoSecrets {
		return // such say nothing of a state
	}
	expired := h.ExecStatus != execPending && s.expired(h)
	if expired && h.effective() != h.Expected {
		if h.IntervalMS == 0 {
			return
		}
		if s.node.Online && !s.node.Unclean {
			// The monitor is given to the executor anew, so that its success can be seen.
			s.c.expiredEntries[h.XML] = true
			return
		}
	}
	exit, exec := s.remap(h, expired)
	if h.maskedProbe() && !s.rsc.bundled() && (h.ExecStatus != execDone || h.ExitStatus != ocfNotRunning) {
		s.c.banFrom(s.banTarget(), s.node)
	}
	switch exec {
	case execPending:
		s.pending(h)
		return
	case execDone:
		s.success(h, exit)
		return
	case execNotInstalled:
		action := s.c.onFailOf(s.rsc, h)
		if action.response == onFailIgnore {
			s.onFail = onFailBan
		}
		s.c.banFrom(s.banTarget(), s.node)
		s.failure(h, exit, action)
		return
	case execNotConnected:
		if conn := s.node.Connection; conn != nil && s.node.Kind != Member && conn.Managed {
			conn.Failed, conn.stopIfFailed = true, true
		}
	}
	s.failed(h, exit, exec)
}

func (s *stateReader) failed(h *HistoryEntry, exit, exec int) {
	action := s.c.onFailOf(s.rsc, h)
	if action.response == onFailIgnore || action.response == onFailRestartContainer && h.Task == taskStop {
		s.success(h, h.Expected)
		s.rsc.FailureIgnored = true
		s.c.recordFailure(s.rsc, s.node, h)
		if action.response == onFailRestartContainer && s.onFail <= onFailRestart {
			s.onFail = action.response
		}
		return
	}
	s.failure(h, exit, action)
	switch exec {
	case execHard:
		s.c.banFrom(s.banTarget(), s.node)
	case execFatal:
		s.c.banFrom(s.banTarget(), nil)
	}
}

// effective is the exit status with degraded results taken for successes.
func (h *HistoryEntry) effective() int {
	switch h.ExitStatus {
	case ocfDegraded:
		return ocfOK
	case ocfDegradedProm:
		return ocfPromoted
	}
	return h.ExitStatus
}

// banTarget is what a hard error bans: the whole clone where instances are not told apart.
func (s *stateReader) banTarget() *Resource {
	if s.rsc.Unique {
		return s.rsc
	}
	return s.rsc.Top()
}

// remap finds what a result means: which exit status counts and whether the
// operation was done, failed, or failed in a way that rules the node (hard)
// or all nodes (fatal) out.
func (s *stateReader) remap(h *HistoryEntry, expired bool) (exit, exec int) {
	exit, exec = h.effective(), h.ExecStatus
	if exit != h.ExitStatus && !expired {
		s.c.recordFailure(s.rsc, s.node, h)
	}
	if h.maskedProbe() && !s.rsc.bundled() {
		exit, exec = ocfNotRunning, execDone
	}
	switch exec {
	case execDone, execError:
	case execNoFenceDevice, execNoSecrets:
		return exit, execHard
	default:
		return exit, exec
	}
	return exit, s.judge(h, exit, expired)
}

// judge decides by the exit status whether an operation that ran was successful.
func (s *stateReader) judge(h *HistoryEntry, exit int, expired bool) int {
	exec := execError
	if exit == h.Expected || h.Expected < 0 && exit == ocfOK {
		exec = execDone
	}
	switch exit {
	case ocfOK:
		if h.probe() && h.Expected == ocfNotRunning {
			return execDone
		}
	case ocfNotRunning:
		if h.probe() || h.Expected == exit || !s.rsc.Managed {
			s.rsc.Role = RoleStopped
			s.onFail = onFailIgnore
			s.rsc.NextRole = RoleUnknown
			return execDone
		}
	case ocfPromoted:
		if !expired || exit == h.Expected {
			s.rsc.Role = RolePromoted
		}
		if h.probe() {
			return execDone
		}
	case ocfFailedPromoted:
		if !expired {
			s.rsc.Role = RolePromoted
		}
		return execError
	case ocfNotConfigured:
		return execFatal
	case ocfUnimplemented, ocfNotInstalled, ocfBadArgs, ocfPerm:
		if exit == ocfUnimplemented && h.IntervalMS > 0 {
			return execError
		}
		if h.Task == taskStop && !s.c.canFence(s.node) {
			s.rsc.Managed, s.rsc.Blocked = false, true
		}
		return execHard
	default:
		return execError // expected or not: that is no status of OCF's that tells a state
	}
	return exec
}

// setActive notes that the resource is up, in the least role it can have.
func (s *stateReader) setActive() {
	if s.rsc.Top().Promotable {
		s.rsc.Role = RoleUnpromoted
		return
	}
	s.rsc.Role = RoleStarted
}

func (s *stateReader) pending(h *HistoryEntry) {
	r := s.rsc
	if s.failedSince(h) {
		return
	}
	switch {
	case h.Task == taskStart:
		r.startPending = true
		s.setActive()
	case h.Task == taskPromote:
		r.Role = RolePromoted
	case h.Task == taskMigrateTo && s.node.Unclean:
		// The target may have got it: it has to be stopped there.
		if target := s.c.nodeByName[h.XML.SelectAttrValue("migrate_target", "")]; target != nil {
			s.c.earlyStop(r, target)
		}
	}
	if r.PendingTask == "" && h.IntervalMS > 0 || h.Task != taskMonitor {
		if r.PendingTask == "" {
			r.PendingTask, r.PendingNode = h.Task, s.node
		}
	}
	r.Monitoring = r.Monitoring || h.Task == taskMonitor && h.IntervalMS > 0
}

// failedSince tells whether a pending monitor has come to an end: its failure
// is in an entry of its own, and the one that says pending stays.
func (s *stateReader) failedSince(h *HistoryEntry) bool {
	f := s.lastFailure
	return f != nil && f.Task == h.Task && f.IntervalMS == h.IntervalMS && f.LastChange != 0 && h.LastChange != 0 && f.LastChange >= h.LastChange
}

// success takes a successful operation, or one to be taken as such, into account.
func (s *stateReader) success(h *HistoryEntry, exit int) {
	r, clear := s.rsc, false
	switch {
	case exit == ocfNotInstalled || h.maskedProbe() && !r.bundled():
		r.Role = RoleStopped
	case exit == ocfNotRunning:
		clear = true
	case h.Task == taskMonitor:
		clear = s.lastFailure != nil && s.lastFailure.Key == h.Key
		if r.Role < RoleStarted {
			s.setActive()
		}
	case h.Task == taskStart:
		r.Role, clear = RoleStarted, true
	case h.Task == taskStop:
		r.Role, clear = RoleStopped, true
	case h.Task == taskPromote:
		r.Role, clear = RolePromoted, true
	case h.Task == taskDemote:
		clear = s.onFail == onFailDemote
		r.Role = RoleUnpromoted
	case h.Task == taskMigrateFrom:
		r.Role, clear = RoleStarted, true
	case h.Task == taskMigrateTo:
		s.migratedTo(h)
	}
	if clear {
		s.clearFailure()
	}
}

// clearFailure ends the effect of past failures that a later success mends.
func (s *stateReader) clearFailure() {
	switch s.onFail {
	case onFailBlock, onFailIgnore, onFailDemote, onFailRestart, onFailRestartContainer:
	case onFailResetRemote:
		if s.rsc.reconnectMS != 0 {
			return
		}
	default:
		return
	}
	s.onFail, s.rsc.NextRole = onFailIgnore, RoleUnknown
}

// failure takes a failed operation into account.
func (s *stateReader) failure(h *HistoryEntry, exit int, action failAction) {
	r := s.rsc
	s.lastFailure = h
	if !(s.node.ShuttingDown && !s.node.Online) {
		s.c.recordFailure(r, s.node, h)
	}
	s.onFail = max(s.onFail, action.response)
	switch h.Task {
	case taskStop:
		s.c.banFrom(r, s.node)
	case taskMigrateTo:
		s.migrateToFailed(h)
	case taskMigrateFrom:
		s.migrateFromFailed(h)
	case taskPromote:
		r.Role = RolePromoted
	case taskDemote:
		switch {
		case action.response == onFailBlock:
			r.Role, r.NextRole = RolePromoted, RoleStopped
		case exit == ocfNotRunning:
			r.Role = RoleStopped
		default:
			r.Role = RoleUnpromoted
		}
	}
	if h.probe() && h.ExitStatus == ocfNotInstalled {
		r.Role = RoleStopped
	} else if r.Role < RoleStarted {
		s.setActive()
	}
	if action.role != RoleStarted && r.NextRole < action.role {
		r.NextRole = action.role
	}
	if action.role == RoleStopped {
		target := r
		if r.Number >= 0 && !r.Unique {
			target = r.Top()
		}
		s.c.banFrom(target, nil)
	}
}

// recordFailure adds to the failed operations, one entry per operation and node.
func (c *Cluster) recordFailure(r *Resource, n *Node, h *HistoryEntry) {
	if n.ShuttingDown && !n.Online {
		return
	}
	for _, f := range c.FailedOps {
		if f.Entry.Key == h.Key && f.Node == n {
			return
		}
	}
	c.FailedOps = append(c.FailedOps, FailedOp{r, n, h})
}

// conclude puts what the whole history on the node said into effect.
func (c *Cluster) conclude(s *stateReader) {
	r, n := s.rsc, s.node
	active := r.Role > RoleStopped
	if r.Role != RoleUnknown {
		for p := r; p != nil; p = p.Parent {
			p.knownOn[n.Index] = true
			if p.Unique {
				break
			}
		}
	}
	if active && !n.Online && !n.Maintenance && r.Managed {
		c.activeOnDead(r, n)
	}
	saved, effect := s.onFail, s.onFail
	if n.Unclean {
		effect = onFailIgnore
	}
	c.applyOnFail(r, n, effect, active)
	if r.Failed && r.isRemoteConn {
		if rn := c.nodeByID[r.ID]; rn != nil && rn.Unclean {
			rn.Unseen = false
		}
	}
	switch {
	case r.Role > RoleStopped:
		c.setRunning(r, n, saved != onFailIgnore)
		switch effect {
		case onFailIgnore:
		case onFailDemote, onFailBlock:
			r.Failed = true
		default:
			r.Failed, r.stopIfFailed = true, true
		}
	case hasNumber(r.HistoryName):
		// Numbered histories of stopped instances bind nothing.
		r.HistoryName = ""
	default:
		for i := range c.early {
			if a := &c.early[i]; a.rsc == r && a.node == n && a.task == taskStop {
				a.optional = true
			}
		}
	}
	if r.Role == RoleStopped && r.partialSource == n && r.partialTarget != nil {
		r.Role = RoleStarted
	}
}

func hasNumber(s string) bool { return s != "" && baseName(s) != s }
