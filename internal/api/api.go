// Package api holds the wire types and paths of gpcs's own REST API, spoken
// over TLS on port 2224 and over the local socket. It has no logic. The
// endpoints of pcsd (/remote, /api/v1, /api/v2) keep pcsd's shapes and stand
// in server and client.
package api

// Versions that a daemon answers to pcs, which wants the same ones on all nodes
// of a cluster: those of the stack whose behaviour is ours.
const (
	PacemakerVersion = "3.0.2"
	CorosyncVersion  = "3.1.9"
	PcsdVersion      = "0.12.3"
)

// Paths of our own endpoints. Bodies are JSON unless said.
const (
	PathCIB     = "/api/gpcs/v1/cib"         // GET: the document as XML; ?local=1 this node's copy, else the DC's
	PathChange  = "/api/gpcs/v1/cib/change"  // POST cib.Request -> ChangeResult
	PathState   = "/api/gpcs/v1/state"       // GET: State
	PathCluster = "/api/gpcs/v1/cluster"     // POST ClusterCommand, this node only
	PathRefresh = "/api/gpcs/v1/lrm/refresh" // POST RefreshRequest: forget history, probe again
	PathFence   = "/api/gpcs/v1/fence"       // POST FenceRequest
	PathIdle    = "/api/gpcs/v1/idle"        // GET ?timeout=seconds: answers Idle when no action is pending or running
	PathReport  = "/api/gpcs/v1/report"      // GET ?from=&to= (epoch s): this node's part of a report, a tar archive
	PathMetrics = "/metrics"                 // GET: Prometheus's text format
)

// ChangeResult is the answer to a change of the document.
type ChangeResult struct {
	Version string `json:"version"` // admin_epoch.epoch.num_updates after the change
}

