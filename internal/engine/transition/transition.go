// Package transition walks a transition graph: which action may run now, what
// a result means for the rest, when the graph is done. It stands for the
// graph library and the transition engine of pacemaker-controld.
//
// It is pure: the caller carries actions out and tells the results.
package transition

import (
	"strconv"

	"gpcs/internal/engine/graph"
)

// state is how far an action is.
type state int

const (
	waiting state = iota
	inFlight
	confirmed
	failed
)

// Outcome is how a transition ended.
type Outcome int

// The outcomes.
const (
	Running  Outcome = iota // actions are in flight or may be started
	Complete                // all actions confirmed
	Stopped                 // aborted or failed, nothing in flight any more
	Stuck                   // nothing in flight, yet actions wait for inputs that never come
)

// Transition is one graph being carried out.
type Transition struct {
	graph   *graph.Graph
	number  int
	uuid    string
	actions map[int]*graph.Action
	states  map[int]state
	flying  int
	aborted string // reason, "" = not aborted
}

// New begins a transition. number counts the transitions of one DC, uuid
// names that DC's term; both go into every action's key.
func New(g *graph.Graph, number int, uuid string) *Transition {
	t := &Transition{graph: g, number: number, uuid: uuid, actions: map[int]*graph.Action{}, states: map[int]state{}}
	for _, s := range g.Synapses {
		for _, a := range s.Actions {
			t.actions[a.ID] = a
		}
	}
	return t
}

// Key names one action of this transition in operation history.
func (t *Transition) Key(a *graph.Action) string {
	rc, _ := strconv.Atoi(a.Attr("CRM_meta_op_target_rc")) // without one: 0, success
	return graph.TransitionKey{Action: a.ID, Transition: t.number, TargetRC: rc, UUID: t.uuid}.String()
}

// Mine tells whether a key names an action of this transition.
func (t *Transition) Mine(k graph.TransitionKey) bool {
	return k.Transition == t.number && k.UUID == t.uuid
}

// Owns returns the action in flight that a key names, or nil.
func (t *Transition) Owns(key string) *graph.Action {
	k, ok := graph.ParseTransitionKey(key)
	if !ok || !t.Mine(k) || t.states[k.Action] != inFlight {
		return nil
	}
	return t.actions[k.Action]
}

// Next returns the actions to start now, each once. Pseudo actions are
// confirmed on the way and never returned. An aborted transition starts none.
func (t *Transition) Next() []*graph.Action {
	var start []*graph.Action
	for progress := true; progress && t.aborted == ""; {
		progress = false
		for _, s := range t.graph.Synapses {
			if !t.ready(s) {
				continue
			}
			for _, a := range s.Actions {
				if t.states[a.ID] != waiting || t.full() {
					continue
				}
				progress = true
				if a.Kind == graph.Pseudo {
					t.states[a.ID] = confirmed
					continue
				}
				t.states[a.ID] = inFlight
				t.flying++
				start = append(start, a)
			}
		}
	}
	return start
}

// full tells whether batch-limit keeps more actions from starting.
func (t *Transition) full() bool {
	return t.graph.BatchLimit > 0 && t.flying >= t.graph.BatchLimit
}

func (t *Transition) ready(s *graph.Synapse) bool {
	for _, in := range s.Inputs {
		if _, known := t.actions[in]; known && t.states[in] != confirmed {
			return false
		}
	}
	return true
}

// Confirm takes the result of an action in flight. A failure stops the
// transition from starting anything more.
func (t *Transition) Confirm(id int, ok bool) {
	if t.states[id] != inFlight {
		return
	}
	t.flying--
	if ok {
		t.states[id] = confirmed
		return
	}
	t.states[id] = failed
	t.Abort(t.actions[id].Key + " failed")
}

// InFlight returns the actions that were started and not confirmed, by id.
func (t *Transition) InFlight() []*graph.Action {
	var list []*graph.Action
	for _, s := range t.graph.Synapses {
		for _, a := range s.Actions {
			if t.states[a.ID] == inFlight {
				list = append(list, a)
			}
		}
	}
	return list
}

// Abort keeps anything more from being started; the first reason stays.
func (t *Transition) Abort(reason string) {
	if t.aborted == "" {
		t.aborted = reason
	}
}

// Aborted returns why the transition was aborted, or "".
func (t *Transition) Aborted() string { return t.aborted }

// Outcome tells how the transition stands. Ask after Next.
func (t *Transition) Outcome() Outcome {
	if t.flying > 0 {
		return Running
	}
	if t.aborted != "" {
		return Stopped
	}
	for id := range t.actions {
		if t.states[id] != confirmed {
			return Stuck
		}
	}
	return Complete
}
