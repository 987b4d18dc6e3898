package sched

import "gpcs/internal/cib"

// A live migration is migrate_to on the source, migrate_from on the target,
// stop on the source. Any of these histories may have been erased since.

// migratedTo takes a successful migrate_to into account.
func (s *stateReader) migratedTo(h *HistoryEntry) {
	c, r := s.c, s.rsc
	source, target := h.XML.SelectAttrValue("migrate_source", ""), h.XML.SelectAttrValue("migrate_target", "")
	if source == "" || target == "" {
		return
	}
	id := r.historyName()
	sourceNewer := c.nonMonitorAfter(id, source, h, true)
	from := c.findMigration(id, taskMigrateFrom, target, source, false)
	if from != nil && sourceNewer {
		return
	}
	targetNewer := c.newerAfterMigration(id, target, h, from)
	if sourceNewer && targetNewer {
		return
	}
	if from != nil && from.ExitStatus == ocfOK && from.ExecStatus == execDone {
		c.addDangling(r, s.node)
		return
	}
	r.Role = RoleStarted
	node := c.nodeByName[target]
	onTarget := !targetNewer && node != nil && node.Online
	switch {
	case from != nil && from.ExecStatus != execPending:
		if onTarget {
			c.setRunning(r, node, true)
			return
		}
		r.failMigration()
	case node != nil && node.Online && c.unknownOn(id, target):
		// Its history there was cleaned: a probe will tell.
	case onTarget:
		c.setRunning(r, node, false)
		if src := c.nodeByName[source]; src != nil && src.Online {
			r.partialSource, r.partialTarget = src, node
		}
	case !sourceNewer:
		r.failMigration()
	}
}

// failMigration marks a resource whose migration went wrong: it is recovered, not migrated.
func (r *Resource) failMigration() {
	r.Failed, r.stopIfFailed, r.allowMigrate = true, true, false
}

// addDangling notes a source that was migrated from but never stopped.
func (c *Cluster) addDangling(r *Resource, n *Node) {
	r.dangling = append([]*Node{n}, r.dangling...)
	r.Role = RoleStopped
}

// migrateToFailed takes a failed migrate_to into account: the resource may be
// on both nodes.
func (s *stateReader) migrateToFailed(h *HistoryEntry) {
	c, r, id := s.c, s.rsc, s.rsc.historyName()
	source, target := h.XML.SelectAttrValue("migrate_source", ""), h.XML.SelectAttrValue("migrate_target", "")
	if source == "" || target == "" {
		return
	}
	r.Role = RoleStarted
	from := c.findMigration(id, taskMigrateFrom, target, source, true)
	switch {
	case !c.unknownOn(id, target) && !c.newerAfterMigration(id, target, h, from):
		if n := c.nodeByName[target]; n != nil && n.Online {
			c.setRunning(r, n, false)
		}
	case !c.nonMonitorAfter(id, source, h, true):
		r.dangling = append([]*Node{s.node}, r.dangling...)
	}
}

// migrateFromFailed takes a failed migrate_from into account.
func (s *stateReader) migrateFromFailed(h *HistoryEntry) {
	c, r, id := s.c, s.rsc, s.rsc.historyName()
	source, target := h.XML.SelectAttrValue("migrate_source", ""), h.XML.SelectAttrValue("migrate_target", "")
	if source == "" || target == "" {
		return
	}
	r.Role = RoleStarted
	to := c.findMigration(id, taskMigrateTo, source, target, true)
	if !c.unknownOn(id, source) && !c.newerAfterMigration(id, source, to, h) {
		if n := c.nodeByName[source]; n != nil && n.Online {
			c.setRunning(r, n, true)
		}
	}
}

// entries returns the history of a resource on a node, by their names.
func (c *Cluster) entries(id, node string) []*HistoryEntry {
	n := c.nodeByName[node]
	if n == nil || n.State == nil {
		return nil
	}
	e := findHistory(n.State, id)
	if e == nil {
		return nil
	}
	var out []*HistoryEntry
	for _, op := range e.SelectElements("lrm_rsc_op") {
		out = append(out, ParseEntry(op))
	}
	return out
}

func findHistory(state *cib.Element, id string) *cib.Element {
	lrm := state.SelectElement("lrm")
	if lrm == nil {
		return nil
	}
	for _, list := range lrm.SelectElements("lrm_resources") {
		for _, e := range list.SelectElements("lrm_resource") {
			if e.SelectAttrValue("id", "") == id {
				return e
			}
		}
	}
	return nil
}

// findMigration finds a migrate_to or migrate_from on a node whose other end is peer.
func (c *Cluster) findMigration(id, task, node, peer string, successful bool) *HistoryEntry {
	other := "migrate_source"
	if task == taskMigrateTo {
		other = "migrate_target"
	}
	for _, h := range c.entries(id, node) {
		if h.Task == task && h.XML.SelectAttrValue(other, "") == peer &&
			(!successful || h.ExitStatus == ocfOK && h.ExecStatus == execDone) {
			return h
		}
	}
	return nil
}

// nonMonitorAfter tells whether anything but a monitor happened on a node after h.
func (c *Cluster) nonMonitorAfter(id, node string, h *HistoryEntry, sameNode bool) bool {
	for _, e := range c.entries(id, node) {
		switch e.Task {
		case taskStart, taskStop, taskPromote, taskDemote, taskMigrateTo, taskMigrateFrom:
			if newer(e, h, sameNode) {
				return true
			}
		}
	}
	return false
}

// newerAfterMigration tells whether a node's history knows a newer state than the migration left there.
func (c *Cluster) newerAfterMigration(id, node string, to, from *HistoryEntry) bool {
	ref, same := to, false
	if from != nil {
		ref = from
	}
	if ref == nil {
		return false
	}
	if node == ref.XML.SelectAttrValue("migrate_target", "") {
		same = from != nil
	} else if to != nil {
		ref, same = to, true
	}
	if c.nonMonitorAfter(id, node, ref, same) {
		return true
	}
	for _, e := range c.entries(id, node) {
		if e.Task == taskMonitor && e.ExitStatus == ocfNotRunning && newer(e, ref, same) {
			return true
		}
	}
	return false
}

// newer tells whether e is newer than h; call ids compare on one node only.
func newer(e, h *HistoryEntry, sameNode bool) bool { return compareAge(e, h, sameNode) > 0 }

// unknownOn tells whether a node's history says nothing of the resource.
func (c *Cluster) unknownOn(id, node string) bool {
	for _, h := range c.entries(id, node) {
		if h.ExitStatus != 193 {
			return false
		}
	}
	return true
}
