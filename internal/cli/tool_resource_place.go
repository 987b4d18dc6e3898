package cli

import (
	"context"
	"time"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
	"gpcs/internal/engine/sched"
)

// move has a resource prefer a node, or without one leave the node where it is.
func (r *resourceTool) move(ctx context.Context) int {
	if code := r.noInstance(); code != exitOK {
		return code
	}
	if r.node == nil {
		return r.leave(ctx)
	}
	promoted := r.promotedOnly()
	current, count := r.activeOn(promoted)
	if count > 1 {
		if r.rsc.Top().Kind != sched.Clone {
			return r.failsWith(exitMultiple)
		}
		current = nil
	}
	if current == r.node && !r.has("force") {
		return r.failsWith(exitExists)
	}
	s := r.steering(promoted)
	var ops []cib.Op
	for _, id := range admin.Steers(r.doc, admin.Steering{Resource: s.Resource}, false, r.now) {
		if id == "cli-prefer-"+s.Resource || id == "cli-ban-"+s.Resource+"-on-"+s.Node {
			ops = append(ops, dropLocation(id))
		}
	}
	if code := r.setEnd(&s); code != exitOK {
		return code
	}
	ops = append(ops, cib.Op{Kind: cib.Modify, XML: constraintXML(s.Constraint(r.doc))})
	if r.has("force") && current != nil && current != r.node {
		s.Node, s.Ban = current.Name, true
		ops = append(ops, r.banOps(s)...)
		r.warnBan(s)
	}
	if err := r.change(ctx, ops...); err != nil {
		return r.refused(err)
	}
	return r.end(exitOK, "")
}

// noInstance refuses what is about one instance of a clone.
func (r *resourceTool) noInstance() int {
	if r.rsc.Number >= 0 && r.rsc.ID == r.id && r.rsc.Parent != nil {
		return r.end(exitInvalidParameter, "Cannot operate on clone resource instance '%s'\nError performing operation: %s",
			r.id, exitText(exitInvalidParameter))
	}
	return exitOK
}

const (
	exitInvalidParameter = 2
	exitMultiple         = 109
)

// leave keeps a resource off the node where it is.
func (r *resourceTool) leave(ctx context.Context) int {
	current, count := r.activeOn(false)
	promoted := r.has("promoted")
	if count != 1 && r.rsc.Promotable {
		on, instances := r.activeOn(true)
		if instances != 1 {
			return r.end(exitUsage, "Resource '%s' not moved: active in %d locations (promoted in %d).\n"+
				"To prevent '%s' from running on a specific location, specify a node.\n"+
				"To prevent '%s' from being promoted at a specific location, specify a node and the --promoted option.",
				r.id, count, instances, r.id, r.id)
		}
		current, count, promoted = on, 1, true
	}
	if count != 1 {
		return r.end(exitUsage, "Resource '%s' not moved: active in %d locations.\nTo prevent '%s' from running on a specific location, specify a node.",
			r.id, count, r.id)
	}
	r.node = current
	s := r.steering(promoted)
	return r.banOn(ctx, s)
}

// activeOn finds where a resource is active, or promoted, and on how many nodes.
func (r *resourceTool) activeOn(promoted bool) (first *sched.Node, count int) {
	for _, p := range r.shown.Places(r.id) {
		if promoted && !p.Promoted {
			continue
		}
		if count++; count == 1 {
			first = r.cluster.Node(p.Node)
		}
	}
	return first, count
}

// promotedOnly tells whether only the promoted instance is meant; the clone
// around a resource takes its place then.
func (r *resourceTool) promotedOnly() bool {
	if !r.has("promoted") {
		return false
	}
	top := r.rsc.Top()
	switch {
	case !top.Promotable:
		r.put(nil, "Ignoring --promoted option: %s is not promotable\n", r.id)
		return false
	case top != r.rsc:
		r.put(nil, "Using parent '%s' for move instead of '%s'.\n", top.ID, r.id)
		r.rsc, r.id = top, top.ID
	}
	return true
}

func (r *resourceTool) steering(promoted bool) admin.Steering {
	return admin.Steering{Resource: r.id, Node: r.node.Name, Promoted: promoted}
}

