package executor

import (
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
)

// Withdraw takes the addresses of all built-in IPaddr2 resources off this node
// at once, see agent.Runner.Withdraw. Starts of addresses ordered before are
// refused from now on. It returns the resources that lost their address.
//
// Monitors go on, but that the address is missing is no failure of the
// resource: nothing is said of it until Recheck.
func (e *Executor) Withdraw() []string {
	gone, err := e.opts.Runner.Withdraw()
	if err != nil {
		e.log.Error("not every address could be withdrawn from this isolated node", "err", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, rsc := range gone {
		e.withdrawn[rsc] = true
	}
	return gone
}

// Recheck looks at withdrawn resources now instead of at their next turn: for
// a node that has its quorum back. It does so by a probe: where nothing was
// stopped in the meantime, the DC reads in its result that the resource is
// stopped and starts it again, with no failure counted.
func (e *Executor) Recheck() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for rsc := range e.withdrawn {
		delete(e.withdrawn, rsc)
		if r := e.resources[rsc]; r != nil {
			e.lastCall++
			e.enqueue(r, &job{op: r.look(), callID: e.lastCall, due: e.opts.Now(), epoch: e.opts.Runner.Epoch()})
		}
	}
}

// look is a probe that no transition asked for.
func (r *resource) look() history.Op {
	return history.Op{Rsc: r.rsc, Operation: history.Monitor, Attrs: withoutMeta(r.params),
		TransitionKey: graph.TransitionKey{TargetRC: history.RCNotRunning, UUID: graph.NoTransition}.String()}
}

// ownDoing tells whether a monitor misses a resource only because its address
// was withdrawn, before or while it ran; it needs e.mu. Epoch is that of the
// withdrawals when it began.
func (e *Executor) ownDoing(r *resource, out history.Outcome, epoch int64) bool {
	missing := out.Status == history.Done && out.RC == history.RCNotRunning
	return missing && (e.withdrawn[r.rsc.ID] || e.opts.Runner.Epoch() != epoch)
}

func withoutMeta(attrs []graph.Attr) []graph.Attr {
	var kept []graph.Attr
	for _, a := range attrs {
		if !meta(a.Name) {
			kept = append(kept, a)
		}
	}
	return kept
}
