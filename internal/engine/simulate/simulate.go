// Package simulate carries a transition graph out on paper: it walks the
// graph as the transition engine would, lets every action succeed, and writes
// the results into a copy of the CIB. It is the executing half of
// crm_simulate; nothing is run.
package simulate

import (
	"fmt"
	"strconv"

	"gpcs/internal/cib"
	"gpcs/internal/engine/digest"
	"gpcs/internal/engine/graph"
)

// Report tells what a simulated transition did.
type Report struct {
	Steps    []Step          // one per action, in order
	Actions  []*graph.Action // the same actions
	Complete bool            // every synapse fired; otherwise the graph has a loop
}

// Step is one thing that happened, as crm_simulate prints it.
type Step struct {
	Text string       // "Resource action: db  start on n1"
	XML  *cib.Element // nil where its XML does not tell it
}

func (s Step) String() string { return s.Text }

// Run is RunFailing where nothing fails.
func Run(doc *cib.Document, g *graph.Graph, known func(id string) bool, nowS int64) Report {
	return RunFailing(doc, g, known, nowS, nil)
}

// RunFailing carries g out and writes the results into doc. known tells whether a
// resource goes by a name (clone instances do by that of their primitive).
// nowS is the time of the results in epoch seconds. The operations of fail do
// not succeed; a transition ends with the first of them.
func RunFailing(doc *cib.Document, g *graph.Graph, known func(id string) bool, nowS int64, fail []Spec) Report {
	r := &runner{doc: doc, known: known, now: nowS, fail: fail, confirmed: map[int]bool{}}
	fired := make([]bool, len(g.Synapses))
	left := len(g.Synapses)
	for progress := true; progress; {
		progress = false
		for i, s := range g.Synapses {
			if fired[i] || !r.ready(s) {
				continue
			}
			fired[i], progress = true, true
			left--
			for _, a := range s.Actions {
				r.carryOut(a)
				r.done = append(r.done, a)
				if r.failed {
					return Report{Steps: r.steps, Actions: r.done, Complete: true}
				}
				r.confirmed[a.ID] = true
			}
		}
	}
	return Report{Steps: r.steps, Actions: r.done, Complete: left == 0}
}

type runner struct {
	doc       *cib.Document
	known     func(id string) bool
	now       int64
	confirmed map[int]bool
	steps     []Step
	done      []*graph.Action
	fail      []Spec
	failed    bool
	// What is looked up for every action; filled at the first need.
	states    map[string]*cib.Element                    // by node name
	histories map[*cib.Element]map[string][]*cib.Element // of one list, by resource
}

func (r *runner) ready(s *graph.Synapse) bool {
	for _, id := range s.Inputs {
		if !r.confirmed[id] {
			return false
		}
	}
	return true
}

func (r *runner) say(xml *cib.Element, format string, args ...any) {
	r.steps = append(r.steps, Step{fmt.Sprintf(format, args...), xml})
}

func (r *runner) carryOut(a *graph.Action) {
	switch {
	case a.Kind == graph.Pseudo && a.Node != "":
		r.say(cib.NewElement("pseudo_action", "task", a.Key, "node", a.Node), "Pseudo action:   %s on %s", a.Key, a.Node)
	case a.Kind == graph.Pseudo:
		r.say(cib.NewElement("pseudo_action", "task", a.Key), "Pseudo action:   %s", a.Key)
	case a.Operation == "stonith":
		r.fence(a)
	case a.Kind == graph.Cluster && a.Rsc != nil:
		r.say(cib.NewElement("cluster_action", "task", a.Operation, "node", a.Node, "id", a.Rsc.ID),
			"Cluster action:  %s for %s on %s", a.Operation, a.Rsc.ID, a.Node)
	case a.Kind == graph.Cluster:
		r.say(cib.NewElement("cluster_action", "task", a.Operation, "node", a.Node), "Cluster action:  %s on %s", a.Operation, a.Node)
	default:
		r.resourceAction(a)
	}
}

func (r *runner) resourceAction(a *graph.Action) {
	name := a.Rsc.ID
	if a.Rsc.LongID != "" && !r.known(name) {
		name = a.Rsc.LongID
	}
	interval, _ := strconv.ParseInt(a.Attr("CRM_meta_interval"), 10, 64)
	xml := cib.NewElement("rsc_action", "resource", name, "op", a.Operation, "node", a.Node)
	shown := a.Operation
	if interval > 0 {
		text := strconv.FormatInt(interval, 10)
		shown += "=" + text
		xml.CreateAttr("interval", text)
	}
	r.say(xml, "Resource action: %-15s %s on %s", name, shown, a.Node)
	if a.Operation == "delete" {
		return
	}
	for _, s := range r.fail {
		if s.Node == a.Node && s.Task == a.Operation && s.IntervalMS == interval && (s.Resource == name || s.Resource == a.Rsc.ID) {
			r.failAction(a, name, s)
			return
		}
	}
	r.record(a, name, interval)
}

// failAction lets an action end as s says.
func (r *runner) failAction(a *graph.Action, name string, s Spec) {
	r.say(nil, "Pretending action %d failed with rc=%d", a.ID, s.RC)
	state := r.nodeState(a)
	s.Resource = name
	r.failCount(state, s)
	r.write(state, entry{name: name, agent: Agent{a.Rsc.Class, a.Rsc.Provider, a.Rsc.Type}, task: s.Task, interval: s.IntervalMS, rc: s.RC,
		node: a.Node, reason: "User-injected result"})
	r.failed = true
}