// setEnd reads --lifetime.
func (r *resourceTool) setEnd(s *admin.Steering) int {
	life, ok := r.value("lifetime")
	if !ok {
		return exitOK
	}
	var known bool
	if s.Until, known = admin.LifetimeEnd(life, r.now); !known {
		return r.end(exitUsage, "Invalid duration specified: %s\nPlease refer to https://en.wikipedia.org/wiki/ISO_8601#Durations for examples of valid durations", life)
	}
	r.put(nil, "Migration will take effect until: %s\n", s.Until.UTC().Format("2006-01-02 15:04:05Z"))
	return exitOK
}

// ban keeps a resource off a node.
func (r *resourceTool) ban(ctx context.Context) int {
	if code := r.noInstance(); code != exitOK {
		return code
	}
	if r.node == nil {
		return r.leave(ctx)
	}
	return r.banOn(ctx, r.steering(r.has("promoted")))
}

func (r *resourceTool) banOn(ctx context.Context, s admin.Steering) int {
	if code := r.setEnd(&s); code != exitOK {
		return code
	}
	s.Ban = true
	r.warnBan(s)
	if err := r.change(ctx, r.banOps(s)...); err != nil {
		return r.refused(err)
	}
	return r.end(exitOK, "")
}

func (r *resourceTool) banOps(s admin.Steering) []cib.Op {
	e := s.Constraint(r.doc)
	return []cib.Op{dropLocation(e.SelectAttrValue("id", "")), {Kind: cib.Modify, XML: constraintXML(e)}}
}

func (r *resourceTool) warnBan(s admin.Steering) {
	if r.has("quiet") {
		return
	}
	id := s.Constraint(r.doc).SelectAttrValue("id", "")
	doing := "running"
	if s.Promoted {
		doing = "being promoted"
	}
	r.put(nil, "WARNING: Creating rsc_location constraint '%s' with a score of -INFINITY for resource %s on %s.\n"+
		"\tThis will prevent %s from %s on %s until the constraint is removed using the clear option or by editing the CIB with an appropriate tool.\n"+
		"\tThis will be the case even if %s is the last node in the cluster\n", id, s.Resource, s.Node, s.Resource, doing, s.Node, s.Node)
}

// clear removes what move and ban have made.
func (r *resourceTool) clear(ctx context.Context) int {
	s := admin.Steering{Resource: r.id}
	if r.node != nil {
		s.Node = r.node.Name
	}
	var ops []cib.Op
	for _, id := range admin.Steers(r.doc, s, r.has("expired"), time.Now()) {
		ops = append(ops, dropLocation(id))
		if !r.has("quiet") {
			r.put(nil, "Removing constraint: %s\n", id)
		}
	}
	if ops != nil {
		if err := r.change(ctx, ops...); err != nil {
			return r.refused(err)
		}
	}
	return r.end(exitOK, "")
}

func dropLocation(id string) cib.Op {
	return cib.Op{Kind: cib.Delete, Path: "/cib/configuration/constraints/rsc_location[@id='" + id + "']"}
}

func constraintXML(e *cib.Element) string {
	return string(cib.Print(within(cib.NewElement("configuration"), within(cib.NewElement("constraints"), e))))
}

// fail has the cluster believe that a resource failed on a node.
func (r *resourceTool) fail(ctx context.Context) int {
	if r.cibFile() != "" {
		return r.end(exitDisconnected, "Error connecting to the controller: Connection refused\nError performing operation: Not connected")
	}
	name := r.rsc.HistoryName
	now := r.now.Unix()
	failure := history.Result{
		Op: history.Op{Operation: "asyncmon", TransitionKey: graph.TransitionKey{UUID: graph.NoTransition}.String(),
			Rsc: graph.Resource{ID: name, Class: r.rsc.Class, Provider: r.rsc.Provider, Type: r.rsc.Type}},
		Outcome: history.Outcome{RC: 1, Status: history.Error, Reason: "Simulated failure"},
		CallID:  history.LastCallID(r.doc, r.node.ID) + 1, RunAt: now, RCChange: now,
	}
	node := history.Node{ID: r.node.ID, Name: r.node.Name}
	if err := r.change(ctx, history.Changes(r.doc, node, failure, history.Agent{}, now)...); err != nil {
		return r.refused(err)
	}
	return r.end(exitOK, "")
}

// remove deletes a resource from the configuration.
func (r *resourceTool) remove(ctx context.Context) int {
	e := r.definition()
	if e == nil || e.Tag != r.last("resource-type") {
		return r.end(exitOK, "")
	}
	if err := r.change(ctx, cib.Op{Kind: cib.Delete, Path: elementPath(e)}); err != nil {
		return r.refused(err)
	}
	return r.end(exitOK, "")
}
