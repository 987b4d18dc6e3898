package explain

import (
	"fmt"
	"strings"
	"time"

	"gpcs/internal/engine/sched"
	"gpcs/internal/status"
)

// everywhere gives the causes that keep a resource stopped on all nodes.
func (e *explainer) everywhere(r *sched.Resource) []Cause {
	c := e.c
	if cause := disabled(c, r); cause != nil {
		return []Cause{*cause}
	}
	if c.LacksDevice() && !c.Config.Maintenance {
		return []Cause{{Text: "fencing is enabled but there is no fence device, so the cluster starts nothing",
			Undo: "pcs stonith create ..., or, where no data is shared: pcs property set stonith-enabled=false"}}
	}
	if cause := e.leftAlone(r); cause != nil {
		return []Cause{*cause}
	}
	if !c.Quorate && c.Config.NoQuorumPolicy != sched.QuorumIgnore {
		return []Cause{{Text: "this part of the cluster has no quorum, so it starts nothing; to see who is missing: pcs quorum status"}}
	}
	var out []Cause
	for _, f := range e.firstsOf(r) {
		if cause := e.waitsFor(r, f); cause != nil {
			out = append(out, *cause)
		}
	}
	for _, p := range r.Partners() {
		if p.Score >= sched.Infinity && !e.asked[p.Resource.ID] && !active(p.Resource) && p.Resource.Assigned() == nil {
			out = append(out, Cause{Text: fmt.Sprintf("constraint '%s' lets it run only beside %s, which is stopped", p.Constraint, p.Resource.ID),
				From: e.chainOf(p.Resource.ID)})
		}
	}
	return out
}

// disabled says whether somebody wants the resource stopped.
func disabled(c *sched.Cluster, r *sched.Resource) *Cause {
	if c.Config.StopAll {
		return &Cause{Text: "all resources are to be stopped (stop-all-resources=true)", Undo: "pcs property set stop-all-resources=false"}
	}
	for k := r; k != nil; k = k.Parent {
		if strings.EqualFold(k.Meta.Get("target-role"), "Stopped") && !inherited(k) {
			text := "it is disabled (target-role=Stopped)"
			if k != r {
				text = fmt.Sprintf("%s, which it is part of, is disabled (target-role=Stopped)", k.ID)
			}
			return &Cause{Text: text, Undo: "pcs resource enable " + k.Defined()}
		}
	}
	if r.Kind == sched.Primitive && strings.EqualFold(r.Meta.Get("target-role"), "Stopped") {
		return &Cause{Text: "it is disabled by the resource defaults (target-role=Stopped)", Undo: "pcs resource defaults update target-role="}
	}
	return nil
}

// inherited tells whether target-role comes from what contains a resource or
// from the defaults: it has none of its own.
func inherited(r *sched.Resource) bool {
	for _, set := range r.XML.SelectElements("meta_attributes") {
		for _, pair := range set.SelectElements("nvpair") {
			if pair.SelectAttrValue("name", "") == "target-role" {
				return false
			}
		}
	}
	return true
}

// leftAlone says why the cluster does nothing with a resource.
func (e *explainer) leftAlone(r *sched.Resource) *Cause {
	switch {
	case e.c.Config.Maintenance:
		return &Cause{Text: "the cluster is in maintenance mode and leaves resources alone", Undo: "pcs property set maintenance-mode=false"}
	case r.Blocked:
		cause := &Cause{Text: "an operation failed that the cluster must not recover from, so it leaves the resource alone", Undo: "pcs resource cleanup " + r.Defined()}
		if f := e.lastFailure(r, nil); f != nil {
			cause.Text += ": " + e.failure(f)
		}
		return cause
	case r.Maintenance:
		return &Cause{Text: "it is in maintenance and left alone", Undo: "pcs resource meta " + r.Top().Defined() + " maintenance="}
	case !r.Managed && len(r.RunningOn) > 0 && r.RunningOn[0].Maintenance:
		return &Cause{Where: r.RunningOn[0].Name, Text: "the node is in maintenance mode", Undo: "pcs node unmaintenance " + r.RunningOn[0].Name}
	case !r.Managed:
		return &Cause{Text: "it is unmanaged: the cluster leaves it alone", Undo: "pcs resource manage " + r.Defined()}
	}
	return nil
}

func (e *explainer) chainOf(id string) []*Chain {
	if e.asked[id] {
		return nil
	}
	if chain := e.explain(id); chain != nil {
		return []*Chain{chain}
	}
	return nil
}

