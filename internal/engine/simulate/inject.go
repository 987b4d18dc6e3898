package simulate

import (
	"fmt"
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// Event is something made to happen before a simulation, named as the long
// options of crm_simulate: "node-up", "node-down", "node-fail", "op-inject",
// "ticket-grant", "ticket-revoke", "ticket-standby", "ticket-activate",
// "quorum", "watchdog".
type Event struct{ Kind, Value string }

// eventOrder is the order in which crm_simulate lets events happen.
var eventOrder = []string{"quorum", "watchdog", "node-up", "node-down", "node-fail",
	"ticket-grant", "ticket-revoke", "ticket-standby", "ticket-activate", "op-inject"}

// Agent names the agent of a resource, as its history does.
type Agent struct{ Class, Provider, Type string }

// Inject makes events happen in doc. agent finds the agent of a resource that
// goes by a name, ok is false if there is none. Of what it returns done tells
// what was done, wrong what could not be.
func Inject(doc *cib.Document, events []Event, agent func(id string) (Agent, bool), nowS int64) (done []Step, wrong []string) {
	in := &injector{runner: &runner{doc: doc, now: nowS}, agent: agent}
	for _, kind := range eventOrder {
		for _, e := range events {
			if e.Kind == kind {
				in.happen(e)
			}
		}
	}
	return in.steps, in.wrong
}

type injector struct {
	*runner
	agent func(id string) (Agent, bool)
	wrong []string
}

func (in *injector) happen(e Event) {
	v := e.Value
	switch e.Kind {
	case "quorum":
		in.say(nil, "Setting quorum: %s", v)
		in.doc.Root().CreateAttr("have-quorum", map[bool]string{true: "1", false: "0"}[value.True(v)])
	case "watchdog":
		in.say(nil, "Setting watchdog: %s", v)
		in.setWatchdog(v)
	case "node-up":
		in.say(cib.NewElement("modify_node", "action", "Online", "node", v), "Bringing node %s online", v)
		setState(in.node(v), "true", "online", "member", "member")
	case "node-down":
		in.say(cib.NewElement("modify_node", "action", "Offline", "node", v), "Taking node %s offline", v)
		state := in.node(v)
		setState(state, "false", "offline", "down", "down")
		forget(state)
	case "node-fail":
		in.say(cib.NewElement("modify_node", "action", "Failing", "node", v), "Failing node %s", v)
		setState(in.node(v), "false", "online", "member", "member")
	case "ticket-grant":
		in.say(cib.NewElement("modify_ticket", "action", "Granting", "ticket", v), "Granting ticket %s", v)
		in.setTicket(v, "granted", "true")
	case "ticket-revoke":
		in.say(cib.NewElement("modify_ticket", "action", "Revoking", "ticket", v), "Revoking ticket %s", v)
		in.setTicket(v, "granted", "false")
	case "ticket-standby":
		in.say(cib.NewElement("modify_ticket", "action", "Standby", "ticket", v), "Making ticket %s standby", v)
		in.setTicket(v, "standby", "true")
	case "ticket-activate":
		in.say(cib.NewElement("modify_ticket", "action", "Activating", "ticket", v), "Activating ticket %s", v)
		in.setTicket(v, "standby", "false")
	case "op-inject":
		in.say(cib.NewElement("inject_spec", "spec", v), "Injecting %s into the configuration", v)
		in.result(v)
	}
}

func setState(state *cib.Element, inCCM, crmd, join, expected string) {
	for _, p := range [][2]string{{"in_ccm", inCCM}, {"crmd", crmd}, {"join", join}, {"expected", expected}, {"crm-debug-origin", origin}} {
		state.CreateAttr(p[0], p[1])
	}
}

func forget(state *cib.Element) {
	for _, tag := range []string{"lrm", "transient_attributes"} {
		if k := state.SelectElement(tag); k != nil {
			state.RemoveChild(k)
		}
	}
}

// node finds the state of a node by name. One that is in no list yet is added.
func (in *injector) node(name string) *cib.Element {
	for _, e := range in.doc.Section("status").SelectElements("node_state") {
		if e.SelectAttrValue("uname", "") == name {
			return e
		}
	}
	id := name
	nodes := in.doc.Section("nodes")
	known := false
	for _, e := range nodes.SelectElements("node") {
		if e.SelectAttrValue("uname", "") == name {
			id, known = e.SelectAttrValue("id", name), true
		}
	}
	if !known {
		nodes.AddChild(cib.NewElement("node", "id", id, "uname", name))
	}
	state := cib.NewElement("node_state", "id", id, "uname", name)
	in.doc.Section("status").AddChild(state)
	return state
}

func (in *injector) setTicket(id, attr, value string) {
	sub(sub(in.doc.Section("status"), "tickets", ""), "ticket_state", id).CreateAttr(attr, value)
}

func (in *injector) setWatchdog(value string) {
	set := in.doc.Section("crm_config").SelectElement("cluster_property_set")
	if set == nil {
		set = sub(in.doc.Section("crm_config"), "cluster_property_set", "cib-bootstrap-options")
	}
	for _, pair := range set.SelectElements("nvpair") {
		if pair.SelectAttrValue("name", "") == "have-watchdog" {
			pair.CreateAttr("value", value)
			return
		}
	}
	set.AddChild(cib.NewElement("nvpair", "id", set.SelectAttrValue("id", "")+"-have-watchdog", "name", "have-watchdog", "value", value))
}

// Spec is an operation with its result: "db_monitor_10000@n1=7".
type Spec struct {
	Resource, Task string
	IntervalMS     int64
	Node           string
	RC             int
}

// badSpec is a text that is no Spec, with the number of fields found in it.
type badSpec struct {
	text   string
	fields int
}

func (b badSpec) Error() string {
	return fmt.Sprintf("Invalid operation spec: %s.  Only found %d fields", b.text, b.fields)
}

// ParseSpec reads a Spec. The error is worded as crm_simulate's.
func ParseSpec(text string) (Spec, error) {
	key, result, _ := strings.Cut(text, "@")
	node, rc, hasRC := strings.Cut(result, "=")
	words := strings.Split(key, "_")
	n := len(words)
	fields := min(n, 3)
	if node != "" {
		fields++
	}
	s := Spec{Node: node}
	var err1, err2 error
	if n >= 3 {
		// migrate_to and migrate_from are tasks of two words.
		i := n - 2
		if n > 3 && words[n-3] == "migrate" {
			i = n - 3
		}
		s.Resource, s.Task = strings.Join(words[:i], "_"), strings.Join(words[i:n-1], "_")
		s.IntervalMS, err1 = strconv.ParseInt(words[n-1], 10, 64)
	}
	s.RC, err2 = strconv.Atoi(rc)
	if n < 3 || node == "" || !hasRC || err1 != nil || err2 != nil {
		return s, badSpec{text, fields}
	}
	return s, nil
}

func (in *injector) result(text string) {
	s, err := ParseSpec(text)
	if err != nil {
		in.wrong = append(in.wrong, err.Error())
		return
	}
	agent, ok := in.agent(s.Resource)
	if !ok {
		in.wrong = append(in.wrong, "Invalid resource name: "+s.Resource)
		return
	}
	state := in.node(s.Node)
	in.failCount(state, s)
	in.write(state, entry{name: s.Resource, agent: agent, task: s.Task, interval: s.IntervalMS, rc: s.RC, node: s.Node,
		reason: "Simulated action result"})
}

// failCount counts a failure, if the result is one.
func (r *runner) failCount(state *cib.Element, s Spec) {
	if s.RC == 0 || s.RC == 7 && s.IntervalMS == 0 {
		return
	}
	id := state.SelectAttrValue("id", "")
	name, _, _ := strings.Cut(s.Resource, ":")
	set := sub(sub(state, "transient_attributes", id), "instance_attributes", "status-"+id)
	op := name + "#" + s.Task + "_" + strconv.FormatInt(s.IntervalMS, 10)
	add := func(attr string, value func(old string) string) {
		var pair *cib.Element
		for _, p := range set.SelectElements("nvpair") {
			if p.SelectAttrValue("name", "") == attr {
				pair = p
			}
		}
		if pair == nil {
			pair = cib.NewElement("nvpair", "id", "status-"+id+"-"+strings.ReplaceAll(attr, "#", "."), "name", attr)
			set.AddChild(pair)
		}
		text := value(pair.SelectAttrValue("value", ""))
		pair.CreateAttr("value", text)
		r.say(cib.NewElement("inject_attr", "name", attr, "value", text, "node_path", "/node_state", "cib_node", id),
			"Injecting attribute %s=%s into /node_state '%s'", attr, text, id)
	}
	add("fail-count-"+op, func(old string) string {
		n, err := strconv.Atoi(old)
		if err != nil && old != "" {
			return old // INFINITY
		}
		return strconv.Itoa(n + 1)
	})
	add("last-failure-"+op, func(string) string { return strconv.FormatInt(r.now, 10) })
}

// entry is a result for the history that comes from outside of the graph.
type entry struct {
	name, task, node string
	agent            Agent
	interval         int64
	rc               int
	reason           string
}

// write puts a result into the history: as a failure's last, as a single
// operation's last, as a recurring one's own. What it ran with nobody knows,
// so it has no digest.
func (r *runner) write(state *cib.Element, e entry) {
	lrm := sub(state, "lrm", state.SelectAttrValue("id", ""))
	list := sub(lrm, "lrm_resources", "")
	rsc := sub(list, "lrm_resource", e.name)
	for _, p := range [][2]string{{"class", e.agent.Class}, {"provider", e.agent.Provider}, {"type", e.agent.Type}} {
		if p[1] != "" && rsc.SelectAttr(p[0]) == nil {
			rsc.CreateAttr(p[0], p[1])
		}
	}
	key := e.name + "_" + e.task + "_" + strconv.FormatInt(e.interval, 10)
	failed := e.rc != 0 && (e.rc != 7 || e.interval > 0 || e.task != "monitor")
	var ids []string
	if e.interval == 0 {
		ids = append(ids, e.name+"_last_0")
	}
	if failed {
		ids = append(ids, e.name+"_last_failure_0")
	} else if e.interval > 0 {
		ids = append(ids, key)
	}
	call := strconv.Itoa(nextCall(rsc))
	target := "0"
	if !failed {
		target = strconv.Itoa(e.rc)
	}
	magic := pretended(call, target)
	for _, id := range ids {
		op := sub(rsc, "lrm_rsc_op", id)
		op.Attr = nil
		for _, p := range [][2]string{
			{"id", id}, {"operation_key", key}, {"operation", e.task}, {"crm-debug-origin", origin}, {"transition-key", magic}, {"transition-magic", fmt.Sprintf("0:%d;%s", e.rc, magic)},
			{"exit-reason", e.reason}, {"on_node", e.node}, {"call-id", call}, {"rc-code", strconv.Itoa(e.rc)}, {"op-status", "0"},
			{"interval", strconv.FormatInt(e.interval, 10)}, {"last-rc-change", strconv.FormatInt(r.now, 10)}, {"exec-time", "0"}, {"queue-time", "0"},
		} {
			op.CreateAttr(p[0], p[1])
		}
	}
}
