package status

import (
	"time"

	"gpcs/internal/fence"
)

// View is all that a status shows.
type View struct {
	// Live is set when the view is of the running cluster, not of a file.
	Live     bool
	Now      time.Time // when the view was made; its zone is the one of all times printed
	Summary  Summary
	Nodes    []*Node     // in node order
	Top      []*Resource // top-level resources in the order in which they are shown
	History  []NodeHistory
	Failed   []Operation    // failed operations in the order of the document
	Fencing  []fence.Record // oldest first
	Underway []fence.Record // fencing that has not come to an end
	Tickets  []Ticket
	Bans     []Ban
}

// Summary holds what stands above the lists.
type Summary struct {
	Stack      string // "corosync" or "unknown"
	DC         *Node  // nil = none
	DCVersion  string
	Quorate    bool
	Mixed      bool // nodes run different versions
	LastChange Change
	Nodes      int // configured, remote ones counted
	Instances  int // of resources
	Disabled   int
	Blocked    int
	Options    Options
}

// Change says who changed the configuration last; each part may be empty.
type Change struct{ Time, User, Client, Origin string }

// Options are the cluster properties that a status shows.
type Options struct {
	Stonith          bool
	Symmetric        bool
	NoQuorumPolicy   string // "stop", "ignore", "freeze", "demote", "suicide"
	Maintenance      bool
	StopAll          bool
	StonithTimeoutMS int64
	PriorityDelayMS  int64
}

// NodeKind is what a node is to the cluster.
type NodeKind string

// The kinds of nodes. A guest is the inside of a container or a virtual
// machine that is itself a resource.
const (
	Member NodeKind = "member"
	Remote NodeKind = "remote"
	Guest  NodeKind = "guest"
)

// Node is one node.
type Node struct {
	Name, ID      string
	Kind          NodeKind
	Online        bool
	Standby       bool
	StandbyOnFail bool
	Maintenance   bool
	Pending       bool
	Unclean       bool
	Shutdown      bool
	ExpectedUp    bool
	DC            bool
	Health        string      // "green", "yellow", "red"
	FeatureSet    string      // "" = not known
	Running       []*Resource // primitives active here
	Attributes    []Attribute // for show, by name
	Host          *Node       // of a guest: where its container runs
	Container     string      // of a guest: id of its container
}

// Attribute is a node attribute. Expected is set for the attributes of ping
// resources: the value when all is reachable.
type Attribute struct {
	Name, Value string
	Expected    string
}

// Kind tells the shapes of resources apart.
type Kind string

// The kinds of resources.
const (
	Primitive Kind = "primitive"
	Group     Kind = "group"
	Clone     Kind = "clone"
	Bundle    Kind = "bundle"
)

// Resource is a resource or one instance of a clone.
type Resource struct {
	Kind     Kind
	ID       string // as shown: without instance number unless instances are unique
	Instance string // with the instance number, "web:1"; else as ID
	Defined  string // the id in the configuration
	Class    string
	Provider string
	Type     string
	Children []*Resource // members, instances or (bundle) replicas' resources
	Parent   *Resource   // nil at the top

	Role       string // "Stopped", "Started", "Unpromoted", "Promoted"
	TargetRole string // the meta attribute as written, "" if not set
	Pending    string // operation under way: "Starting", "Stopping", "Migrating", ..., "Monitoring"
	Active     []*Node
	PendingOn  *Node // where the pending operation of an inactive resource runs
	LockedTo   *Node // shutdown lock
	Probes     []FailedProbe

	Description string // of the configuration, "" = none

	Implicit       bool // the connection of a guest node, which no one configured
	Orphan         bool
	Managed        bool
	Maintenance    bool
	Blocked        bool
	Failed         bool
	FailureIgnored bool

	Unique     bool    // clone, bundle: instances are told apart
	Promotable bool    // clone
	Max        int     // clone: clone-max
	Allowed    []*Node // clone: nodes where it may run, in node order
	Image      string  // bundle
	Container  string  // bundle: "docker", "podman"
	Replicas   []Replica

	instances []*Resource // of one that stands for all, see View.Whole
}

// Replica is one container of a bundle with what belongs to it; IP, Remote
// and Inner may be nil.
type Replica struct {
	Number                       int
	Address                      string
	IP, Inner, Container, Remote *Resource
}

// FailedProbe is a probe that found a resource neither running nor stopped.
type FailedProbe struct {
	Node *Node
	RC   int
}

// NodeHistory is what was done on one node.
type NodeHistory struct {
	Node      *Node
	Resources []ResourceHistory
	Known     []string // ids of all resources that have a history here, shown or not
}

// ResourceHistory is what was done with one resource on one node.
type ResourceHistory struct {
	ID          string
	Name        string // as recorded: with instance number if it has one
	Orphan      bool
	Threshold   string // migration-threshold
	FailCount   string // "" = none
	LastFailure int64  // epoch second, 0 = none
	Operations  []Operation
}

// shown is the name that a history goes by: with its operations that of the
// resource, for fail counts alone the one recorded.
func (h ResourceHistory) shown(operations bool) string {
	if operations {
		return h.ID
	}
	return h.Name
}

// Operation is one entry of the history.
type Operation struct {
	Resource   string // as recorded: with instance number if it has one
	Node       *Node
	Key        string // "web_monitor_10000"; the id of the entry where it has none
	NoKey      bool   // Key is an id
	Call       string
	Task       string // "monitor", and "probe" for a monitor of interval 0
	IntervalMS int64
	RC         int
	State      int // execution status: 0 done, 2 timed out, 4 error
	Reason     string
	NoReason   bool   // the entry has no exit-reason, not even an empty one
	Changed    int64  // epoch second of the last change of the result, 0 = not known
	ExecMS     string // run time in ms, "" = not known
	QueueMS    string
}

// Ticket is a booth ticket.
type Ticket struct {
	ID         string
	Granted    bool
	Standby    bool
	LastGrant  string // epoch second, "" = never
	Attributes []Attribute
}

// Ban is a location constraint that keeps a resource off a node.
type Ban struct {
	ID, Resource string
	Node         *Node
	Score        int
	PromotedOnly bool
}
