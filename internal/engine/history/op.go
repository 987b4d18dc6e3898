package history

import (
	"fmt"
	"strconv"

	"gpcs/internal/engine/graph"
)

// FeatureSet is the crm_feature_set that gpcs behaves like: Pacemaker 2.1.5.
const FeatureSet = "3.16.1"

// Names of operations that mean something to the executor or the history.
const (
	Start       = "start"
	Stop        = "stop"
	Monitor     = "monitor"
	Promote     = "promote"
	Demote      = "demote"
	Notify      = "notify"
	MigrateTo   = "migrate_to"
	MigrateFrom = "migrate_from"
	Reload      = "reload"
	ReloadAgent = "reload-agent"
	Cancel      = "cancel" // end the recurring operation that the attributes name
	Delete      = "delete" // forget the resource's history
)

// Op is one operation to be run on one node. It travels from the DC to the
// executor, and back inside its Result.
type Op struct {
	Rsc           graph.Resource
	Operation     string
	IntervalMS    int64
	TimeoutMS     int64        // 0: the executor's default
	StartDelayMS  int64        // wait before the first run
	Attrs         []graph.Attr // parameters as such, meta attributes as CRM_meta_NAME
	TransitionKey string       // ACTION:TRANSITION:EXPECTED-RC:UUID of the DC's scheduler
}

// FromAction makes the operation of a graph's action. For a cancel the
// operation and interval are those of what is to be cancelled.
func FromAction(a *graph.Action, transitionKey string) Op {
	op := Op{Operation: a.Operation, Attrs: a.Attrs, TransitionKey: transitionKey}
	if a.Rsc != nil {
		op.Rsc = *a.Rsc
	}
	op.IntervalMS = number(a.Attr("CRM_meta_interval"))
	op.TimeoutMS = number(a.Attr("CRM_meta_timeout"))
	op.StartDelayMS = number(a.Attr("CRM_meta_start_delay"))
	return op
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Attr returns the value of a named attribute, or "".
func (o Op) Attr(name string) string { return graph.Value(o.Attrs, name) }

// Key is the operation's name in history and graph: RSC_OPERATION_INTERVAL.
func (o Op) Key() string { return OpKey(o.Rsc.ID, o.Operation, o.IntervalMS) }

// CancelTarget is the operation that a cancel names: CRM_meta_operation,
// monitor where it names none.
func (o Op) CancelTarget() string {
	if name := o.Attr("CRM_meta_operation"); name != "" {
		return name
	}
	return Monitor
}

// Probe tells whether the operation asks for a state that is not yet known.
func (o Op) Probe() bool { return o.Operation == Monitor && o.IntervalMS == 0 }

// OpKey joins the parts of an operation's key; the interval is in ms.
func OpKey(rsc, operation string, intervalMS int64) string {
	return fmt.Sprintf("%s_%s_%d", rsc, operation, intervalMS)
}

// TargetRC is the return code that the transition expected. Without a proper
// key it is -1: nothing is expected.
func TargetRC(transitionKey string) int {
	k, ok := graph.ParseTransitionKey(transitionKey)
	if !ok {
		return -1
	}
	return k.TargetRC
}

// Outcome is what running an operation gave.
type Outcome struct {
	RC     int
	Status Status
	Reason string // exit reason: one line for a person
	Stdout string // the end of what the agent printed, kept for failures
	Stderr string
}

// NotBegun is the outcome of a start that was refused before it did anything.
// Its record says that the resource does not run here.
func NotBegun(reason string) Outcome {
	return Outcome{RC: RCNotRunning, Status: Cancelled, Reason: reason}
}

// Result is an operation with its outcome.
type Result struct {
	Op Op
	Outcome
	CallID   int   // the executor's count; later operations have higher ids
	ExecMS   int64 // running time
	QueueMS  int64 // time between being due and being run
	RunAt    int64 // epoch second at which it was run
	RCChange int64 // epoch second since when the return code is what it is
}

// Failed tells whether the history treats the result as a failure: the agent
// could not do it, or said something else than the transition expected.
func (r Result) Failed() bool {
	switch r.Status {
	case Cancelled, Pending:
		return false
	case NotSupported, TimedOut, Error, NotConnected, Invalid:
		return true
	}
	target := TargetRC(r.Op.TransitionKey)
	return target >= 0 && r.RC != target
}
