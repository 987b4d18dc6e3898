package sched

import (
	"strings"

	"gpcs/internal/cib/value"
)

// FailCount returns the fail count of a resource on a node and the epoch
// second of its last failure. Failures older than failure-timeout do not
// count once all of them are.
func (c *Cluster) FailCount(r *Resource, n *Node) (count int, lastFailure int64) {
	return c.failCount(r, n, true, nil)
}

// failCountWithFillers adds what was launched by the resource.
func (c *Cluster) failCountWithFillers(r *Resource, n *Node) int {
	count, _ := c.failCount(r, n, true, nil)
	if r.bundled() {
		return count
	}
	for _, f := range r.fillers {
		more, _ := c.failCount(f, n, true, nil)
		count = addScores(count, more)
	}
	return count
}

// FailuresKept is FailCount with those that do not count any more.
func (c *Cluster) FailuresKept(r *Resource, n *Node) (count int, lastFailure int64) {
	return c.failCount(r, n, false, nil)
}

func (c *Cluster) failCount(r *Resource, n *Node, effective bool, h *HistoryEntry) (count int, last int64) {
	name := r.historyName()
	if !r.Unique {
		name = baseName(name)
	}
	for _, a := range n.Attributes {
		if isFailAttr(a.Name, "fail-count-", name, r.Unique) {
			count = addScores(count, parseScore(a.Value, 0))
		} else if isFailAttr(a.Name, "last-failure-", name, r.Unique) {
			t, _ := value.Int(a.Value)
			last = max(last, t)
		}
	}
	if effective && count > 0 && last > 0 && r.failureTimeoutS > 0 && !c.blockingFailure(r, n, h) {
		if c.Now > last+r.failureTimeoutS {
			count = 0
		}
	}
	return count, last
}

// isFailAttr matches "fail-count-db#monitor_10000", "fail-count-db" and, for
// anonymous clones, "fail-count-db:0...".
func isFailAttr(attr, prefix, name string, unique bool) bool {
	rest, ok := strings.CutPrefix(attr, prefix)
	if !ok {
		return false
	}
	rest, ok = strings.CutPrefix(rest, name)
	if !ok {
		return false
	}
	if !unique && strings.HasPrefix(rest, ":") {
		rest = strings.TrimLeft(rest[1:], "0123456789")
	}
	return rest == "" || rest[0] == '#'
}

// blockingFailure tells whether an operation with on-fail=block failed on the
// node: such failures do not expire.
func (c *Cluster) blockingFailure(r *Resource, n *Node, h *HistoryEntry) bool {
	for _, op := range c.ops(r) {
		if op.SelectAttrValue("on-fail", "") != "block" {
			continue
		}
		task, interval := op.SelectAttrValue("name", ""), opInterval(op)
		if h != nil {
			if h.Task == task && h.IntervalMS == interval {
				return true
			}
			continue
		}
		for _, e := range c.entries(r.historyName(), n.Name) {
			if strings.HasSuffix(e.ID, "_last_failure_0") && e.Task == task && e.IntervalMS == interval {
				return true
			}
		}
	}
	return false
}

// expired tells whether a failed operation lies so far back that it no longer
// counts, and has the fail count cleared where it is time for it.
func (s *stateReader) expired(h *HistoryEntry) bool {
	c, r, n := s.c, s.rsc, s.node
	if h.ExecStatus == execNotInstalled {
		return false
	}
	expired, effective := false, 0
	if r.failureTimeoutS > 0 && h.LastChange > 0 {
		expired = c.Now >= h.LastChange+r.failureTimeoutS && !c.blockingFailure(r, n, h)
		var last int64
		effective, last = c.failCount(r, n, true, h)
		if effective > 0 && last > 0 {
			c.recheck(last + r.failureTimeoutS + 1)
		}
	}
	reason := ""
	lastFailure := strings.HasSuffix(h.ID, "_last_failure_0")
	if expired {
		if all, _ := c.failCount(r, n, false, h); all > 0 {
			if effective == 0 {
				reason = "it expired"
			} else {
				expired = false
			}
		} else if lastFailure && r.reconnectMS != 0 {
			reason = "reconnect interval is set"
		}
	}
	if reason == "" && lastFailure && !expired && c.failedWithOtherParams(r, n, h) {
		reason = "resource parameters have changed"
	}
	if reason != "" {
		c.early = append(c.early, earlyAction{rsc: r, node: n, task: taskClearFails, reason: reason})
	}
	if expired && h.probe() {
		switch h.ExitStatus {
		case ocfOK, ocfNotRunning, ocfPromoted, ocfDegraded, ocfDegradedProm:
			return false
		}
	}
	return expired
}

// failedWithOtherParams tells whether the configuration has changed since a
// start or monitor failed.
func (c *Cluster) failedWithOtherParams(r *Resource, n *Node, h *HistoryEntry) bool {
	if h.Task != taskStart && h.Task != taskMonitor {
		return false
	}
	if r.isRemoteConn && r.bundled() && c.params(r, nil).Get("addr") == "#uname" {
		return false // its address is known only once its container has a node
	}
	switch c.compareDigest(r, n, h) {
	case digestAll, digestRestart:
		return true
	}
	return false
}
