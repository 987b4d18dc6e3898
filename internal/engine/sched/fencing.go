package sched

import "strconv"

// Fencing and shutdown of nodes (scheduler-spec, section 8).

// markFence fences a node that turns out to be lost while actions are made.
func (p *planner) markFence(n *Node, reason string, delay bool) {
	if p.markUnclean(n) {
		p.fenceAction(n, "", true, reason, delay && n.Kind == Member)
	}
}

// fenceAction makes the action that fences a node, or, with op "on", unfences it.
func (p *planner) fenceAction(n *Node, op string, isOptional bool, reason string, delay bool) *action {
	if op == "" {
		op = p.Config.FencingAction
	}
	key := "stonith-" + n.Name + "-" + op
	a := p.single[key]
	if a == nil {
		a = p.act(nil, key, taskFence, n, true)
		a.meta.set("on_node", n.Name)
		a.meta.set("on_node_uuid", n.ID)
		a.meta.set("stonith_action", op)
		isOptional = !p.deviceDigests(a) && isOptional
	}
	_, has := a.meta.Lookup("priority-fencing-delay")
	if p.Config.PriorityFencingDelay > 0 && (delay || has) {
		a.meta.set("priority-fencing-delay", strconv.FormatInt(p.priorityDelay(n), 10))
	}
	if !isOptional && p.canFence(n) {
		a.clear(optional)
		a.setReason(reason, false)
	} else if reason != "" {
		a.setReason(reason, false)
	}
	return a
}

// priorityDelay is the delay, in s, before the lost node with the most
// important resources is fenced, so that in a split its partition wins. There
// is none for a node on this side or one outnumbered by it.
func (p *planner) priorityDelay(n *Node) int64 {
	delay := p.Config.PriorityFencingDelay / 1000
	if n.Kind != Member || n.Online {
		return 0
	}
	online, top, lowest, members := 0, 0, 0, 0
	first := true
	for _, m := range p.Nodes {
		if m.Kind != Member {
			continue
		}
		members++
		if m.Online {
			online++
		}
		if first || m.priority > top {
			top = m.priority
		}
		if first || m.priority < lowest {
			lowest = m.priority
		}
		first = false
	}
	if online > members/2 || lowest == top || n.priority < top {
		return 0
	}
	return delay
}

// scheduleFencing fences unclean nodes and shuts down those that want to
// leave; the DC comes last.
func (p *planner) scheduleFencing() {
	managed := p.anyManaged()
	var dc *action
	var fences, shutdowns []*action
	for _, n := range p.Nodes {
		switch {
		case n.Kind == GuestNode:
			if n.requiresReset && managed && p.canFence(n) {
				p.fenceGuest(n)
			}
		case managed && n.Unclean && p.canFence(n):
			a := p.fenceAction(n, "", false, "node is unclean", false)
			for _, r := range p.Resources {
				p.orderVsFencing(r, a)
			}
			if n.DC {
				dc = a
				break
			}
			if !p.Config.ConcurrentFencing && len(fences) > 0 {
				p.link(fences[len(fences)-1], a, ordered)
			}
			fences = append(fences, a)
		case n.Kind == Member && n.Online && n.ShuttingDown:
			a := p.shutdownAction(n)
			if n.DC {
				dc = a
			} else {
				shutdowns = append(shutdowns, a)
			}
		}
	}
	p.orderDCLast(dc, fences, shutdowns)
}

func (p *planner) orderDCLast(dc *action, fences, shutdowns []*action) {
	if dc == nil {
		return
	}
	if dc.task == taskShutdown {
		for i := len(shutdowns) - 1; i >= 0; i-- {
			p.link(shutdowns[i], dc, ordered)
		}
	}
	if !p.Config.ConcurrentFencing && len(fences) > 0 {
		p.link(fences[len(fences)-1], dc, ordered)
		return
	}
	for i := len(fences) - 1; i >= 0; i-- {
		p.link(fences[i], dc, ordered)
	}
}

