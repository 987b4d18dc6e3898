package explain

import (
	"slices"

	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/sched"
	"gpcs/internal/engine/simulate"
)

// maxRounds bounds the transitions of one forecast; a cluster where all goes
// well needs two or three.
const maxRounds = 10

// Forecast is what a cluster does about a document until nothing is left to
// do, if every action succeeds.
type Forecast struct {
	Decisions []sched.Decision // in the order in which they are carried out
	Actions   []*graph.Action  // agents' actions and fencing, in order, without monitors
	End       *sched.Cluster   // at rest
	Rests     bool             // it comes to rest; else the rules of the configuration chase each other
}

// Settle carries out on paper what the scheduler decides about doc, which is
// changed, until nothing is left to do. nowS is the time in epoch seconds.
func Settle(doc *cib.Document, nowS int64) (*Forecast, error) {
	f, idle := &Forecast{}, 0
	for range maxRounds {
		r, err := sched.Schedule(doc, sched.Options{Now: nowS, Sanitized: true})
		if err != nil {
			return nil, err
		}
		f.End = r.Cluster
		if len(r.Graph.Synapses) == 0 {
			f.Rests = true
			return f, nil
		}
		walk := simulate.Run(doc, r.Graph, func(id string) bool { return r.Cluster.Named(id) != nil }, nowS)
		if !walk.Complete {
			f.add(r.Summary, walk.Actions)
			return f, nil
		}
		if !f.add(r.Summary, walk.Actions) {
			idle++ // what is left are monitors and the like
		}
		if idle > 1 {
			f.Rests = true
			return f, nil
		}
	}
	return f, nil
}

// shown are the operations that people call a change.
var shown = []string{"start", "stop", "promote", "demote", "migrate_to", "reload", "reload-agent", "stonith"}

// add notes the decisions of a transition and what was done about them, and
// tells whether there was anything.
func (f *Forecast) add(decisions []sched.Decision, walked []*graph.Action) bool {
	last := map[string]int{} // of an instance or a node: its last action
	for i, a := range walked {
		if a.Kind == graph.Pseudo || !slices.Contains(shown, a.Operation) || a.Attr("CRM_meta_stonith_action") == "on" {
			continue
		}
		f.Actions = append(f.Actions, a)
		last[subject(a)] = i
	}
	decisions = slices.Clone(decisions)
	slices.SortStableFunc(decisions, func(a, b sched.Decision) int { return last[a.Resource] - last[b.Resource] })
	f.Decisions = append(f.Decisions, decisions...)
	return len(last) > 0
}

// subject is what an action is about, as decisions name it.
func subject(a *graph.Action) string {
	switch {
	case a.Rsc == nil:
		return a.Node
	case a.Rsc.LongID != "":
		return a.Rsc.LongID
	}
	return a.Rsc.ID
}
