package sched

import (
	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
)

// Role is what a resource is or shall be on a node.
type Role int

// The roles in ascending order; a plain started resource is Started, an
// instance of a promotable clone Unpromoted or Promoted.
const (
	RoleUnknown Role = iota
	RoleStopped
	RoleStarted
	RoleUnpromoted
	RolePromoted
)

var roleNames = [...]string{"Unknown", "Stopped", "Started", "Unpromoted", "Promoted"}

// String returns the role as status lists show it.
func (r Role) String() string { return roleNames[r] }

// NodeKind tells how a node belongs to the cluster.
type NodeKind int

// The kinds of nodes.
const (
	Member     NodeKind = iota // runs the cluster stack
	RemoteNode                 // reached through an ocf:pacemaker:remote resource
	GuestNode                  // lives inside a resource (remote-node meta-attribute, bundle)
)

// Node is a node with all that the status section says of it.
type Node struct {
	Index int // position in Cluster.Nodes
	ID    string
	Name  string
	Kind  NodeKind

	Online        bool
	Pending       bool // joined the membership, not yet the process group
	Unclean       bool // must be fenced before its resources are safe
	Standby       bool
	StandbyOnFail bool // standby because an operation with on-fail=standby failed
	Maintenance   bool
	ShuttingDown  bool
	DC            bool
	ExpectedUp    bool
	Unseen        bool // no node_state
	FeatureSet    string
	Health        int // sum of its #health attributes
	RedHealth     bool
	YellowHealth  bool
	Connection    *Resource   // remote connection of a remote or guest node
	Active        []*Resource // primitives active here, in order of discovery
	Attributes    Values      // node attributes, transient ones over permanent ones
	Utilization   Values      // capacity
	XML           *cib.Element
	State         *cib.Element // node_state
	priority      int          // sum of the priorities of the resources active here
	baseScore     int
	assigned      int // resources assigned so far in this run
	free          []int
	historyRead   bool
	requiresReset bool
	fenced        bool // remote node: was fenced since it was last seen
	// toldMaintenance: the node, a remote or guest one, was told that it is in maintenance
	toldMaintenance bool
	inBundle        bool // node inside a bundle's container
	hidden          bool // not made yet, of that kind
	closed          bool // only the inner resource may run there
}

// Kind of a resource.
type Kind int

// The kinds of resources, simple before complex: colocations are sorted by it.
const (
	Primitive Kind = iota
	Group
	Clone
	Bundle
)

// Resource is one resource, or one instance of a clone.
type Resource struct {
	Index       int    // position in Cluster.All
	ID          string // instance id: "db", "db:1"
	HistoryName string // name in the history where it differs from ID, else ""
	Kind        Kind
	XML         *cib.Element // definition, its template's body included
	Class       string
	Provider    string
	Type        string
	Parent      *Resource
	Children    []*Resource
	Meta        Values // meta-attributes as resolved

	Role       Role    // now
	NextRole   Role    // wanted
	TargetRole Role    // from target-role, RoleUnknown if not set
	RunningOn  []*Node // where it is active, in order of discovery

	Managed        bool
	Maintenance    bool
	Blocked        bool // a failure that cannot be recovered from
	Failed         bool
	FailureIgnored bool // failed, on-fail=ignore
	Removed        bool // in the history, no longer in the configuration ("orphaned")
	Unique         bool // globally unique clone or part of one
	Promotable     bool // a promotable clone
	Notify         bool
	Critical       bool
	Priority       int
	Stickiness     int
	PendingTask    string // operation in flight, "" if none; never a probe
	PendingNode    *Node
	Monitoring     bool // a recurring monitor is in flight
	LockNode       *Node
	LockTime       int64 // epoch s since when it is locked to LockNode by a shutdown
	ContainedBy    *Resource

	CloneMax, CloneNodeMax, CloneMin    int
	PromotedMax, PromotedNodeMax        int
	Interleave, Ordered                 bool
	Number                              int // instance number inside its clone, -1 outside clones
	template                            *cib.Element
	migrationThreshold                  int
	failureTimeoutS                     int64
	multipleActive                      multipleActive
	requires                            requirement
	allowMigrate                        bool
	allowUnhealthy                      bool
	isFenceDevice                       bool
	isRemoteConn                        bool
	reconnectMS                         int64
	guestName                           string
	dangling                            []*Node // migration sources without a stop
	partialSource, partialTarget        *Node
	startPending                        bool
	stopIfFailed                        bool
	stopUnexpected                      bool
	reload                              bool
	provisional, assigning, mergingOnto bool
	assignedTo                          *Node
	allowed                             table // node table
	knownOn                             []bool
	fillers                             []*Resource
	actions                             []*action // newest first
	colocThis, colocWith                []*colocation
	locations                           []*location
	utilization                         Values
	params                              map[int]Values // instance attributes by node index, -1: none
	ops                                 []configuredOp // nil: not read yet
	ruled                               ternary        // see paramsVary
	promotionPriority                   int
	cloneActs                           cloneActions
	exclusiveDiscovery                  bool
	bundle                              *bundle
	choosingRoles                       bool
}

