package sched

import (
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// The operations by name.
const (
	taskMonitor       = "monitor"
	taskReported      = "asyncmon" // a failure that was reported, not found by a monitor
	taskStart         = "start"
	taskStop          = "stop"
	taskPromote       = "promote"
	taskDemote        = "demote"
	taskMigrateTo     = "migrate_to"
	taskMigrateFrom   = "migrate_from"
	taskReload        = "reload-agent"
	taskNotify        = "notify"
	taskNotified      = "notified"
	taskCancel        = "cancel"
	taskDelete        = "delete"
	taskDeleteHistory = "lrm_delete"
	taskClearFails    = "clear_failcount"
	taskFence         = "stonith"
	taskShutdown      = "do_shutdown"
	taskMaintenance   = "maintenance_nodes"
	taskRunning       = "running"
	taskStopped       = "stopped"
	taskPromoted      = "promoted"
	taskDemoted       = "demoted"
)

// Exit statuses of OCF agents (OCF 1.1) and op-status values.
const (
	ocfOK             = 0
	ocfBadArgs        = 2
	ocfUnimplemented  = 3
	ocfPerm           = 4
	ocfNotInstalled   = 5
	ocfNotConfigured  = 6
	ocfNotRunning     = 7
	ocfPromoted       = 8
	ocfFailedPromoted = 9
	ocfDegraded       = 190
	ocfDegradedProm   = 191

	execPending       = -1
	execDone          = 0
	execCancelled     = 1
	execError         = 4
	execNotInstalled  = 7
	execNotConnected  = 8
	execNoFenceDevice = 10
	execNoSecrets     = 11
	// Errors after which a node, or all nodes, are out.
	execHard  = 5
	execFatal = 6
)

// ParseEntry reads an lrm_rsc_op.
func ParseEntry(e *cib.Element) *HistoryEntry {
	h := &HistoryEntry{XML: e, ExitStatus: 193, ExecStatus: -2, Expected: -1, LastChange: -1}
	for i := range e.Attr {
		if a := &e.Attr[i]; a.Space == "" {
			h.read(a.Key, a.Value)
		}
	}
	if h.Key == "" {
		h.Key = h.ID
	}
	return h
}

// read takes one attribute of an lrm_rsc_op; numbers that are none do not count.
func (h *HistoryEntry) read(name, text string) {
	switch name {
	case "id":
		h.ID = text
	case "operation":
		h.Task = text
	case "operation_key":
		h.Key = text
	case "exit-reason":
		h.ExitReason = text
	case "transition-key":
		if text != "" {
			h.Expected = expectedFromKey(text)
		}
	case "interval", "call-id", "rc-code", "op-status", "last-rc-change", "exec-time", "queue-time":
		if n, ok := value.Int(text); ok {
			h.readNumber(name, n)
		}
	}
}

func (h *HistoryEntry) readNumber(name string, n int64) {
	switch name {
	case "interval":
		h.IntervalMS = n
	case "call-id":
		h.CallID = int(n)
	case "rc-code":
		h.ExitStatus = int(n)
	case "op-status":
		h.ExecStatus = int(n)
	case "last-rc-change":
		h.LastChange = n
	case "exec-time":
		h.ExecTimeMS = n
	case "queue-time":
		h.QueueTimeMS = n
	}
}

// expectedFromKey reads the third field of a transition key
// (action:transition:expected status:uuid).
func expectedFromKey(key string) int {
	f := strings.SplitN(key, ":", 4)
	if len(f) < 4 {
		return -1
	}
	n, err := strconv.Atoi(f[2])
	if err != nil {
		return -1
	}
	return n
}

// probe tells whether the entry is of a one-off monitor.
func (h *HistoryEntry) probe() bool { return h.Task == taskMonitor && h.IntervalMS == 0 }

// maskedProbe tells of probes whose failure only says that the resource cannot be there.
func (h *HistoryEntry) maskedProbe() bool {
	return h.probe() && (h.ExitStatus == ocfNotInstalled || h.ExitStatus == ocfBadArgs || h.ExecStatus == execNotInstalled)
}

// oldestFirst returns the entries of an lrm_resource, oldest first. Ages are
// not always comparable (see compareAge), so the way of sorting decides, too:
// entries are taken from last to first and halves merged.
func oldestFirst(e *cib.Element) []*HistoryEntry {
	var ops []*HistoryEntry
	for _, op := range slices.Backward(e.SelectElements("lrm_rsc_op")) {
		ops = append(ops, ParseEntry(op))
	}
	return mergeSorted(ops)
}

func mergeSorted(ops []*HistoryEntry) []*HistoryEntry {
	if len(ops) < 2 {
		return ops
	}
	half := (len(ops) + 1) / 2
	a, b := mergeSorted(ops[:half]), mergeSorted(ops[half:])
	out := make([]*HistoryEntry, 0, len(ops))
	for len(a) > 0 && len(b) > 0 {
		if compareAge(a[0], b[0], true) <= 0 {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// compareAge is negative where a is older than b and positive where it is
// newer; 0 means that it cannot be told. Call ids count on one node only, and
// are missing where an operation is pending; sameNode is taken to hold where
// an entry does not say which node it is of.
func compareAge(a, b *HistoryEntry, sameNode bool) int {
	na, nb := a.XML.SelectAttrValue("on_node", ""), b.XML.SelectAttrValue("on_node", "")
	if na != "" && nb != "" {
		sameNode = strings.EqualFold(na, nb)
	}
	switch {
	case sameNode && a.ID == b.ID, a.CallID == -1 && b.CallID == -1:
		return 0
	case sameNode && a.CallID >= 0 && a.CallID < b.CallID:
		return -1
	case sameNode && b.CallID >= 0 && a.CallID > b.CallID:
		return 1
	case a.CallID >= 0 && b.CallID >= 0:
		return compareKnown(a.LastChange, b.LastChange)
	}
	ta, ua := transitionOf(a)
	tb, ub := transitionOf(b)
	switch {
	case !strings.EqualFold(ua, ub) || ta == tb:
		// Pending operations do not outlive a change of the controller.
		if b.CallID == -1 {
			return -1
		}
		return 1
	case ta >= 0 && ta < tb || tb == -1:
		return -1
	case tb >= 0 && ta > tb || ta == -1:
		return 1
	}
	return 0
}

// compareKnown compares two numbers where the larger one is known, that is not negative.
func compareKnown(a, b int64) int {
	switch {
	case a >= 0 && a < b:
		return -1
	case b >= 0 && a > b:
		return 1
	}
	return 0
}

// transitionOf returns the number of the transition that an entry comes from and its scheduler's uuid.
func transitionOf(h *HistoryEntry) (int64, string) {
	key := h.XML.SelectAttrValue("transition-key", "")
	f := strings.SplitN(key, ":", 4)
	if len(f) < 4 {
		return -1, key
	}
	n, _ := value.Int(f[1])
	return n, f[3]
}

// unpackHistory reads all that one node_state says of resources.
func (c *Cluster) unpackHistory(n *Node, state *cib.Element) {
	lrm := state.SelectElement("lrm")
	if lrm == nil {
		return
	}
	for list := range lrm.SelectElementsSeq("lrm_resources") {
		for e := range list.SelectElementsSeq("lrm_resource") {
			c.unpackResourceHistory(n, e)
		}
		c.linkRemovedFillers(list)
	}
}

func (c *Cluster) unpackResourceHistory(n *Node, e *cib.Element) {
	id := e.SelectAttrValue("id", "")
	ops := oldestFirst(e)
	if id == "" || len(ops) == 0 && !c.Config.ShutdownLock {
		return
	}
	r := c.findForHistory(n, id)
	if r == nil {
		if len(ops) == 0 {
			return
		}
		r = c.removedResource(e)
	}
	if c.Config.ShutdownLock {
		c.readShutdownLock(r, n, e)
	}
	c.applyHistory(r, n, ops)
}

// applyHistory lets a resource's entries, oldest first, tell its state on n.
func (c *Cluster) applyHistory(r *Resource, n *Node, ops []*HistoryEntry) {
	saved := r.Role
	r.Role = RoleUnknown
	s := &stateReader{c: c, rsc: r, node: n, ops: ops}
	for _, h := range ops {
		s.read(h)
	}
	c.earlyRecurring(r, n, ops)
	c.conclude(s)
	if r.TargetRole != RoleUnknown && (r.NextRole == RoleUnknown || r.TargetRole < r.NextRole) {
		r.NextRole = r.TargetRole
	}
	if saved > r.Role {
		r.Role = saved
	}
}

// earlyRecurring notes the recurring operations that run on n.
func (c *Cluster) earlyRecurring(r *Resource, n *Node, ops []*HistoryEntry) {
	start, stop := activeSpan(ops)
	for i, h := range ops {
		if !n.Online {
			return
		}
		if start < stop && i <= stop || i < start || h.IntervalMS == 0 || h.ExecStatus == execPending {
			continue
		}
		c.early = append(c.early, earlyAction{rsc: r, node: n, task: h.Task, interval: h.IntervalMS, optional: true})
	}
}

// activeSpan returns the positions of the last start (or what implies one)
// and of the last successful stop, -1 for none.
func activeSpan(ops []*HistoryEntry) (start, stop int) {
	start, stop = -1, -1
	monitor, promote := -1, -1
	for i, h := range ops {
		switch {
		case h.Task == taskStop && h.ExecStatus == execDone:
			stop = i
		case h.Task == taskStart || h.Task == taskMigrateFrom:
			start = i
		case h.Task == taskMonitor && monitor <= stop && (h.ExitStatus == ocfOK || h.ExitStatus == ocfPromoted):
			monitor = i
		case h.Task == taskPromote || h.Task == taskDemote:
			promote = i
		}
	}
	if start == -1 {
		if start = promote; start == -1 {
			start = monitor
		}
	}
	return start, stop
}