// notOn says why a resource is not on a node, nil where it could be.
func (e *explainer) notOn(r *sched.Resource, n *sched.Node) *Cause {
	if cause := unavailable(n); cause != nil {
		return cause
	}
	for _, find := range []func(*sched.Resource, *sched.Node) *Cause{e.failed, banned, optedOut, e.apart} {
		if cause := find(r, n); cause != nil {
			cause.Where = n.Name
			return cause
		}
	}
	score, in := r.Score(n)
	switch {
	case !r.Fits(n):
		return &Cause{Where: n.Name, Text: "the node has less to give than the resource takes (utilization)", Undo: "pcs node utilization " + n.Name}
	case in && score < 0:
		return &Cause{Where: n.Name, Text: "its score there is " + sched.ScoreText(score)}
	}
	return nil
}

// unavailable says why a node takes no resources at all.
func unavailable(n *sched.Node) *Cause {
	at := func(text, undo string) *Cause { return &Cause{Where: n.Name, Text: text, Undo: undo} }
	switch {
	case n.Unclean:
		return at("the node is unclean: it has to be fenced first", "")
	case !n.Online:
		return at("the node is offline", "pcs cluster start "+n.Name)
	case n.Standby && n.StandbyOnFail:
		return at("the node is in standby because an operation with on-fail=standby failed", "pcs resource cleanup")
	case n.Standby:
		return at("the node is in standby", "pcs node unstandby "+n.Name)
	case n.Maintenance:
		return at("the node is in maintenance mode", "pcs node unmaintenance "+n.Name)
	case n.ShuttingDown:
		return at("the node is shutting down", "")
	case n.Pending:
		return at("the node is still joining", "")
	}
	return nil
}

// failed says whether the resource failed too often on a node.
func (e *explainer) failed(r *sched.Resource, n *sched.Node) *Cause {
	count, _ := e.c.FailCount(r, n)
	limit := r.MigrationThreshold()
	if count == 0 || limit == 0 || count < limit {
		return nil
	}
	text := fmt.Sprintf("it failed %d times, migration-threshold is %d", count, limit)
	if count >= sched.Infinity {
		text = "a failure keeps it away until it is cleaned up"
	}
	if f := e.lastFailure(r, n); f != nil {
		text = e.failure(f) + "; " + text
	}
	return &Cause{Text: text, Undo: "pcs resource cleanup " + r.Defined()}
}

// lastFailure is the newest failure of a resource on a node, nil for any node.
func (e *explainer) lastFailure(r *sched.Resource, n *sched.Node) *sched.FailedOp {
	var last *sched.FailedOp
	for i := range e.c.FailedOps {
		f := &e.c.FailedOps[i]
		if f.Resource.Defined() == r.Defined() && (n == nil || f.Node == n) && (last == nil || f.Entry.LastChange >= last.Entry.LastChange) {
			last = f
		}
	}
	return last
}

func (e *explainer) failure(f *sched.FailedOp) string {
	h := f.Entry
	what := status.ExitText(h.ExitStatus)
	if h.ExecStatus == 2 {
		what = "timed out"
	}
	text := fmt.Sprintf("its %s failed", h.Task)
	if h.LastChange > 0 {
		text += " at " + time.Unix(h.LastChange, 0).In(e.now.Location()).Format("2006-01-02 15:04:05")
	}
	if h.ExitReason != "" {
		return fmt.Sprintf("%s: %s (%s)", text, h.ExitReason, what)
	}
	return text + ": " + what
}

// banned says whether a location constraint forbids a node.
func banned(r *sched.Resource, n *sched.Node) *Cause {
	for _, p := range r.Preferences() {
		if p.Node == n && p.Score <= -sched.Infinity {
			text := fmt.Sprintf("constraint '%s' forbids it", p.Constraint)
			if strings.HasPrefix(p.Constraint, "cli-") {
				text += "; a 'pcs resource move' or 'ban' made it"
			}
			return &Cause{Text: text, Undo: undoLocation(r, p)}
		}
	}
	return nil
}

// undoLocation is the command that removes a location constraint. Those that
// begin with "cli-" were made by move or ban.
func undoLocation(r *sched.Resource, p sched.Preference) string {
	if strings.HasPrefix(p.Constraint, "cli-") {
		for k := r; k != nil; k = k.Parent {
			if strings.Contains(p.Constraint, "-"+k.Defined()) {
				return "pcs resource clear " + k.Defined()
			}
		}
		return "pcs resource clear " + r.Top().Defined()
	}
	return "pcs constraint delete " + p.Constraint
}

// optedOut says whether an opt-in cluster does not allow a node.
func optedOut(r *sched.Resource, n *sched.Node) *Cause {
	if _, in := r.Score(n); in {
		return nil
	}
	return &Cause{Text: "the cluster is opt-in (symmetric-cluster=false) and no constraint allows it there",
		Undo: fmt.Sprintf("pcs constraint location %s prefers %s", r.Top().Defined(), n.Name)}
}
