package status

import (
	"slices"
	"strconv"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/fence"
)

func (x *xmlDoc) history(root *cib.Element) {
	var list *cib.Element
	for _, h := range x.view.History {
		if !x.onlyNode(h.Node) {
			continue
		}
		if list == nil {
			list = add(root, "node_history")
		}
		var node *cib.Element
		for _, r := range h.Resources {
			if x.has(Operations) && len(r.Operations) == 0 || !x.has(Operations) && r.FailCount == "" || !x.onlyHistory(r) {
				continue
			}
			if node == nil {
				node = add(list, "node", "name", h.Node.Name)
			}
			x.resourceHistory(node, r)
		}
	}
}

func (x *xmlDoc) resourceHistory(node *cib.Element, r ResourceHistory) {
	e := add(node, "resource_history", "id", r.shown(x.has(Operations)), "orphan", yes(r.Orphan))
	if x.Release3 {
		e.CreateAttr("removed", yes(r.Orphan))
	}
	if !r.Orphan {
		e.CreateAttr("migration-threshold", r.Threshold)
		if r.FailCount != "" {
			e.CreateAttr("fail-count", r.FailCount)
		}
		if r.LastFailure != 0 {
			e.CreateAttr("last-failure", x.date(r.LastFailure))
		}
	}
	for _, o := range r.Operations {
		op := add(e, "operation_history", "call", o.Call, "task", o.Task, "rc", number(o.RC), "rc_text", x.exitText(o.RC))
		if o.IntervalMS != 0 {
			op.CreateAttr("interval", number(o.IntervalMS)+"ms")
		}
		if o.Changed != 0 {
			op.CreateAttr("last-rc-change", x.date(o.Changed))
		}
		if o.ExecMS != "" {
			op.CreateAttr("exec-time", o.ExecMS+"ms")
		}
		if o.QueueMS != "" {
			op.CreateAttr("queue-time", o.QueueMS+"ms")
		}
	}
}

func (x *xmlDoc) failures(root *cib.Element) {
	var list *cib.Element
	for _, o := range x.view.Failed {
		if !x.onlyFailure(o) {
			continue
		}
		if list == nil {
			list = add(root, "failures")
		}
		reason := o.Reason
		if o.NoReason {
			reason = "none"
		}
		name := "op_key"
		if o.NoKey {
			name = "id"
		}
		e := add(list, "failure", name, o.Key, "node", o.Node.Name, "exitstatus", x.exitText(o.RC),
			"exitreason", reason, "exitcode", number(o.RC), "call", o.Call, "status", x.stateText(o.State))
		if o.Changed > 0 {
			task := o.Task
			if task == "probe" {
				task = "monitor"
			}
			attrs(e, "last-rc-change", utc(time.Unix(o.Changed, 0).In(x.view.Now.Location())),
				"queued", zero(o.QueueMS), "exec", zero(o.ExecMS), "interval", number(o.IntervalMS), "task", task)
		}
	}
}

func (x *xmlDoc) fencing(root *cib.Element) {
	var list *cib.Element
	for _, r := range slices.Backward(slices.Concat(x.view.Fencing, x.view.Underway)) {
		if !x.onlyTarget(r.Target) {
			continue
		}
		if list == nil {
			list = add(root, "fence_history")
		}
		e := add(list, "fence_event", "action", r.Action, "target", r.Target, "client", r.Client, "origin", r.Origin, "status", r.State)
		switch r.State {
		case fence.Failed:
			e.CreateAttr("exit-reason", r.Reason)
		case fence.Under:
			e.CreateAttr("extended-status", "1") // Pacemaker's number for a device that is being run
			continue
		}
		if r.Delegate != "" {
			e.CreateAttr("delegate", r.Delegate)
		}
		e.CreateAttr("completed", time.UnixMilli(r.CompletedMS).In(x.view.Now.Location()).Format(fencingTime))
	}
}

func (x *xmlDoc) tickets(root *cib.Element) {
	if len(x.view.Tickets) == 0 {
		return
	}
	list := add(root, "tickets")
	for _, t := range x.view.Tickets {
		e := add(list, "ticket", "id", t.ID, "status", choose(t.Granted, "granted", "revoked"), "standby", yes(t.Standby))
		if at, err := strconv.ParseInt(t.LastGrant, 10, 64); err == nil {
			e.CreateAttr("last-granted", x.date(at))
		}
	}
}

func (x *xmlDoc) bans(root *cib.Element) {
	var list *cib.Element
	for _, b := range x.view.Bans {
		if !x.onlyHistory(ResourceHistory{ID: b.Resource}) {
			continue
		}
		if list == nil {
			list = add(root, "bans")
		}
		add(list, "ban", "id", b.ID, "resource", b.Resource, "node", b.Node.Name, "weight", number(b.Score),
			"promoted-only", yes(b.PromotedOnly), "master_only", yes(b.PromotedOnly))
	}
}