// fence takes a node down and, with it, all that was known of it.
func (r *runner) fence(a *graph.Action) {
	action := a.Attr("CRM_meta_stonith_action")
	r.say(cib.NewElement("fencing_action", "target", a.Node, "op", action), "Fencing %s (%s)", a.Node, action)
	if action == "on" {
		return
	}
	e := r.nodeState(a)
	for _, p := range [][2]string{{"in_ccm", "false"}, {"crmd", "offline"}, {"join", "down"}, {"expected", "down"}} {
		e.CreateAttr(p[0], p[1])
	}
	for _, tag := range []string{"lrm", "transient_attributes"} {
		if k := e.SelectElement(tag); k != nil {
			e.RemoveChild(k)
		}
	}
}

// nodeState finds the node_state of an action's node, made if missing.
func (r *runner) nodeState(a *graph.Action) *cib.Element {
	if e := r.states[a.Node]; e != nil {
		return e
	}
	if r.states == nil {
		r.states = map[string]*cib.Element{}
	}
	e := r.findState(a)
	r.states[a.Node] = e
	return e
}

func (r *runner) findState(a *graph.Action) *cib.Element {
	status := r.doc.Section("status")
	for _, e := range status.SelectElements("node_state") {
		if e.SelectAttrValue("id", "") == a.NodeID || e.SelectAttrValue("uname", "") == a.Node {
			return e
		}
	}
	e := cib.NewElement("node_state", "id", a.NodeID, "uname", a.Node)
	status.AddChild(e)
	return e
}

// history finds the history of a resource in a node's list, made if missing;
// nil where there are several of that name.
func (r *runner) history(list *cib.Element, name string) *cib.Element {
	known := r.histories[list]
	if known == nil {
		known = map[string][]*cib.Element{}
		for _, e := range list.SelectElements("lrm_resource") {
			id := e.SelectAttrValue("id", "")
			known[id] = append(known[id], e)
		}
		if r.histories == nil {
			r.histories = map[*cib.Element]map[string][]*cib.Element{}
		}
		r.histories[list] = known
	}
	switch found := known[name]; len(found) {
	case 0:
		e := cib.NewElement("lrm_resource", "id", name)
		list.AddChild(e)
		known[name] = append(found, e)
		return e
	case 1:
		return found[0]
	}
	return nil
}

func sub(e *cib.Element, tag, id string) *cib.Element {
	for _, k := range e.SelectElements(tag) {
		if id == "" || k.SelectAttrValue("id", "") == id {
			return k
		}
	}
	k := cib.NewElement(tag)
	if id != "" {
		k.CreateAttr("id", id)
	}
	e.AddChild(k)
	return k
}

// record writes the success of an action into the history.
func (r *runner) record(a *graph.Action, name string, interval int64) {
	state := r.nodeState(a)
	lrm := state.SelectElement("lrm")
	if lrm == nil {
		lrm = cib.NewElement("lrm", "id", a.NodeID)
		state.AddChild(lrm)
	}
	list := sub(lrm, "lrm_resources", "")
	rsc := r.history(list, name)
	if rsc == nil {
		return // which of them it belongs to nobody can tell: like crm_simulate's, it is lost
	}
	for _, p := range [][2]string{{"class", a.Rsc.Class}, {"provider", a.Rsc.Provider}, {"type", a.Rsc.Type}} {
		if p[1] != "" && rsc.SelectAttr(p[0]) == nil {
			rsc.CreateAttr(p[0], p[1])
		}
	}
	id := name + "_last_0"
	task := a.Operation
	if task == "reload-agent" || task == "reload" {
		task = "start" // what was reloaded is up
	}
	key := name + "_" + task + "_" + strconv.FormatInt(interval, 10)
	switch {
	case a.Operation == "notify":
		id = name + "_" + a.Attr("CRM_meta_notify_type") + "_notify_" + a.Attr("CRM_meta_notify_operation") + "_0"
		key = id
	case interval > 0, a.Operation == "migrate_to", a.Operation == "migrate_from":
		id = key
	}
	call := nextCall(rsc)
	entry := sub(rsc, "lrm_rsc_op", id) // an older one of that name is overwritten
	target := a.Attr("CRM_meta_op_target_rc")
	if target == "" {
		target = "0"
	}
	magic := pretended(strconv.Itoa(call), target)
	for _, p := range [][2]string{
		{"id", id}, {"operation_key", key}, {"operation", task}, {"crm-debug-origin", origin}, {"transition-key", magic}, {"transition-magic", "0:" + target + ";" + magic},
		{"exit-reason", ""},
		{"on_node", a.Node}, {"call-id", strconv.Itoa(call)}, {"rc-code", target}, {"op-status", "0"}, {"interval", strconv.FormatInt(interval, 10)},
		{"last-rc-change", strconv.FormatInt(r.now, 10)}, {"exec-time", "0"}, {"queue-time", "0"}, {"op-digest", digest.Operation(a.Attrs, interval)},
	} {
		entry.CreateAttr(p[0], p[1])
	}
	for _, end := range []string{"migrate_source", "migrate_target"} {
		if v := a.Attr("CRM_meta_" + end); v != "" {
			entry.CreateAttr(end, v)
		}
	}
}

// origin is what entries that a simulation makes say of where they come from.
const origin = "crm_simulate"

// pretended is the transition key of what no transition has asked for.
func pretended(call, target string) string {
	return call + ":-1:" + target + ":xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
}

// nextCall is a call id above all those in a resource's history on a node.
func nextCall(rsc *cib.Element) int {
	top := 0
	for _, op := range rsc.SelectElements("lrm_rsc_op") {
		if n, err := strconv.Atoi(op.SelectAttrValue("call-id", "")); err == nil {
			top = max(top, n)
		}
	}
	return top + 1
}
