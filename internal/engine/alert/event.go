package alert

import (
	"fmt"
	"strconv"

	"gpcs/internal/engine/history"
	"gpcs/internal/fence"
	"gpcs/internal/status"
)

// Kind is what an event is about: CRM_alert_kind.
type Kind string

// The kinds of events.
const (
	Node      Kind = "node"
	Fencing   Kind = "fencing"
	Resource  Kind = "resource"
	Attribute Kind = "attribute"
)

// Var is one variable of an agent's environment, without its prefix.
type Var struct{ Name, Value string }

// Event is something that agents may be told of.
type Event struct {
	Kind Kind
	Vars []Var
	// Attribute is the name of the node attribute that changed.
	Attribute string
}

// NodeChanged is the event of a node that became a member or was lost.
func NodeChanged(name, id string, member bool) Event {
	state := "lost"
	if member {
		state = "member"
	}
	return Event{Kind: Node, Vars: []Var{{"node", name}, {"nodeid", id}, {"desc", state}}}
}

// fencingTask is what Pacemaker gives agents as the task of every fencing; the
// action itself stands in the description.
const fencingTask = "st_notify_fence"

// fencingError is Pacemaker's code of an error that has no other.
const fencingError = -201

// Fenced is the event of fencing that came to an end.
func Fenced(r fence.Record) Event {
	result, code := "OK", 0
	if r.State != fence.Success {
		result, code = "Error", fencingError
		if r.Reason != "" {
			result += " (" + r.Reason + ")"
		}
	}
	by, action := r.Delegate, r.Action
	if by == "" {
		by = "the cluster"
	}
	desc := fmt.Sprintf("Operation %s of %s by %s for %s@%s: %s (ref=%s)", action, r.Target, by, r.Client, r.Origin, result, r.ID)
	return Event{Kind: Fencing, Vars: []Var{{"node", r.Target}, {"task", fencingTask}, {"desc", desc}, {"rc", strconv.Itoa(code)}}}
}

// Operated is the event of a result of an operation on this node. false: agents
// are told nothing of it, as of a probe that found what was expected.
func Operated(node string, r history.Result) (Event, bool) {
	task, code, target := r.Op.Operation, r.RC, history.TargetRC(r.Op.TransitionKey)
	switch {
	case task == history.Delete, r.Status == history.Pending:
		return Event{}, false
	case r.Op.Probe() && r.RC == target:
		return Event{}, false
	case task == history.Cancel:
		task, r.Status = r.Op.CancelTarget(), history.Cancelled
	}
	took := r.ExecMS
	desc := r.Status.String()
	if r.Status == history.Done {
		desc = status.ExitText(code)
	}
	if r.Status == history.TimedOut && took == 0 {
		took = r.Op.TimeoutMS
	}
	return Event{Kind: Resource, Vars: []Var{
		{"node", node}, {"rsc", r.Op.Rsc.ID}, {"task", task}, {"interval", strconv.FormatInt(r.Op.IntervalMS, 10)},
		{"target_rc", strconv.Itoa(target)}, {"status", strconv.Itoa(int(r.Status))}, {"rc", strconv.Itoa(code)},
		{"exec_time", strconv.FormatInt(took, 10)}, {"desc", desc}}}, true
}

// AttributeSet is the event of a node attribute with a new value; one that was
// removed has "".
func AttributeSet(node, id, name, value string) Event {
	return Event{Kind: Attribute, Attribute: name, Vars: []Var{
		{"node", node}, {"nodeid", id}, {"attribute_name", name}, {"attribute_value", value}}}
}
