// Package graph is the transition graph: what the scheduler wants done, in
// which order. The scheduler (engine/sched) writes it, the transition engine
// (engine/transition) walks it; neither knows the other.
//
// Its shape is that of Pacemaker's transition_graph: synapses, each with
// actions that fire once all its inputs are confirmed.
package graph

// Kind tells what carries an action out.
type Kind string

// The kinds of actions, by their element names in the graph's XML.
const (
	RscOp   Kind = "rsc_op"       // an agent's action, on a node
	Pseudo  Kind = "pseudo_event" // nothing to do: an ordering point
	Cluster Kind = "crm_event"    // stonith, do_shutdown, clear_failcount, lrm_delete
)

// Graph is one transition.
type Graph struct {
	ID             int    // counts the graphs of one scheduler process from 1
	ClusterDelayMS int64  // extra time allowed for a reply over the network
	ClusterDelay   string // the same as configured ("60s")
	StonithTimeout string // fencing-timeout as configured ("60s")
	StonithMS      int64  // time a fencing action may take
	BatchLimit     int    // actions at once in the whole cluster, 0 = no limit
	MigrationLimit int    // migrations at once on a node, -1 = no limit
	FailedStart    string // fail count set by a failed start: "INFINITY" or "1"
	FailedStop     string // fail count set by a failed stop: "INFINITY"
	RecheckByS     int64  // epoch second by which to schedule again, 0 = none
	Synapses       []*Synapse
}

// Synapse is a set of actions with what must be confirmed before them.
type Synapse struct {
	ID       int
	Priority int
	Actions  []*Action // one, in all graphs that the scheduler writes
	Inputs   []int     // ids of actions, ascending
}

// Action is one step.
type Action struct {
	ID           int
	Kind         Kind
	Operation    string // "start", "monitor", "stonith", "running"
	Key          string // "vip_monitor_10000"
	InternalKey  string // set where the history knows the resource by another name
	Node         string // on_node, name
	NodeID       string // on_node_uuid
	Router       string // node that holds the connection of a remote node
	Rsc          *Resource
	Attrs        []Attr   // sorted by name, as sent to the executor
	Downed       []string // ids of nodes expected to go down by it
	Maintenance  []Attr   // node id -> "0" or "1", operation maintenance_nodes
	ShutdownLock string
}

// Resource names the instance that an action is about.
type Resource struct {
	ID       string
	LongID   string // set for instances of anonymous clones
	Class    string // "ocf", "systemd", "lsb", "stonith"
	Provider string // "heartbeat"
	Type     string // "IPaddr2"
}

// Attr is a name and its value.
type Attr struct{ Name, Value string }

// Value returns the value of a named attribute, or "".
func Value(attrs []Attr, name string) string {
	for _, a := range attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// Attr returns the value of a named attribute of the action, or "".
func (a *Action) Attr(name string) string { return Value(a.Attrs, name) }
