package sched

import (
	"sort"
	"strconv"

	"gpcs/internal/engine/graph"
)

// buildGraph writes what is required and runnable into a transition graph:
// resources in order, the newest action of each first, then what belongs to none.
func (p *planner) buildGraph() *graph.Graph {
	o := &p.Config
	g := &graph.Graph{ID: 1, ClusterDelay: o.ClusterDelay, StonithTimeout: o.FencingTimeout,
		ClusterDelayMS: msOr(o.ClusterDelay, 60000), StonithMS: o.FencingTimeoutMS,
		MigrationLimit: o.MigrationLimit, FailedStart: "INFINITY", FailedStop: "INFINITY", RecheckByS: p.recheckBy}
	g.BatchLimit, _ = strconv.Atoi(o.BatchLimit)
	if !o.StartFailureFatal {
		g.FailedStart = "1"
	}
	for _, r := range p.Resources {
		p.graphResource(g, r)
	}
	p.graphMaintenance(g)
	for i := len(p.actions) - 1; i >= 0; i-- {
		p.graphAction(g, p.actions[i])
	}
	return g
}

// graphMaintenance tells remote and guest nodes, which cannot see it for
// themselves, that maintenance began or ended there.
func (p *planner) graphMaintenance(g *graph.Graph) {
	var list []graph.Attr
	for _, n := range p.Nodes {
		switch {
		case n.Kind == Member || n.Maintenance == n.toldMaintenance:
		case n.Maintenance:
			list = append(list, graph.Attr{Name: n.ID, Value: "1"})
		default:
			list = append(list, graph.Attr{Name: n.ID, Value: "0"})
		}
	}
	if list == nil {
		return
	}
	a := p.pseudoNamed(taskMaintenance)
	a.set(always)
	p.graphAction(g, a)
	g.Synapses[len(g.Synapses)-1].Actions[0].Maintenance = list
}

func (p *planner) graphResource(g *graph.Graph, r *Resource) {
	if r.Kind == Bundle {
		p.graphBundle(g, r)
		return
	}
	if r.Kind == Clone {
		p.notifyClone(r)
		for _, k := range r.Children {
			p.graphResource(g, k)
		}
	}
	for i := len(r.actions) - 1; i >= 0; i-- {
		p.graphAction(g, r.actions[i])
	}
	if r.Kind == Group {
		for _, k := range r.Children {
			p.graphResource(g, k)
		}
	}
}

// graphBundle writes what a bundle consists of; its own ordering points come last of all.
func (p *planner) graphBundle(g *graph.Graph, r *Resource) {
	if clone := r.bundle.clone; clone != nil {
		p.graphResource(g, clone)
	}
	for _, rep := range r.Replicas() {
		for _, k := range []*Resource{rep.IP, rep.Container, rep.Connection} {
			if k != nil {
				p.graphResource(g, k)
			}
		}
	}
}

func (p *planner) graphAction(g *graph.Graph, a *action) {
	a.mergeInputs()
	if a.written || !p.belongs(a) {
		return
	}
	a.written = true
	s := &graph.Synapse{ID: len(g.Synapses), Actions: []*graph.Action{p.export(a)}}
	s.Priority = max(a.priority, 0)
	if a.rsc != nil {
		s.Priority = max(s.Priority, a.rsc.Priority)
	}
	for _, in := range a.before {
		if p.isInput(a, in) {
			s.Inputs = append(s.Inputs, in.action.id)
		}
	}
	g.Synapses = append(g.Synapses, s)
}

// mergeInputs sorts an action's inputs and makes one of several from the same action.
func (a *action) mergeInputs() {
	if a.sorted {
		return
	}
	a.sorted = true
	sort.SliceStable(a.before, func(i, j int) bool { return a.before[i].action.id < a.before[j].action.id })
	kept := a.before[:0]
	for _, in := range a.before {
		if n := len(kept); n > 0 && kept[n-1].action == in.action {
			kept[n-1].flags |= in.flags
			continue
		}
		kept = append(kept, in)
	}
	a.before = kept
}

// belongs tells whether an action is part of the graph (FORMAT: what is in the graph).
func (p *planner) belongs(a *action) bool {
	if !a.is(runnable) || a.is(optional) && !a.is(always) {
		return false
	}
	if a.rsc != nil && !a.rsc.Managed && a.task != taskMonitor && a.interval == 0 {
		return false
	}
	if a.is(pseudo) || a.task == taskFence || a.task == taskShutdown {
		return true
	}
	n := a.node
	switch {
	case n == nil:
		return false
	case a.is(onDC):
		return true
	case n.Kind == GuestNode && !n.requiresReset:
		return true
	}
	return n.Online && !n.Unclean
}

