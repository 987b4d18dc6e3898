package sched

import (
	"strings"

	"gpcs/internal/cib"
)

// actionFlags say what is known of an action.
type actionFlags uint16

const (
	optional     actionFlags = 1 << iota // need not happen
	runnable                             // can happen
	pseudo                               // nothing is done: an ordering point
	migratable                           // part of a live migration, or as good as
	always                               // wanted in the graph as an ordering point
	minRunnable                          // runnable once enough of those before it are
	onDC                                 // done by the DC itself, node or not
	abortMigrate                         // stop of a dangling migration
	seenInLoop                           // being looked at while inputs are followed
)

// action is something that could be done. Most actions that are made turn out
// optional; those that are neither optional nor unrunnable make the graph.
type action struct {
	id       int
	rsc      *Resource // nil: about a node or the cluster
	node     *Node
	task     string
	key      string
	interval int64
	flags    actionFlags
	op       *cib.Element // its configuration
	meta     Values
	params   Values // instance attributes of the op element
	needs    requirement
	reason   string
	priority int
	before   []*relation // what has to come first, oldest first
	after    []*relation
	// for minRunnable: how many before it have to be runnable, and are
	required, found int
	written         bool // in the graph
	sorted          bool
	notifyType      string
}

// relation is one end of an ordering between two actions.
type relation struct {
	action *action
	flags  orderFlags
}

func (a *action) is(f actionFlags) bool  { return a.flags&f == f }
func (a *action) any(f actionFlags) bool { return a.flags&f != 0 }
func (a *action) set(f actionFlags)      { a.flags |= f }
func (a *action) clear(f actionFlags)    { a.flags &^= f }

// setReason notes why an action is as it is; the first reason stays unless replaced.
func (a *action) setReason(reason string, replace bool) {
	if a.reason == "" || replace {
		a.reason = reason
	}
}

// planner holds what one scheduling run makes on top of the read model.
type planner struct {
	*Cluster
	opts        Options
	actions     []*action // in order of creation
	orderings   []*ordering
	colocations []*colocation
	locs        []*location
	tickets     []*ticketConstraint
	single      map[string]*action
	reckoned    []Reckoning
	templates   map[string][]string
	tableOrder  []*Node                // see walked
	byBase      map[string][]*Resource // see namesakes
	seen        []*action              // marked seenInLoop
	merge       int                    // number of the merge of wishes that goes on, see mergeFree
	merges      int                    // how many it has followed
	spare       []table                // node tables to copy into
	distinct    bool                   // each node stands for itself alone: its name is its own, no container hides it
}

// act returns the action of a resource on a node under that key, made if
// there is none. A required one stays required.
func (p *planner) act(r *Resource, key, task string, n *Node, isOptional bool) *action {
	interval := int64(0)
	if _, _, ms, ok := splitKey(key); ok {
		interval = ms
	}
	a := p.existing(r, key, n)
	if a == nil {
		a = p.newAction(r, key, task, interval, n, isOptional)
	}
	if !isOptional {
		if !(r != nil && !r.Managed && n != nil && !a.is(pseudo) && a.interval == 0) {
			a.clear(optional)
		}
	}
	if r != nil && n != nil && !r.Managed && !a.is(pseudo) && a.interval == 0 {
		a.set(optional)
	}
	if r != nil {
		p.checkRunnable(a)
	}
	return a
}

func (p *planner) existing(r *Resource, key string, n *Node) *action {
	if r == nil {
		a := p.single[key]
		if a != nil && (n == nil || a.node == nil || a.node == n) {
			return a
		}
		return nil
	}
	for i := len(r.actions) - 1; i >= 0; i-- {
		a := r.actions[i]
		if a.key != key {
			continue
		}
		if n == nil || a.node == nil || a.node == n {
			if a.node == nil && n != nil {
				a.node = n
			}
			return a
		}
	}
	return nil
}

func (p *planner) newAction(r *Resource, key, task string, interval int64, n *Node, isOptional bool) *action {
	a := &action{id: len(p.actions) + 1, rsc: r, node: n, task: task, key: key, interval: interval, flags: runnable}
	if isOptional {
		a.set(optional)
	}
	if task == taskShutdown || task == taskDeleteHistory {
		a.set(onDC)
	}
	p.actions = append(p.actions, a)
	if r == nil {
		if p.single[key] == nil {
			p.single[key] = a
		}
		return a
	}
	a.op = p.findOp(r, task, interval, true)
	a.meta = p.opMeta(r, n, task, interval, a.op)
	if response, ok := onFailNames[strings.ToLower(a.meta.Get("on-fail"))]; ok && !p.onFailAllowed(response, task, interval, a.meta) {
		a.meta.remove("on-fail") // cannot be done: as if it were not set
	}
	if task == taskDeleteHistory {
		a.meta.set("on-fail", "ignore")
	}
	if a.op != nil {
		a.params = p.opParams(n, a.op)
	}
	a.needs = requiresNothing
	if task == taskStart || task == taskPromote {
		a.needs = r.requires
	}
	r.actions = append(r.actions, a)
	return a
}

