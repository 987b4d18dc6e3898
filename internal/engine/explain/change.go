package explain

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/sched"
)

// Outlook says what would follow from a change.
type Outlook struct {
	Changes []string // one sentence per resource or node, in the order of events
	Steps   []string // "stop web on node1", in order
	Anyway  []string // what the cluster is about to do without the change
	Endless bool     // the cluster would not come to rest
}

// Change compares what the cluster does about after with what it does about
// before. Neither document is changed.
func Change(before, after *cib.Document, now time.Time) (out *Outlook, err error) {
	old, err := Settle(before.Copy(), now.Unix())
	if err != nil {
		return nil, err
	}
	end := after.Copy()
	f, err := Settle(end, now.Unix())
	if err != nil {
		return nil, err
	}
	w := &wording{old: old.End, new: f.End}
	out = &Outlook{Endless: !f.Rests}
	own := map[string]bool{}
	for _, d := range f.Decisions {
		if slices.ContainsFunc(old.Decisions, func(o sched.Decision) bool { return same(o, d) }) {
			out.Anyway = append(out.Anyway, w.sentence(d))
			continue
		}
		for _, node := range []string{d.From, d.To} {
			own[w.name(d.Resource)+"@"+node] = true
		}
		if d.Node {
			own[d.Resource] = true
		}
		out.Changes = append(out.Changes, w.sentence(d))
	}
	for _, a := range f.Actions {
		if own[w.name(subject(a))+"@"+a.Node] || a.Rsc == nil && own[a.Node] {
			out.Steps = append(out.Steps, w.step(a))
		}
	}
	return out, nil
}

// same tells whether two decisions are one, whatever led to them.
func same(a, b sched.Decision) bool {
	return a.Change == b.Change && a.Resource == b.Resource && a.From == b.From && a.To == b.To && a.NextRole == b.NextRole
}

// wording puts decisions into words.
type wording struct {
	old, new *sched.Cluster // at rest without and with the change
}

// name is how people call an instance: by the clone that it is of. The numbers
// of anonymous instances mean nothing.
func (w *wording) name(id string) string {
	r := w.new.Named(id)
	if r == nil {
		r = w.old.Named(id)
	}
	if r == nil || r.Number < 0 {
		return id
	}
	if !r.Unique {
		id = r.Defined()
	}
	return fmt.Sprintf("%s (of %s)", id, r.Top().ID)
}

func (w *wording) sentence(d sched.Decision) string {
	if d.Node {
		return fmt.Sprintf("%s would be fenced (%s)%s.", d.Resource, strings.TrimSuffix(strings.TrimPrefix(d.Change, "Fence ("), ")"), because(d.Reason))
	}
	text := w.name(d.Resource) + " " + what(d)
	if d.Blocked {
		text = w.name(d.Resource) + " ought to " + strings.TrimPrefix(what(d), "would ") + ", but the cluster cannot do it"
	}
	return text + because(d.Reason) + "."
}

func what(d sched.Decision) string {
	promoted := ""
	if d.NextRole == sched.RolePromoted {
		promoted = " and be promoted there"
	}
	switch d.Change {
	case "Start":
		return "would start on " + d.To + promoted
	case "Stop":
		return "would stop on " + d.From
	case "Move":
		return "would move from " + d.From + " to " + d.To + promoted
	case "Migrate":
		return "would migrate live from " + d.From + " to " + d.To
	case "Recover":
		if d.To != "" && d.From != d.To {
			return "would be recovered from " + d.From + " to " + d.To + promoted
		}
		return "would be stopped and started again, to recover it, on " + d.From
	case "Restart":
		return "would be restarted on " + d.From
	case "Reload":
		return "would take its new parameters without a restart on " + d.From
	case "Promote":
		return "would be promoted on " + d.To
	case "Demote":
		return "would be demoted on " + d.From
	case "Re-promote":
		return "would be demoted and promoted again on " + d.From
	}
	return "would change: " + d.Change + " " + d.Details
}

func because(reason string) string {
	if reason == "" || reason == "node availability" {
		return "" // the latter says no more than that it stops; LeftStopped does
	}
	return ", because of: " + reason
}

// stepWords are operations in words where their names are none.
var stepWords = map[string]string{
	"migrate_to": "migrate", "reload-agent": "reload",
}

func (w *wording) step(a *graph.Action) string {
	if a.Rsc == nil {
		return "fence " + a.Node
	}
	op := a.Operation
	if word, ok := stepWords[op]; ok {
		op = word
	}
	text := op + " " + w.name(subject(a)) + " on " + a.Node
	if to := a.Attr("CRM_meta_migrate_target"); op == "migrate" && to != "" {
		text = "migrate " + w.name(subject(a)) + " from " + a.Node + " to " + to
	}
	return text
}

// LeftStopped says of the primitives that end up stopped through a change, or
// that are new and do not start, why that is. before is the document without
// the change, end the one with it at rest (see Settle); neither is changed.
func LeftStopped(before, end *cib.Document, now time.Time) ([]string, error) {
	old, err := Settle(before.Copy(), now.Unix())
	if err != nil {
		return nil, err
	}
	f, err := Settle(end.Copy(), now.Unix())
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range f.End.All {
		if r.Kind != sched.Primitive || r.Number > 0 || r.Removed || anyActive(f.End, r) {
			continue
		}
		if was := old.End.Resource(r.ID); was != nil && !anyActive(old.End, was) {
			continue
		}
		why, err := Why(end, r.Defined(), now)
		if err != nil {
			return nil, err
		}
		out = append(out, why.Short())
	}
	return out, nil
}

// anyActive tells whether a primitive, or any instance of it, is active.
func anyActive(c *sched.Cluster, r *sched.Resource) bool {
	for _, k := range c.All {
		if k.Kind == sched.Primitive && k.Defined() == r.Defined() && len(k.RunningOn) > 0 {
			return true
		}
	}
	return len(r.RunningOn) > 0
}