// Error is the body of any answer with a status of 400 or more. A backend
// returns one to choose the code that the caller sees.
type Error struct {
	Code    string `json:"code"`    // stable, see the codes below
	Message string `json:"message"` // for a person
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// The codes of Error.
const (
	CodeConflict   = "CONFLICT"    // the document changed since Base: read again
	CodeNoQuorum   = "NO_QUORUM"   // this partition may not change anything
	CodeNotRunning = "NOT_RUNNING" // cluster services are not started on this node
	CodeInvalid    = "INVALID"     // the request makes no sense
	CodeDenied     = "DENIED"      // the user lacks the permission
	CodeTimeout    = "TIMEOUT"     // not done in the time given
	CodeNotFound   = "NOT_FOUND"   // the document has no such element
	CodeExists     = "EXISTS"      // the document has that element already
	CodeOlder      = "OLDER"       // the update is older than the document
	CodeInternal   = "INTERNAL"    // see the daemon's log
)

// State is what one node knows of itself and of the cluster right now.
type State struct {
	Node        string `json:"node"`         // this node's name
	NodeID      uint32 `json:"node_id"`      // its corosync node id, 0 if in no cluster
	ClusterName string `json:"cluster_name"` // "" if corosync.conf does not exist
	Running     bool   `json:"running"`      // cluster services started on this node
	Enabled     bool   `json:"enabled"`      // started at boot
	Daemon      string `json:"daemon"`       // version of gpcsd
	View        View   `json:"view"`
	Quorum      Quorum `json:"quorum"`
	Links       []Link `json:"links"`
	// LinkMode is totem.link_mode as it is in use, "active" or "passive", and
	// Addresses are this node's by link, "" = no such link.
	LinkMode  string   `json:"link_mode,omitempty"`
	Addresses []string `json:"addresses,omitempty"`
	// Troubles are conditions that an administrator must know of, as whole
	// sentences: a damaged cib.xml that was replaced, a full disk, a saved
	// patch of a lost partition.
	Troubles []string `json:"troubles,omitempty"`
	Watchdog string   `json:"watchdog,omitempty"` // that is fed for fencing, "" = none
	// Fencing is what the members that are online found when they tested the
	// fence devices.
	Fencing []FenceTest `json:"fencing,omitempty"`
}

// FenceTest is what a member knows of a fence device.
type FenceTest struct {
	Device  string `json:"device"`
	Node    string `json:"node"`            // that tested it
	GoodMS  int64  `json:"last_good"`       // when it worked last, epoch ms, 0 = never
	TriedMS int64  `json:"last_tried"`      // when it was tested last, epoch ms
	Error   string `json:"error,omitempty"` // of the last test, without secrets; "" = it worked
}

// View is the agreed membership that is installed on the node.
type View struct {
	Counter uint64   `json:"counter"` // of the ballot
	Leader  uint32   `json:"leader"`  // of the ballot: the node that proposed
	DC      uint32   `json:"dc"`      // node id of the DC, 0 = none yet
	Quorate bool     `json:"quorate"`
	Level   int      `json:"level,omitempty"` // feature level that all members work at
	Members []Member `json:"members"`         // of the view, by node id
}

// Member is one configured node.
type Member struct {
	ID      uint32 `json:"id"`
	Name    string `json:"name"`
	Online  bool   `json:"online"` // in the view
	Votes   int    `json:"votes"`
	Address string `json:"address"` // of link 0
	Seen    bool   `json:"seen"`    // some daemon reaches its daemon, though it need not be in the view
}

// Quorum holds votequorum's figures.
type Quorum struct {
	Expected        int      `json:"expected"`
	HighestExpected int      `json:"highest_expected"`
	Total           int      `json:"total"`           // votes of the members
	Needed          int      `json:"needed"`          // votes that make a quorum
	Flags           []string `json:"flags"`           // "2Node", "Quorate", "WaitForAll", "LastManStanding", "AutoTieBreaker", "Qdevice"
	Waits           bool     `json:"waits,omitempty"` // for all nodes to be seen once (wait_for_all)
}

// Link is the health of one link to one peer.
type Link struct {
	Number  int    `json:"number"`
	Peer    uint32 `json:"peer"`
	Up      bool   `json:"up"`
	Used    bool   `json:"used"` // it carries what is sent; in active mode all that work do
	Address string `json:"address"`
	RTTus   int64  `json:"rtt_us"` // round trip, microseconds; 0 = not measured yet
}

// ClusterCommand asks this node's daemon for a change of its cluster services.
type ClusterCommand struct {
	Do string `json:"do"` // "start", "stop", "enable", "disable", "kill", "destroy", "reload" (corosync.conf), "forget" (nodes), "expected-votes", "unblock"
	// Component narrows a stop: "pacemaker" stops the resources and stays a
	// member, "corosync" leaves; "" does both. pcs stops in these two steps on
	// all nodes, so that quorum is kept while resources stop.
	Component string `json:"component,omitempty"`
	// Unit says that a systemd unit gives the command, for its Component: it
	// waits for the answer and must not be waited for.
	Unit  bool `json:"unit,omitempty"`
	Votes int  `json:"votes,omitempty"` // expected from now on
	// Nodes are forgotten: what the CIB says of nodes that have left for good.
	// Of unblock they are the nodes that are surely off.
	Nodes []string `json:"nodes,omitempty"`
}

// RefreshRequest makes nodes forget what they know of resources.
type RefreshRequest struct {
	Resource  string `json:"resource,omitempty"`  // "" = all
	Node      string `json:"node,omitempty"`      // "" = all
	Operation string `json:"operation,omitempty"` // "" = all
	Interval  string `json:"interval,omitempty"`
	Failed    bool   `json:"failed"` // cleanup: only where something failed; else refresh: all history
}

// What a FenceRequest may ask for.
const (
	FenceReboot  = "reboot"
	FenceOff     = "off"
	FenceConfirm = "confirm" // a human has made sure that the node is off
	FenceForget  = "forget"  // the history of a node, or all of it
)

// FenceRequest is fencing by hand. It is answered when it is done.
type FenceRequest struct {
	Do   string `json:"do"`
	Node string `json:"node"`
	User string `json:"user,omitempty"` // set by the server
}

// Action is the fence action that a request stands for.
func (r FenceRequest) Action() string {
	if r.Do == FenceReboot {
		return FenceReboot
	}
	return FenceOff
}

// Idle tells whether the cluster has nothing left to do.
type Idle struct {
	Idle bool `json:"idle"`
}
