package history

import (
	"fmt"
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/engine/digest"
)

// origin is what Pacemaker's controller writes as crm-debug-origin here.
const origin = "do_update_resource"

// Record returns the entries that a result leaves in the resource's history:
// none for a cancelled operation but what NotBegun says, RSC_last_0 for a one-time operation,
// RSC_OPERATION_INTERVAL for a recurring one; a failure goes to
// RSC_last_failure_0, a one-time one to RSC_last_0 as well.
func Record(node string, r Result, a Agent) []*cib.Element {
	if r.Status == Cancelled {
		if r.Op.Operation != Start || r.Outcome.RC != RCNotRunning {
			return nil
		}
		// A start that was not begun counts as a look that found nothing: it is
		// no failure, and the DC waits no longer.
		r.Op.Operation, r.Status = Monitor, Done
		return []*cib.Element{entry(OpKey(r.Op.Rsc.ID, "last", 0), node, r, a)}
	}
	rsc, last := r.Op.Rsc.ID, OpKey(r.Op.Rsc.ID, "last", 0)
	switch {
	case r.Failed() && r.Op.IntervalMS > 0:
		return []*cib.Element{entry(OpKey(rsc, "last_failure", 0), node, r, a)}
	case r.Failed():
		return []*cib.Element{entry(OpKey(rsc, "last_failure", 0), node, r, a), entry(last, node, r, a)}
	case r.Op.Operation == Notify:
		return []*cib.Element{entry(notifyID(r.Op), node, r, a)}
	case r.Op.IntervalMS > 0:
		return []*cib.Element{entry(r.Op.Key(), node, r, a)}
	}
	return []*cib.Element{entry(last, node, r, a)}
}

// notifyID is RSC_PRE-OR-POST_notify_OPERATION_0.
func notifyID(o Op) string {
	return fmt.Sprintf("%s_%s_notify_%s_0", o.Rsc.ID, o.Attr("CRM_meta_notify_type"), o.Attr("CRM_meta_notify_operation"))
}

// entry is one <lrm_rsc_op>, its attributes in Pacemaker's order.
func entry(id, node string, r Result, a Agent) *cib.Element {
	operation := r.Op.Operation
	if operation == Reload || operation == ReloadAgent {
		// A reload counts as the start or, failed, the monitor that it stands for.
		operation = Start
		if r.Status != Done {
			operation = Monitor
		}
	}
	reason := ""
	if r.Failed() {
		reason = cib.OneLine(r.Reason)
	}
	changed := r.RunAt
	if r.Op.IntervalMS > 0 && r.RCChange != 0 {
		changed = r.RCChange
	}
	e := cib.NewElement("lrm_rsc_op",
		"id", id,
		"operation_key", OpKey(r.Op.Rsc.ID, operation, r.Op.IntervalMS),
		"operation", operation,
		"crm-debug-origin", origin,
		"crm_feature_set", FeatureSet,
		"transition-key", r.Op.TransitionKey,
		"transition-magic", fmt.Sprintf("%d:%d;%s", r.Status, r.RC, r.Op.TransitionKey),
		"exit-reason", reason,
		"on_node", node,
		"call-id", strconv.Itoa(r.CallID),
		"rc-code", strconv.Itoa(r.RC),
		"op-status", strconv.Itoa(int(r.Status)),
		"interval", strconv.FormatInt(r.Op.IntervalMS, 10),
		"last-rc-change", strconv.FormatInt(changed, 10),
		"exec-time", strconv.FormatInt(r.ExecMS, 10),
		"queue-time", strconv.FormatInt(r.QueueMS, 10))
	if operation == MigrateTo || operation == MigrateFrom {
		e.CreateAttr("migrate_source", r.Op.Attr("CRM_meta_migrate_source"))
		e.CreateAttr("migrate_target", r.Op.Attr("CRM_meta_migrate_target"))
	}
	e.CreateAttr("op-digest", digest.Operation(r.Op.Attrs, r.Op.IntervalMS))
	addReloadDigests(e, r.Op, a)
	return e
}

// addReloadDigests adds what the scheduler needs to tell a reload from a
// restart. The list is written even if it is empty: its being there says that
// the agent can reload.
func addReloadDigests(e *cib.Element, o Op, a Agent) {
	if o.Operation == Stop {
		return
	}
	if a.Reload != "" && o.IntervalMS == 0 {
		e.CreateAttr("op-force-restart", names(a.Restart))
		e.CreateAttr("op-restart-digest", digest.Restart(o.Attrs, a.Restart))
	}
	if len(a.Private) > 0 {
		e.CreateAttr("op-secure-params", names(a.Private))
		e.CreateAttr("op-secure-digest", digest.Secure(o.Attrs, a.Private))
	}
}

// names is a list as Pacemaker 2.1.5 writes it, two blanks at both ends.
func names(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return "  " + strings.Join(list, " ") + "  "
}
