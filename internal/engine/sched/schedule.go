package sched

import (
	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
	"gpcs/internal/engine/graph"
)

// Result is what scheduling gives.
type Result struct {
	Cluster *Cluster
	Graph   *graph.Graph
	Summary []Decision // what changes, as "Transition Summary" lists it
	// Reckoned are scores and uses in order of computation, with ShowScores and ShowUtilization.
	Reckoned []Reckoning
}

// Schedule decides what has to be done to bring the cluster into the state
// that the configuration asks for. An empty graph means that nothing has.
// Transition numbers and keys are the transition engine's.
func Schedule(doc *cib.Document, opts Options) (*Result, error) {
	c, err := Unpack(doc, opts)
	if err != nil {
		return nil, err
	}
	p := &planner{Cluster: c, opts: opts, single: map[string]*action{}, distinct: c.distinctNodes()}
	p.plan()
	p.showCapacity("Remaining")
	g := p.buildGraph()
	return &Result{Cluster: c, Graph: g, Summary: p.summarize(), Reckoned: p.reckoned}, nil
}

// distinctNodes tells whether each node is known by a name of its own.
func (c *Cluster) distinctNodes() bool {
	for _, n := range c.Nodes {
		if n.inBundle || c.nodeByName[n.Name] != n {
			return false
		}
	}
	return true
}

// plan goes through the stages.
func (p *planner) plan() {
	p.makeEarlyActions()
	p.applyHealth()
	p.unpackConstraints()
	p.applyNodeCriteria()
	for _, r := range p.Resources {
		p.implicitConstraints(r)
	}
	p.handleConfigChanges()
	p.showCapacity("Original")
	p.assignAll()
	p.probeAll()
	p.clearRemovedFailures()
	for _, r := range p.Resources {
		p.createActions(r)
	}
	p.orderRemote()
	p.scheduleFencing()
	p.applyOrderings()
}

// makeEarlyActions makes the actions that the status calls for.
func (p *planner) makeEarlyActions() {
	for _, e := range p.early {
		switch e.task {
		case taskFence:
			p.fenceAction(e.node, "", e.optional, e.reason, e.delay)
		case taskClearFails:
			p.clearFailCount(e.rsc, e.node, e.reason)
		default:
			p.act(e.rsc, opKey(e.rsc.ID, e.task, e.interval), e.task, e.node, e.optional)
		}
	}
}

// applyHealth makes node health count for all resources that care.
func (p *planner) applyHealth() {
	if p.Config.HealthStrategy == "none" {
		return
	}
	for _, n := range p.Nodes {
		if n.State == nil {
			p.readHealth(n) // the status says nothing of it
		}
		score := addScores(p.Config.healthBase(), n.Health)
		if score == 0 {
			continue
		}
		for _, r := range p.Resources {
			if score < 0 && r.allowUnhealthy {
				continue
			}
			p.addLocation(&location{id: "#health", rsc: r, nodes: []nodeScore{{n, score}}})
		}
	}
}

// applyNodeCriteria puts what is known of single nodes into the node tables:
// shutdown locks, location constraints, stickiness, failure thresholds,
// exclusive discovery.
func (p *planner) applyNodeCriteria() {
	for _, r := range p.All {
		p.applyShutdownLock(r)
	}
	for _, l := range p.locs {
		p.applyLocation(l.rsc, l)
	}
	for _, r := range p.Resources {
		p.eachPrimitive(r, p.stick)
		p.eachPrimitive(r, p.checkThreshold)
	}
	for _, r := range p.Resources {
		p.applyExclusive(r)
	}
}

func (p *planner) eachPrimitive(r *Resource, do func(*Resource)) {
	if r.Kind == Primitive {
		do(r)
		return
	}
	for _, k := range r.Children {
		p.eachPrimitive(k, do)
	}
}

// applyShutdownLock keeps a resource for the node that was shut down with it:
// where the lock is on, no other node may have it (Pacemaker Explained,
// "shutdown-lock"). Clones and fence devices are never locked.
func (p *planner) applyShutdownLock(r *Resource) {
	if !p.Config.ShutdownLock || r.Kind != Primitive || r.Number >= 0 || r.isFenceDevice || r.bundled() {
		return
	}
	switch {
	case r.LockNode != nil && len(r.RunningOn) > 0:
		r.LockNode, r.LockTime = nil, 0
	case r.LockNode == nil && len(r.RunningOn) == 1:
		if n := r.RunningOn[0]; n.ShuttingDown && !n.Unclean {
			r.LockNode, r.LockTime = n, p.shutdownTime(n)
		}
	}
	if r.LockNode == nil {
		return
	}
	if limit := p.Config.ShutdownLockLimit; limit > 0 {
		p.recheck(r.LockTime + limit + 1)
	}
	for _, m := range p.Nodes {
		if m != r.LockNode {
			p.banFrom(r, m)
		}
	}
}

// shutdownTime is when a node began to shut down, in epoch seconds.
func (p *planner) shutdownTime(n *Node) int64 {
	if t, ok := value.Int(n.Attributes.Get("shutdown")); ok && t > 0 {
		return t
	}
	return p.Now
}

// stick adds the stickiness of a resource to its score where it is; nothing is
// driven away by it.
func (p *planner) stick(r *Resource) {
	if !r.Managed || r.Stickiness < 1 || len(r.RunningOn) != 1 {
		return
	}
	n := r.RunningOn[0]
	if !p.Config.Symmetric && !r.allowed[n.Index].in {
		return
	}
	p.addScore(r, n, r.Stickiness)
}

// checkThreshold bans a resource, or the whole anonymous clone, from nodes
// where it failed too often.
func (p *planner) checkThreshold(r *Resource) {
	if r.migrationThreshold == 0 || r.FailureIgnored {
		return
	}
	for _, n := range p.Nodes {
		if !p.thresholdReached(r, n) {
			continue
		}
		target := r
		if !r.Unique {
			target = r.Top()
		}
		p.banFrom(target, n)
	}
}

// thresholdReached tells whether a resource failed too often on a node.
func (p *planner) thresholdReached(r *Resource, n *Node) bool {
	if r.migrationThreshold == 0 || r.FailureIgnored {
		return false
	}
	count := p.failCountWithFillers(r, n)
	return count > 0 && count >= r.migrationThreshold
}

// applyExclusive bans resources whose discovery is exclusive from the nodes where it is not.
func (p *planner) applyExclusive(r *Resource) {
	for _, k := range r.Children {
		p.applyExclusive(k)
	}
	if !r.exclusiveDiscovery && !r.Top().exclusiveDiscovery {
		return
	}
	for i := range r.allowed {
		if r.allowed[i].in && r.allowed[i].probe != probeExclusive {
			r.allowed[i].score = -Infinity
		}
	}
}

// Decide is Schedule for who wants the graph alone. The time is in seconds since
// 1970.
func Decide(doc *cib.Document, now int64) (*graph.Graph, error) {
	r, err := Schedule(doc, Options{Now: now})
	if err != nil {
		return nil, err
	}
	return r.Graph, nil
}