// isInput tells whether an ordering makes an input of the graph.
func (p *planner) isInput(a *action, in *relation) bool {
	f := in.action
	switch {
	case in.flags == 0:
		return false
	case !f.is(runnable), in.flags&ifFirstUnmigratable != 0 && f.is(migratable):
		return false
	case in.flags == ordered && f.is(migratable) && f.task == taskStop && f.rsc != nil && f.rsc.Kind < Clone:
		return false
	case in.flags == ifOnSameNodeOrTarget:
		if a.rsc != nil && a.task == taskMigrateTo {
			if f.node != a.rsc.assignedTo {
				return false
			}
		} else if f.node != a.node || f.is(optional) {
			return false
		}
	case in.flags == ifRequiredOnSameNode:
		if f.node != nil && a.node != nil && f.node != a.node || f.is(optional) {
			return false
		}
	}
	if f.rsc != nil && f.rsc != a.rsc && f.rsc.Failed && !f.rsc.Managed && f.task == taskStop && a.rsc != nil && a.rsc.Kind == Clone {
		return false
	}
	return p.belongs(f)
}

var clusterTasks = map[string]bool{taskFence: true, taskShutdown: true, taskClearFails: true, taskDeleteHistory: true}

// export writes an action as the graph has it.
func (p *planner) export(a *action) *graph.Action {
	ga := &graph.Action{ID: a.id, Kind: graph.RscOp, Operation: a.task, Key: a.key}
	switch {
	case a.is(pseudo):
		ga.Kind = graph.Pseudo
	case clusterTasks[a.task]:
		ga.Kind = graph.Cluster
	}
	r := a.rsc
	if r != nil && r.HistoryName != "" && r.HistoryName != r.ID {
		ga.InternalKey, ga.Key = a.key, historyKey(a)
	}
	if a.node != nil && (ga.Kind != graph.Pseudo || a.task == taskFence) {
		ga.Node, ga.NodeID = a.node.Name, a.node.ID
		if a.task != taskFence {
			ga.Router = p.routerOf(a)
		}
	}
	if r != nil && ga.Kind != graph.Pseudo {
		ga.Rsc = exportResource(r)
	}
	ga.Attrs = p.exportAttrs(a, ga.Kind)
	ga.Downed = p.downedBy(a)
	if r != nil && a.task == taskStop && r.LockNode != nil && ga.Kind != graph.Pseudo {
		ga.ShutdownLock = strconv.FormatInt(r.LockTime, 10)
	}
	return ga
}

// historyKey is an action's key with the name that the history knows its resource by.
func historyKey(a *action) string {
	name, task := a.rsc.HistoryName, a.task
	switch task {
	case taskNotify:
		return name + "_" + a.meta.Get("notify_type") + "_notify_" + a.meta.Get("notify_operation") + "_0"
	case taskCancel:
		task = a.meta.Get("operation")
	}
	return opKey(name, task, a.interval)
}

func exportResource(r *Resource) *graph.Resource {
	g := &graph.Resource{ID: r.ID, Class: r.Class, Provider: r.Provider, Type: r.Type}
	switch {
	case r.Removed && r.HistoryName != "":
		g.ID, g.LongID = r.HistoryName, r.ID
	case !r.Unique:
		g.ID, g.LongID = r.XML.SelectAttrValue("id", ""), r.ID
		if r.HistoryName != "" && r.HistoryName != g.ID {
			g.LongID = r.HistoryName
		}
	}
	return g
}

// downedBy lists the nodes that an action is expected to bring down.
func (p *planner) downedBy(a *action) []string {
	switch {
	case a.task == taskShutdown:
		return []string{a.node.ID}
	case a.task == taskFence:
		if op := a.meta.Get("stonith_action"); op != "reboot" && op != "off" {
			return nil
		}
		down := []string{a.node.ID}
		for _, r := range a.node.Active {
			if r.isRemoteConn && r.ContainedBy != nil {
				down = append(down, r.ID)
			}
		}
		return down
	case a.rsc != nil && a.rsc.isRemoteConn && a.task == taskStop && !a.is(pseudo):
		if from := a.rsc.find("", taskMigrateFrom, nil); from == nil || !from.is(runnable) || from.is(optional) {
			return []string{a.rsc.ID}
		}
	}
	return nil
}
