package status

import (
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
	"gpcs/internal/fence"
)

// New makes the view of a document at a moment. The zone of now is that of
// all times shown.
func New(doc *cib.Document, now time.Time) (*View, error) {
	cluster, err := sched.Unpack(doc, sched.Options{Now: now.Unix()})
	if err != nil {
		return nil, err
	}
	return Of(cluster, doc, now), nil
}

// Of makes the view of a cluster that is unpacked already from doc.
func Of(cluster *sched.Cluster, doc *cib.Document, now time.Time) *View {
	b := &builder{
		cluster: cluster, doc: doc, view: &View{Now: now},
		nodes: map[*sched.Node]*Node{}, resources: map[*sched.Resource]*Resource{},
	}
	for _, n := range cluster.Nodes {
		b.node(n)
	}
	for _, r := range cluster.Resources {
		b.view.Top = append(b.view.Top, b.resource(r, nil))
	}
	b.link()
	b.failures()
	b.histories()
	b.tickets()
	b.bans()
	b.summary()
	b.view.Fencing, b.view.Underway = fence.History(doc), fence.Pending(doc)
	return b.view
}

// builder turns the scheduler's model into a view.
type builder struct {
	cluster   *sched.Cluster
	doc       *cib.Document
	view      *View
	nodes     map[*sched.Node]*Node
	resources map[*sched.Resource]*Resource
}

func (b *builder) node(n *sched.Node) {
	v := &Node{
		Name: n.Name, ID: n.ID, Kind: Member,
		Online: n.Online, Standby: n.Standby, StandbyOnFail: n.StandbyOnFail, Maintenance: n.Maintenance,
		Pending: n.Pending, Unclean: n.Unclean, Shutdown: n.ShuttingDown, ExpectedUp: n.ExpectedUp, DC: n.DC,
		Health: "green",
	}
	switch strategy := b.cluster.Config.HealthStrategy; {
	case strategy == "" || strategy == "none": // nobody looks at it
	case n.RedHealth:
		v.Health = "red"
	case n.YellowHealth:
		v.Health = "yellow"
	}
	switch n.Kind {
	case sched.RemoteNode:
		v.Kind = Remote
	case sched.GuestNode:
		v.Kind = Guest
	}
	if v.Kind == Member && n.Online {
		// Releases before 3.15.1 do not say which features they have.
		if v.FeatureSet = n.Attributes.Get("#feature-set"); v.FeatureSet == "" {
			v.FeatureSet = "<3.15.1"
		}
	}
	b.nodes[n] = v
	b.view.Nodes = append(b.view.Nodes, v)
}

// link joins nodes and resources, which need each other to be there.
func (b *builder) link() {
	for n, v := range b.nodes {
		for _, r := range n.Active {
			v.Running = append(v.Running, b.resources[r])
		}
		v.Attributes = b.attributes(n)
		if n.Kind == sched.GuestNode && n.Connection != nil && n.Connection.ContainedBy != nil {
			container := n.Connection.ContainedBy
			v.Container = container.ID
			if len(container.RunningOn) > 0 {
				v.Host = b.nodes[container.RunningOn[0]]
			}
		}
	}
	for r, v := range b.resources {
		for _, n := range r.RunningOn {
			v.Active = append(v.Active, b.nodes[n])
		}
		if len(r.RunningOn) == 0 && r.PendingNode != nil {
			v.PendingOn = b.nodes[r.PendingNode]
		}
		if r.LockNode != nil {
			v.LockedTo = b.nodes[r.LockNode]
		}
		if v.Kind == Clone {
			v.Allowed = b.allowed(r)
		}
	}
}

// allowed are the nodes that a clone could be active on, as far as the status
// tells: those in its node table. Before constraints are looked at that is
// empty in a cluster that is not symmetric: there it is those where it was probed.
func (b *builder) allowed(r *sched.Resource) []*Node {
	var list, known []*Node
	for _, n := range b.cluster.Nodes {
		if _, ok := r.Score(n); ok {
			list = append(list, b.nodes[n])
		}
		if r.KnownOn(n) {
			known = append(known, b.nodes[n])
		}
	}
	if len(list) == 0 {
		return known
	}
	return list
}

// attributes are those of a node that are for people: not the cluster's own.
func (b *builder) attributes(n *sched.Node) []Attribute {
	var list []Attribute
	for _, a := range n.Attributes {
		if ownAttribute(a.Name) {
			continue
		}
		list = append(list, Attribute{Name: a.Name, Value: a.Value, Expected: b.expected(n, a.Name)})
	}
	sortAttributes(list)
	return list
}

func ownAttribute(name string) bool {
	for _, prefix := range []string{"fail-count", "last-failure", "shutdown", "terminate", "standby", "#"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func sortAttributes(list []Attribute) {
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && list[j].Name < list[j-1].Name; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

// summary counts and collects what stands at the top.
func (b *builder) summary() {
	c, s := &b.cluster.Config, &b.view.Summary
	root := b.doc.Root()
	get := func(name string) string { return root.SelectAttrValue(name, "") }
	s.Stack = c.Get("cluster-infrastructure", "unknown")
	if dc := b.cluster.DC(); dc != nil {
		s.DC = b.nodes[dc]
		s.DCVersion = c.Get("dc-version", "unknown")
	}
	s.Quorate = b.cluster.Quorate
	s.Mixed = b.mixed()
	s.LastChange = Change{get("cib-last-written"), get("update-user"), get("update-client"), get("update-origin")}
	s.Nodes = len(b.view.Nodes)
	for _, top := range b.view.Top {
		for _, r := range top.primitives() {
			if r.Orphan && r.Role == "Stopped" {
				continue
			}
			s.Instances++
			if r.Disabled() {
				s.Disabled++
			}
			if r.Blocked {
				s.Blocked++
			}
		}
	}
	s.Options = Options{
		Stonith: c.Fencing, Symmetric: c.Symmetric, NoQuorumPolicy: policyWord(c.NoQuorumPolicy),
		Maintenance: c.Maintenance, StopAll: c.StopAll, StonithTimeoutMS: c.FencingTimeoutMS,
		PriorityDelayMS: c.PriorityFencingDelay,
	}
}

func policyWord(p sched.QuorumPolicy) string {
	return map[sched.QuorumPolicy]string{
		sched.QuorumStop: "stop", sched.QuorumFreeze: "freeze", sched.QuorumIgnore: "ignore",
		sched.QuorumDemote: "demote", sched.QuorumFence: "suicide",
	}[p]
}

// mixed tells whether members have different feature sets.
func (b *builder) mixed() bool {
	first := ""
	for _, n := range b.view.Nodes {
		switch {
		case n.FeatureSet == "":
		case first == "":
			first = n.FeatureSet
		case n.FeatureSet != first:
			return true
		}
	}
	return false
}