type multipleActive int

const (
	stopStart multipleActive = iota
	stopOnly
	blockMultiple
	stopUnexpected
)

// requirement is what must be given before a resource may start.
type requirement int

const (
	requiresNothing requirement = iota
	requiresQuorum
	requiresFencing
	requiresUnfencing
)

// Values is a list of names with their values; names are unique.
type Values []graph.Attr

// Get returns a value, "" where the name is missing.
func (v Values) Get(name string) string {
	s, _ := v.Lookup(name)
	return s
}

// Lookup returns a value and whether the name is there.
func (v Values) Lookup(name string) (string, bool) {
	for i := range v {
		if v[i].Name == name {
			return v[i].Value, true
		}
	}
	return "", false
}

// setDefault adds a value unless the name is there already.
func (v *Values) setDefault(name, value string) {
	if _, ok := v.Lookup(name); !ok {
		*v = append(*v, graph.Attr{Name: name, Value: value})
	}
}

func (v *Values) set(name, value string) {
	for i := range *v {
		if (*v)[i].Name == name {
			(*v)[i].Value = value
			return
		}
	}
	*v = append(*v, graph.Attr{Name: name, Value: value})
}

func (v *Values) remove(name string) {
	for i := range *v {
		if (*v)[i].Name == name {
			*v = append((*v)[:i:i], (*v)[i+1:]...)
			return
		}
	}
}

// FailedOp is one entry of "Failed Resource Actions".
type FailedOp struct {
	Resource *Resource
	Node     *Node
	Entry    *HistoryEntry
}

// HistoryEntry is one operation in the history of a resource on a node.
type HistoryEntry struct {
	ID            string // "db_last_0"
	Task          string // "start", "monitor"
	Key           string // operation_key: "db_monitor_10000"
	IntervalMS    int64
	CallID        int
	ExitStatus    int
	ExecStatus    int // op-status: 0 done, -1 pending, 1 cancelled, 2 timeout, 4 error, ...
	Expected      int // exit status that was expected, -1 if unknown
	ExitReason    string
	LastChange    int64 // last-rc-change, epoch s, -1 if not told
	ExecTimeMS    int64
	QueueTimeMS   int64
	XML           *cib.Element
	expiredDigest bool // its digest counts as changed
}

// Cluster is the read model: configuration and status, unpacked.
type Cluster struct {
	Config    Config
	Nodes     []*Node     // in node order: by name, digit runs as numbers
	Resources []*Resource // top level, in scheduler order
	All       []*Resource // all, by index
	FailedOps []FailedOp  // in order of discovery
	Quorate   bool
	Tickets   []*Ticket
	Now       int64 // epoch s

	doc        *cib.Document
	ids        map[string]*cib.Element // elements of the configuration by id
	tags       map[string][]string
	nodeByID   map[string]*Node
	nodeByName map[string]*Node
	rscByID    map[string]*Resource
	recheckBy  int64
	early      []earlyAction
	unfencing  bool
	hasDevice  bool
	stopLater  []*Resource
	// expiredEntries are recurring failures that no longer count: the monitor is given to the executor anew
	expiredEntries map[*cib.Element]bool
}

// Ticket is a ticket of a multi-site cluster.
type Ticket struct {
	ID      string
	Granted bool
	Standby bool
	State   Values
}

// Node returns the node with that name, or nil.
func (c *Cluster) Node(name string) *Node { return c.nodeByName[name] }

// Resource returns the resource with that instance id, or nil.
func (c *Cluster) Resource(id string) *Resource { return c.rscByID[id] }

// NodeAttribute is a node's attribute as rules see it.
func (c *Cluster) NodeAttribute(n *Node, name string) string { return n.Attributes.Get(name) }

// DC returns the designated controller, or nil.
func (c *Cluster) DC() *Node {
	for _, n := range c.Nodes {
		if n.DC {
			return n
		}
	}
	return nil
}

// Top returns the outermost resource that r belongs to; the parts of a bundle
// stand for themselves.
func (r *Resource) Top() *Resource {
	for r.Parent != nil && r.Parent.Kind != Bundle {
		r = r.Parent
	}
	return r
}

// historyName is the name that the history knows r by.
func (r *Resource) historyName() string {
	if r.HistoryName != "" {
		return r.HistoryName
	}
	return r.ID
}

// available tells whether a node can take resources.
func (n *Node) available() bool {
	return n.Online && !n.Unclean && !n.ShuttingDown && !n.Standby && !n.Maintenance
}
