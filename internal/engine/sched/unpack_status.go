package sched

import (
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// unpackStatus reads the status section: the nodes' states first, then the
// histories of those whose state allows it. Histories of remote and guest
// nodes count only once their connection is known to be up, which other
// histories tell; so it goes round until nothing new is known.
func (c *Cluster) unpackStatus() {
	states := c.section("status")
	for _, e := range states {
		switch e.Tag {
		case "tickets":
			for _, t := range e.SelectElements("ticket_state") {
				c.unpackTicket(t)
			}
		case "ticket_state":
			c.unpackTicket(e)
		}
	}
	for _, e := range states {
		if e.Tag == "node_state" {
			c.unpackNodeState(e)
		}
	}
	for c.readHistories(states, false) {
	}
	c.readHistories(states, c.Config.Fencing)
	c.stopContainers()
	for _, n := range c.Nodes {
		if n.Kind == Member {
			continue
		}
		if n.ShuttingDown && n.Connection != nil {
			n.Connection.NextRole = RoleStopped
		}
		if !n.historyRead {
			c.remoteOnline(n)
		}
	}
}

func (c *Cluster) unpackTicket(e *cib.Element) {
	id := e.SelectAttrValue("id", "")
	if id == "" {
		return
	}
	t := c.ticket(id)
	for _, a := range e.Attr {
		t.State.set(a.Key, a.Value)
	}
	t.Granted = value.True(t.State.Get("granted"))
	t.Standby = value.True(t.State.Get("standby"))
}

// ticket returns a ticket, made if it is not known yet.
func (c *Cluster) ticket(id string) *Ticket {
	for _, t := range c.Tickets {
		if t.ID == id {
			return t
		}
	}
	t := &Ticket{ID: id}
	c.Tickets = append(c.Tickets, t)
	return t
}

func (c *Cluster) unpackNodeState(e *cib.Element) {
	n := c.nodeByID[e.SelectAttrValue("id", "")]
	if n == nil {
		n = c.nodeByName[e.SelectAttrValue("uname", "")]
	}
	if n == nil {
		return
	}
	n.State = e
	n.FeatureSet = e.SelectAttrValue("crm_feature_set", "")
	if n.Kind != Member {
		fenced, _ := value.Int(e.SelectAttrValue("node_fenced", ""))
		n.fenced = fenced > 0
		return
	}
	c.transientAttributes(n)
	if n.FeatureSet == "" {
		n.FeatureSet = n.Attributes.Get("#feature-set")
	}
	n.Unclean, n.Unseen = false, false
	c.memberOnline(n)
	if n.Online && !c.Quorate && c.Config.NoQuorumPolicy == QuorumFence {
		c.fenceNode(n, "cluster does not have quorum", false)
	}
}

// transientAttributes lays the attributes that live until a node's next
// restart over its permanent ones and reads what they say of the node.
func (c *Cluster) transientAttributes(n *Node) {
	var v Values
	if t := n.State.SelectElement("transient_attributes"); t != nil {
		c.addSets(&v, t, "instance_attributes", "", &ruleEnv{node: n})
		c.addSets(&n.Utilization, t, "utilization", "", &ruleEnv{node: n})
	}
	for _, a := range v {
		n.Attributes.set(a.Name, a.Value)
	}
	n.Standby = value.True(n.Attributes.Get("standby"))
	n.Maintenance = value.True(n.Attributes.Get("maintenance"))
	c.readHealth(n)
}

// readHealth sums up the #health attributes.
func (c *Cluster) readHealth(n *Node) {
	n.Health, n.RedHealth, n.YellowHealth = 0, false, false
	o := &c.Config
	redScore, yellowScore, greenScore := c.Config.healthColors()
	red, yellow := 0, 0
	for _, a := range n.Attributes {
		if !strings.HasPrefix(a.Name, "#health") {
			continue
		}
		s := 0
		switch strings.ToLower(a.Value) {
		case "red":
			s, red = redScore, red+1
		case "yellow":
			s, yellow = yellowScore, yellow+1
		case "green":
			s = greenScore
		default:
			s = parseScore(a.Value, 0)
			if s < 0 {
				yellow++
			}
		}
		n.Health = addScores(n.Health, s)
	}
	if o.HealthStrategy != "none" {
		n.RedHealth, n.YellowHealth = red > 0, red == 0 && yellow > 0
	}
}

// since reads in_ccm or crmd: a boolean, online/offline, or since when it is so.
func since(s string) bool {
	switch strings.ToLower(s) {
	case "online":
		return true
	case "offline":
		return false
	}
	if v, ok := value.Bool(s); ok {
		return v
	}
	n, ok := value.Int(s)
	return ok && n > 0
}

// readHistories reads the history of each node that can be read now; with
// all, of each that is left. It tells whether another round may find more.
func (c *Cluster) readHistories(states []*cib.Element, all bool) bool {
	again := false
	for _, e := range states {
		if e.Tag != "node_state" {
			continue
		}
		n := c.nodeByID[e.SelectAttrValue("id", "")]
		if n == nil || n.historyRead {
			continue
		}
		if !all && !c.historyReadable(n) {
			continue
		}
		n.historyRead = true
		if n.Kind != Member {
			c.remoteOnline(n)
			c.remoteAttributes(n, e)
		}
		again = true
		c.unpackHistory(n, e)
	}
	return again
}

// remoteAttributes reads what the status says of a remote or guest node itself.
func (c *Cluster) remoteAttributes(n *Node, state *cib.Element) {
	n.State = state
	if !n.requiresReset {
		n.Unclean, n.Unseen = false, false
	}
	c.transientAttributes(n)
	if n.shutdownRequested() {
		n.ShuttingDown = true
	}
	if n.Connection != nil && !n.Connection.Managed {
		n.Maintenance = true // nobody looks after what is behind it
	}
	told, _ := value.Int(state.SelectAttrValue("node_in_maintenance", ""))
	n.toldMaintenance = told != 0
}

func (c *Cluster) historyReadable(n *Node) bool {
	conn := n.Connection
	switch n.Kind {
	case GuestNode:
		return conn != nil && conn.Role == RoleStarted && (conn.ContainedBy == nil || conn.ContainedBy.Role == RoleStarted)
	case RemoteNode:
		return conn != nil && (c.Config.ShutdownLock || conn.Role == RoleStarted)
	}
	// Where nothing can be fenced, what an absent node ran is of no interest.
	return c.Config.Fencing || c.Config.ShutdownLock || n.Online
}

// fenceNode marks a node as unclean and remembers that it has to be fenced.
func (c *Cluster) fenceNode(n *Node, reason string, delay bool) {
	if c.markUnclean(n) {
		c.early = append(c.early, earlyAction{node: n, task: taskFence, reason: reason, optional: true, delay: delay && n.Kind == Member})
	}
}

// markUnclean notes that a node has to be fenced and tells whether that takes
// a fencing action: guests are fenced by recovering what they live in.
func (c *Cluster) markUnclean(n *Node) bool {
	switch n.Kind {
	case GuestNode:
		if n.Connection == nil {
			return false
		}
		by := n.Connection.ContainedBy
		switch {
		case by == nil: // what it lived in is gone, and the guest with it
			n.Connection.Failed, n.Connection.stopIfFailed = true, true
		case !by.Failed && by.Managed:
			by.Failed, by.stopIfFailed = true, true
			n.requiresReset = true
		}
		return false
	case RemoteNode:
		if n.Connection != nil && !n.Connection.Managed {
			n.Unclean = true
			return true
		}
		n.Unclean, n.requiresReset = true, true
		return true
	}
	was := n.Unclean
	n.Unclean = true
	return !was
}

// stopContainers stops the containers whose connection failed, once it is
// known where they run.
func (c *Cluster) stopContainers() {
	for _, r := range c.stopLater {
		if r.ContainedBy != nil && len(r.ContainedBy.RunningOn) > 0 {
			c.earlyStop(r.ContainedBy, r.ContainedBy.RunningOn[0])
		}
	}
}

// earlyAction is an action that the status section calls for. The planner
// makes them first, in this order.
type earlyAction struct {
	rsc      *Resource
	node     *Node
	task     string
	interval int64
	optional bool
	delay    bool // priority-fencing-delay applies
	reason   string
}

func (c *Cluster) earlyStop(r *Resource, n *Node) {
	c.early = append(c.early, earlyAction{rsc: r, node: n, task: taskStop})
}

// banFrom forbids a resource and all in it on a node; nil means all nodes.
func (c *Cluster) banFrom(r *Resource, n *Node) { c.addScore(r, n, -Infinity) }

// addScore adds a score for a node, or all nodes where n is nil, to the node
// tables of a resource and of all in it.
func (c *Cluster) addScore(r *Resource, n *Node, score int) {
	for _, k := range r.Children {
		c.addScore(k, n, score)
	}
	for _, m := range c.Nodes {
		if n == nil || n == m {
			if cell := &r.allowed[m.Index]; !cell.in && m.closed {
				cell.probe = probeNever // nothing is looked for inside a container
			}
			r.allowed.add(m.Index, score)
		}
	}
	if n == nil && score <= -Infinity {
		r.assignedTo = nil
	}
}

// canFence tells whether a node could be fenced if need be. Guests are fenced
// by stopping what they live in.
func (c *Cluster) canFence(n *Node) bool {
	if n.Kind == GuestNode {
		if n.Connection == nil || n.Connection.ContainedBy == nil {
			return false
		}
		for _, host := range n.Connection.ContainedBy.RunningOn {
			if !host.Online && !c.canFence(host) {
				return false
			}
		}
		return true
	}
	return c.Config.Fencing && c.hasDevice && (c.Quorate || c.Config.NoQuorumPolicy == QuorumIgnore || n.Online)
}