// rscAction makes an action of a resource under its ordinary key.
func (p *planner) rscAction(r *Resource, task string, n *Node, isOptional bool) *action {
	return p.act(r, opKey(r.ID, task, 0), task, n, isOptional)
}

// pseudoOf makes a pseudo action of a complex resource.
func (p *planner) pseudoOf(r *Resource, task string, isOptional, isRunnable bool) *action {
	a := p.rscAction(r, task, nil, isOptional)
	a.set(pseudo)
	a.clear(runnable)
	if isRunnable {
		a.set(runnable)
	}
	return a
}

// pseudoNamed makes a pseudo action that belongs to no resource.
func (p *planner) pseudoNamed(key string) *action {
	a := p.act(nil, key, key, nil, true)
	a.set(pseudo | runnable)
	return a
}

// checkRunnable finds whether the node of an action, and the quorum, allow it
// (scheduler-spec, section 8).
func (p *planner) checkRunnable(a *action) {
	if a.is(pseudo) {
		return
	}
	n, r := a.node, a.rsc
	switch {
	case n == nil:
		a.clear(runnable)
	case !a.is(onDC) && !n.Online && (n.Kind != GuestNode || n.requiresReset):
		a.clear(runnable)
		if r.Managed && a.task == taskStop && !n.Unclean {
			p.markFence(n, "resource actions are unrunnable", false)
		}
	case !a.is(onDC) && n.Pending:
		a.clear(runnable)
	case a.needs == requiresNothing:
		a.setReason("", true)
		if n.Kind == GuestNode && !p.canFence(n) {
			a.clear(runnable)
		} else {
			a.set(runnable)
		}
	default:
		p.checkQuorum(a)
	}
}

func (p *planner) checkQuorum(a *action) {
	r := a.rsc
	switch p.effectivePolicy(r) {
	case QuorumStop:
		a.clear(runnable)
		a.setReason("no quorum", true)
	case QuorumFreeze:
		if !r.active() || r.NextRole > r.Role {
			a.clear(runnable)
			a.setReason("quorum freeze", true)
		}
	default:
		a.set(runnable)
	}
}

// effectivePolicy is what the lack of quorum, if there is one, means for a resource.
func (p *planner) effectivePolicy(r *Resource) QuorumPolicy {
	policy := p.Config.NoQuorumPolicy
	if p.Quorate {
		return QuorumIgnore
	}
	switch policy {
	case QuorumFence:
		return QuorumStop
	case QuorumDemote:
		if r.Role == RolePromoted || r.Role == RoleUnpromoted {
			if r.NextRole > RoleUnpromoted {
				r.NextRole = RoleUnpromoted
			}
			return QuorumIgnore
		}
		return QuorumStop
	}
	return policy
}

// active tells whether r, or for groups and clones anything in it, is active.
func (r *Resource) active() bool {
	if r.Kind != Primitive {
		for _, k := range r.Children {
			if k.active() {
				return true
			}
		}
		return false
	}
	for _, n := range r.RunningOn {
		if n.Online || !n.Unclean || r.Managed {
			return true
		}
	}
	return false
}

// find returns a resource's newest action of a key or task on a node; n nil: on any node, or none.
func (r *Resource) find(key, task string, n *Node) *action {
	for i := len(r.actions) - 1; i >= 0; i-- {
		a := r.actions[i]
		if key != "" && a.key != key || task != "" && a.task != task {
			continue
		}
		if n == nil || a.node == n {
			return a
		}
	}
	return nil
}

// findAll returns a resource's actions of a key, newest first; n nil: on any
// node. An action that has no node yet gets that one.
func (r *Resource) findAll(key string, n *Node) []*action {
	var out []*action
	for i := len(r.actions) - 1; i >= 0; i-- {
		a := r.actions[i]
		if a.key != key || n != nil && a.node != nil && a.node != n {
			continue
		}
		if a.node == nil && n != nil {
			a.node = n
		}
		out = append(out, a)
	}
	return out
}
