package sched

// bundleConstraints ties the parts of a bundle together (scheduler-spec, section 9).
func (p *planner) bundleConstraints(r *Resource) {
	if clone := r.bundle.clone; clone != nil {
		p.orderTasks(r, taskStart, clone, taskStart, thenImpliesFirstGraphed)
		p.orderTasks(clone, taskRunning, r, taskRunning, firstImpliesThenGraphed)
		p.orderTasks(r, taskStop, clone, taskStop, thenImpliesFirstGraphed)
		p.orderTasks(clone, taskStopped, r, taskStopped, firstImpliesThenGraphed)
		p.implicitConstraints(clone)
		if clone.Promotable {
			p.orderTasks(r, taskDemote, clone, taskDemote, thenImpliesFirstGraphed)
			p.orderTasks(clone, taskDemoted, r, taskDemoted, firstImpliesThenGraphed)
			p.orderTasks(r, taskPromote, clone, taskPromote, thenImpliesFirstGraphed)
			p.orderTasks(clone, taskPromoted, r, taskPromoted, firstImpliesThenGraphed)
			p.orderPromotions(r)
		}
	}
	for _, rep := range r.Replicas() {
		p.replicaConstraints(r, rep)
	}
}

func (p *planner) replicaConstraints(r *Resource, rep *Replica) {
	by := rep.Container
	p.implicitConstraints(by)
	p.orderTasks(r, taskStart, by, taskStart, unrunnableFirstBlocks|thenImpliesFirstGraphed)
	if rep.Inner != nil {
		p.orderTasks(r, taskStop, rep.Inner, taskStop, thenImpliesFirstGraphed)
	}
	p.orderTasks(r, taskStop, by, taskStop, thenImpliesFirstGraphed)
	p.orderTasks(by, taskStart, r, taskRunning, firstImpliesThenGraphed)
	p.orderTasks(by, taskStop, r, taskStopped, firstImpliesThenGraphed)
	if rep.IP != nil {
		p.implicitConstraints(rep.IP)
		p.orderTasks(rep.IP, taskStart, by, taskStart, unrunnableFirstBlocks)
		p.orderTasks(by, taskStop, rep.IP, taskStop, thenImpliesFirst)
		p.addColocation(&colocation{id: "#ip-with-container", dependent: rep.IP, primary: by, score: Infinity, influence: true})
	}
	if rep.Connection != nil {
		p.implicitConstraints(rep.Connection)
	}
}

// createBundleActions makes the actions of a bundle's parts and its ordering points.
func (p *planner) createBundleActions(r *Resource) {
	for _, rep := range r.Replicas() {
		for _, k := range []*Resource{rep.IP, rep.Container, rep.Connection} {
			if k != nil {
				p.createActions(k)
			}
		}
	}
	var s instanceState
	for _, k := range r.instances() {
		s.look(k)
	}
	p.instancePseudos(r, s)
	clone := r.bundle.clone
	if clone == nil {
		return
	}
	p.createActions(clone)
	if clone.Promotable {
		p.pseudoOf(r, taskPromote, true, true)
		p.pseudoOf(r, taskPromoted, true, true).priority = Infinity
		p.pseudoOf(r, taskDemote, true, true)
		p.pseudoOf(r, taskDemoted, true, true).priority = Infinity
	}
}

// probeBundle probes what belongs to a bundle on a node. While it is not known
// whether a node runs a container already no other one is started there.
func (p *planner) probeBundle(r *Resource, n *Node) {
	for _, rep := range r.Replicas() {
		if rep.IP != nil {
			p.probe(rep.IP, n)
		}
		if rep.Inner != nil && n == rep.Node {
			p.probe(rep.Inner, n)
		}
		if p.needsProbe(rep.Container, n) {
			p.makeProbe(rep.Container, n)
			p.probeBeforeReplicas(r, rep)
		}
		if rep.Connection != nil && p.needsProbe(rep.Connection, n) {
			p.makeProbe(rep.Connection, n)
			// Where the connection can be is known only once the container is up.
			probe := rep.Connection.find(opKey(rep.Connection.ID, taskMonitor, 0), "", n)
			p.order(ordering{first: rep.Container, firstKey: opKey(rep.Container.ID, taskStart, 0), then: rep.Connection, thenAct: probe,
				flags: nestedRemoteProbe})
		}
	}
}

func (p *planner) probeBeforeReplicas(r *Resource, rep *Replica) {
	if r.CloneNodeMax != 1 {
		return
	}
	for _, other := range r.Replicas() {
		if other != rep && other.Container != nil {
			p.orderTasks(rep.Container, taskMonitor, other.Container, taskStart, ordered|ifOnSameNode)
		}
	}
}
