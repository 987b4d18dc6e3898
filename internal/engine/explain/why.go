package explain

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

// Cause is one link of a chain of causes.
type Cause struct {
	Where string   // a node, "" where it is the same on all
	Text  string   // without a full stop
	Undo  string   // the command that removes the cause, "" where there is none
	From  []*Chain // what this comes from
}

// Chain is why a resource is where it is.
type Chain struct {
	Resource string
	State    string   // "is stopped", "runs on node1", "is promoted on node1, runs on node2"
	Plans    []string // what the cluster is about to do with it
	Causes   []Cause
}

// ErrNoResource says that the document has no such resource.
var ErrNoResource = errors.New("there is no such resource")

// Why explains from a document why a resource, group or clone is where it is.
// now gives the time and the zone in which times are shown.
func Why(doc *cib.Document, id string, now time.Time) (*Chain, error) {
	result, err := sched.Schedule(doc, sched.Options{Now: now.Unix(), Sanitized: true})
	if err != nil {
		return nil, err
	}
	e := &explainer{result: result, c: result.Cluster, firsts: readFirsts(doc), now: now, asked: map[string]bool{}}
	chain := e.explain(id)
	if chain == nil {
		return nil, fmt.Errorf("%w: %s", ErrNoResource, id)
	}
	return chain, nil
}

type explainer struct {
	result *sched.Result
	c      *sched.Cluster
	firsts map[string][]first
	now    time.Time
	asked  map[string]bool // resources explained already: chains may be circles
}

// primitives returns what an id stands for: a primitive, its instances, or all
// that is in a group, clone or bundle.
func (e *explainer) primitives(id string) []*sched.Resource {
	var list []*sched.Resource
	for _, r := range e.c.All {
		if r.Kind != sched.Primitive {
			continue
		}
		for k := r; k != nil; k = k.Parent {
			if k.ID == id || k.Defined() == id {
				list = append(list, r)
				break
			}
		}
	}
	return list
}

func (e *explainer) explain(id string) *Chain {
	list := e.primitives(id)
	if len(list) == 0 {
		return nil
	}
	e.asked[id] = true
	chain := &Chain{Resource: id, State: state(list), Plans: e.plans(list)}
	stopped := slices.IndexFunc(list, func(r *sched.Resource) bool { return len(r.RunningOn) == 0 })
	switch {
	case stopped < 0:
		chain.Causes = e.whyHere(list[0])
	case list[stopped].Number >= 0 && slices.ContainsFunc(list, func(r *sched.Resource) bool { return len(r.RunningOn) > 0 }):
		chain.Causes = e.whyStopped(list[stopped], true)
	default:
		chain.Causes = e.whyStopped(list[stopped], false)
	}
	return chain
}

// state words where primitives are.
func state(list []*sched.Resource) string {
	where := map[sched.Role][]string{}
	for _, r := range list {
		role := r.Role
		if role == sched.RoleUnpromoted {
			role = sched.RoleStarted
		}
		for _, n := range r.RunningOn {
			if !slices.Contains(where[role], n.Name) {
				where[role] = append(where[role], n.Name)
			}
		}
	}
	var parts []string
	for _, w := range []struct {
		role sched.Role
		word string
	}{{sched.RolePromoted, "is promoted on "}, {sched.RoleStarted, "runs on "}} {
		if nodes := where[w.role]; len(nodes) > 0 {
			slices.Sort(nodes)
			parts = append(parts, w.word+strings.Join(nodes, ", "))
		}
	}
	if parts == nil {
		return "is stopped"
	}
	return strings.Join(parts, ", ")
}

// plans says what the next transition does with primitives.
func (e *explainer) plans(list []*sched.Resource) []string {
	var out []string
	for _, d := range e.result.Summary {
		if !d.Node && slices.ContainsFunc(list, func(r *sched.Resource) bool { return r.ID == d.Resource }) {
			text := d.Resource + " " + what(d)
			if d.Blocked {
				text = d.Resource + " ought to " + strings.TrimPrefix(what(d), "would ") + ", but that is blocked"
			}
			out = append(out, text+because(d.Reason))
		}
	}
	return out
}

// whyStopped gives the causes for a primitive that is not active: those that
// hold everywhere, else node by node. Where other instances of it are active
// their nodes are no cause.
func (e *explainer) whyStopped(r *sched.Resource, others bool) []Cause {
	if global := e.everywhere(r); len(global) > 0 {
		return global
	}
	var out []Cause
	for _, n := range e.c.Nodes {
		if others && e.activeOn(r, n) {
			continue
		}
		if cause := e.notOn(r, n); cause != nil {
			out = append(out, *cause)
		}
	}
	if len(out) == 0 && r.Assigned() == nil {
		out = append(out, Cause{Text: "the scheduler gives it no node, though none is forbidden"})
	}
	return out
}

func (e *explainer) activeOn(r *sched.Resource, n *sched.Node) bool {
	return slices.ContainsFunc(e.primitives(r.Defined()), func(k *sched.Resource) bool { return slices.Contains(k.RunningOn, n) })
}

// whyHere gives what holds a resource on its node and keeps it from others.
func (e *explainer) whyHere(r *sched.Resource) []Cause {
	here := r.RunningOn[0]
	var out []Cause
	if cause := e.leftAlone(r); cause != nil {
		out = append(out, *cause)
	}
	if r.Assigned() == here {
		for _, p := range r.Preferences() {
			if p.Node == here && p.Score > 0 {
				out = append(out, Cause{Where: here.Name, Text: fmt.Sprintf("constraint '%s' prefers it there with score %s", p.Constraint, sched.ScoreText(p.Score)),
					Undo: undoLocation(r, p)})
			}
		}
		for _, p := range r.Partners() {
			if p.Score > 0 && onNode(p.Resource, here) {
				out = append(out, Cause{Where: here.Name, Text: fmt.Sprintf("constraint '%s' puts it beside %s, which is there (score %s)",
					p.Constraint, p.Resource.ID, sched.ScoreText(p.Score))})
			}
		}
		if r.Stickiness > 0 {
			out = append(out, Cause{Where: here.Name, Text: fmt.Sprintf("it stays where it is with resource-stickiness %s", sched.ScoreText(r.Stickiness))})
		}
	}
	for _, n := range e.c.Nodes {
		if e.activeOn(r, n) {
			continue
		}
		if cause := e.notOn(r, n); cause != nil {
			out = append(out, *cause)
		}
	}
	return out
}

// onNode tells whether a resource, or anything in it, is active on a node.
func onNode(r *sched.Resource, n *sched.Node) bool {
	return slices.Contains(r.RunningOn, n) || slices.ContainsFunc(r.Children, func(k *sched.Resource) bool { return onNode(k, n) })
}

func active(r *sched.Resource) bool {
	return len(r.RunningOn) > 0 || slices.ContainsFunc(r.Children, active)
}