func (p *planner) anyManaged() bool {
	for _, r := range p.All {
		if r.Kind == Primitive && r.Managed {
			return true
		}
	}
	return false
}

func (p *planner) shutdownAction(n *Node) *action {
	a := p.act(nil, "do_shutdown-"+n.Name, taskShutdown, n, false)
	a.meta.set("op_no_wait", "true")
	for i := len(p.actions) - 1; i >= 0; i-- {
		stop := p.actions[i]
		if stop.task != taskStop || stop.node != n || stop.rsc == nil {
			continue
		}
		if stop.rsc.Maintenance || n.Maintenance || !stop.rsc.Managed && !stop.rsc.Blocked {
			continue
		}
		stop.clear(optional)
		p.order(ordering{firstAct: stop, first: stop.rsc, thenAct: a, flags: ordered | unrunnableFirstBlocks})
	}
	return a
}

// orderVsFencing orders what a resource does relative to the fencing of a node.
func (p *planner) orderVsFencing(r *Resource, fence *action) {
	for _, k := range r.Children {
		p.orderVsFencing(k, fence)
	}
	if len(r.Children) > 0 || !r.Managed {
		return
	}
	for i := len(r.actions) - 1; i >= 0; i-- {
		a := r.actions[i]
		switch {
		case a.needs >= requiresFencing:
			p.link(fence, a, ordered)
		case a.needs == requiresQuorum && a.task == taskStart && r.allowed[fence.node.Index].in && !r.knownOn[fence.node.Index]:
			// It may be active there: nothing is known of it.
			p.link(fence, a, ordered|unrunnableFirstBlocks)
		}
	}
	p.stopsVsFencing(r, fence)
}

// stopsVsFencing makes stops and demotes on the fenced node what they are
// then: implied.
func (p *planner) stopsVsFencing(r *Resource, fence *action) {
	n := fence.node
	implied := r.requires >= requiresFencing || n.Kind == GuestNode
	stops := r.findAll(opKey(r.ID, taskStop, 0), n)
	var parentStop *action
	if len(stops) > 0 && implied && r.Parent != nil {
		parentStop = r.Top().find("", taskStop, nil)
	}
	for _, a := range stops {
		a.set(pseudo | runnable)
		if implied {
			if !r.bundled() { // the clone's stop is enough there; this would close a circle
				p.link(fence, a, guestAllowed)
			}
			p.link(fence, parentStop, guestAllowed)
		}
		if r.Notify {
			p.notifyAfterFencing(r, a, fence)
		}
	}
	for _, a := range r.findAll(opKey(r.ID, taskDemote, 0), n) {
		if !n.Online || n.Unclean || r.Failed {
			a.set(pseudo | runnable)
			if implied && !r.bundled() {
				p.link(fence, a, guestAllowed|ordered)
			}
		}
	}
}

// fenceGuest stands for the recovery of a guest node's container in the
// place of fencing.
func (p *planner) fenceGuest(n *Node) {
	by := n.Connection.ContainedBy
	op := "off"
	var stop *action
	if by != nil {
		stop = by.find("", taskStop, nil)
		if by.find("", taskStart, nil) != nil {
			op = "reboot"
		}
	}
	a := p.fenceAction(n, op, false, "guest is unclean", false)
	a.set(pseudo | runnable)
	switch {
	case stop != nil && stop.is(pseudo):
		p.link(p.fenceAction(stop.node, "", false, "", false), a, unrunnableFirstBlocks|firstImpliesThen)
	case stop != nil:
		p.link(stop, a, unrunnableFirstBlocks|firstImpliesThen)
	default:
		// The host resource seems to be down already, perhaps only because its
		// history was cleaned: its probe comes before the connection's stop.
		if s := n.Connection.find("", taskStop, nil); s != nil {
			p.link(s, a, ordered)
		}
	}
	for _, r := range p.Resources {
		p.orderVsFencing(r, a)
	}
}
