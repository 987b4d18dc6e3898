package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"gpcs/internal/cib"
)

func changeNodeState(r *rand.Rand, in *input) string {
	e := one(r, states(in)...)
	if e == nil {
		return ""
	}
	kind := one(r, "offline", "unclean", "unclean", "pending", "online", "no process", "banned")
	set := map[string][4]string{
		"offline": {"false", "offline", "down", "down"}, "unclean": {"false", "offline", "member", "member"},
		"pending": {"true", "online", "down", "member"}, "online": {"true", "online", "member", "member"},
		"no process": {"true", "offline", "member", "member"}, "banned": {"true", "online", "banned", "member"},
	}[kind]
	for i, name := range []string{"in_ccm", "crmd", "join", "expected"} {
		e.CreateAttr(name, set[i])
	}
	return kind + " " + e.SelectAttrValue("uname", "")
}

func transient(e *cib.Element) *cib.Element {
	return sub(sub(e, "transient_attributes", "id", id(e)), "instance_attributes", "id", "status-x-"+id(e))
}

func changeTransient(r *rand.Rand, in *input) string {
	e := one(r, states(in)...)
	if e == nil {
		return ""
	}
	p := one(r, []string{"shutdown", "1404500000"}, []string{"terminate", "true"}, []string{"#health-z", "red"}, []string{"pingd", "100"},
		[]string{"standby", "true"}, []string{"master-", "10"}, []string{"master-", "-5"}, []string{"master-", "1000"}, []string{"probe_complete", "true"}, []string{"site", "b"})
	name, value := p[0], p[1]
	if name == "master-" {
		rsc := one(r, in.doc.FindElements("configuration/resources/*//primitive")...)
		if rsc == nil {
			return ""
		}
		name += id(rsc)
	}
	put(transient(e), name, value)
	return fmt.Sprintf("%s: %s=%s", e.SelectAttrValue("uname", ""), name, value)
}

// histories are the histories of resources on nodes.
func histories(in *input) []*cib.Element {
	return in.doc.FindElements("status/node_state/lrm/lrm_resources/lrm_resource")
}

func where(history *cib.Element) string {
	state := history.Parent().Parent().Parent()
	return state.SelectAttrValue("uname", state.SelectAttrValue("id", ""))
}

func changeResult(r *rand.Rand, in *input) string {
	e := one(r, in.doc.FindElements("status/node_state/lrm/lrm_resources/lrm_resource/lrm_rsc_op")...)
	if e == nil {
		return ""
	}
	_, key, ok := strings.Cut(e.SelectAttrValue("transition-magic", ""), ";")
	if !ok {
		return ""
	}
	rc, status := one(r, "1", "5", "6", "7", "0", "2", "8", "9", "3", "4", "190", "193"), "0"
	switch {
	case rc == "193":
		status = "-1"
	case rc != "0" && r.IntN(3) == 0:
		status = one(r, "4", "2", "3", "5", "7")
	}
	e.CreateAttr("rc-code", rc)
	e.CreateAttr("op-status", status)
	e.CreateAttr("transition-magic", status+":"+rc+";"+key)
	return fmt.Sprintf("%s on %s rc=%s status=%s", id(e), where(e.Parent()), rc, status)
}

// entry adds an entry to a history.
func entry(h *cib.Element, suffix, task, interval, rc, status, expected string) *cib.Element {
	call := 0
	for _, o := range h.SelectElements("lrm_rsc_op") {
		if n, err := strconv.Atoi(o.SelectAttrValue("call-id", "")); err == nil {
			call = max(call, n)
		}
	}
	number := strconv.Itoa(call + 1)
	if status == "-1" {
		number = "-1"
	}
	key := "1:2:" + expected + ":xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	e := cib.NewElement("lrm_rsc_op", "id", id(h)+suffix, "operation_key", id(h)+"_"+task+"_"+interval, "operation", task, "crm_feature_set", "3.0.14",
		"transition-key", key, "transition-magic", status+":"+rc+";"+key, "call-id", number, "rc-code", rc, "op-status", status,
		"interval", interval, "on_node", where(h), "last-rc-change", "1600000000", "exec-time", "0", "queue-time", "0")
	for _, o := range h.SelectElements("lrm_rsc_op") {
		if id(o) == id(e) {
			h.RemoveChild(o)
		}
	}
	h.AddChild(e)
	return e
}

func addResult(r *rand.Rand, in *input) string {
	h := one(r, histories(in)...)
	if h == nil {
		return ""
	}
	p := one(r, []string{"monitor", "10000"}, []string{"monitor", "0"}, []string{"start", "0"}, []string{"stop", "0"}, []string{"promote", "0"}, []string{"demote", "0"})
	rc := one(r, "1", "7", "0", "5", "8", "9")
	status := "0"
	if rc == "1" && r.IntN(3) == 0 {
		status = one(r, "2", "4")
	}
	entry(h, one(r, "_last_0", "_last_failure_0", "_monitor_10000"), p[0], p[1], rc, status, "0")
	return fmt.Sprintf("new %s %s_%s on %s rc=%s status=%s", id(h), p[0], p[1], where(h), rc, status)
}

func addPending(r *rand.Rand, in *input) string {
	h := one(r, histories(in)...)
	if h == nil {
		return ""
	}
	p := one(r, []string{"monitor", "10000"}, []string{"monitor", "0"}, []string{"start", "0"}, []string{"stop", "0"}, []string{"promote", "0"}, []string{"demote", "0"},
		[]string{"migrate_to", "0"}, []string{"migrate_from", "0"})
	suffix := "_last_0"
	if p[0] == "monitor" && p[1] != "0" || strings.HasPrefix(p[0], "migrate") {
		suffix = "_" + p[0] + "_" + p[1]
	}
	rc, status := "193", "-1"
	if strings.HasPrefix(p[0], "migrate") && r.IntN(2) == 0 {
		rc, status = one(r, "0", "1"), "0"
	}
	e := entry(h, suffix, p[0], p[1], rc, status, "0")
	what := fmt.Sprintf("pending %s %s_%s on %s rc=%s", id(h), p[0], p[1], where(h), rc)
	if strings.HasPrefix(p[0], "migrate") {
		other := one(r, nodes(in)...)
		if other == nil {
			return what
		}
		ends := []string{where(h), other.SelectAttrValue("uname", "")}
		if p[0] == "migrate_from" {
			ends[0], ends[1] = ends[1], ends[0]
		}
		e.CreateAttr("migrate_source", ends[0])
		e.CreateAttr("migrate_target", ends[1])
		what += " " + strings.Join(ends, " to ")
	}
	return what
}

func addFailCount(r *rand.Rand, in *input) string {
	h := one(r, histories(in)...)
	if h == nil {
		return ""
	}
	set := transient(h.Parent().Parent().Parent())
	v := one(r, "1", "3", "INFINITY")
	task := one(r, "monitor_10000", "start_0", "stop_0", "migrate_to_0")
	put(set, "fail-count-"+id(h)+"#"+task, v)
	put(set, "last-failure-"+id(h)+"#"+task, one(r, "1600000000", "1404500000"))
	return fmt.Sprintf("fail-count-%s#%s=%s on %s", id(h), task, v, where(h))
}

func dropHistory(r *rand.Rand, in *input) string {
	h := one(r, histories(in)...)
	if h == nil {
		return ""
	}
	what := fmt.Sprintf("no history of %s on %s", id(h), where(h))
	h.Parent().RemoveChild(h)
	return what
}

func addLock(r *rand.Rand, in *input) string {
	h := one(r, histories(in)...)
	if h == nil {
		return ""
	}
	setOption(in.doc, "shutdown-lock", "true")
	h.CreateAttr("shutdown-lock", one(r, "1404500000", "1600000000"))
	for _, o := range h.SelectElements("lrm_rsc_op") {
		if r.IntN(2) == 0 {
			h.RemoveChild(o)
		}
	}
	entry(h, "_last_0", "stop", "0", "0", "0", "0")
	return fmt.Sprintf("lock %s on %s", id(h), where(h))
}

func addEvent(r *rand.Rand, in *input) string {
	var p []string
	switch r.IntN(5) {
	case 0, 1, 2, 3:
		n := one(r, nodes(in)...)
		if n == nil {
			return ""
		}
		p = []string{one(r, "-u", "-d", "-f", "-f", "-d"), n.SelectAttrValue("uname", "")}
	default:
		var tickets []string
		for _, e := range in.doc.FindElements("configuration/constraints/rsc_ticket") {
			tickets = append(tickets, e.SelectAttrValue("ticket", ""))
		}
		if len(tickets) == 0 {
			return ""
		}
		p = []string{one(r, "-g", "-r", "-b", "-e"), one(r, tickets...)}
	}
	in.args = append(in.args, p...)
	return strings.Join(p, " ")
}

// aboutOperation adds an option that names an operation on a node.
func aboutOperation(r *rand.Rand, in *input, option string, tasks ...string) string {
	rsc, n := one(r, resources(in, "primitive")...), one(r, nodes(in)...)
	if rsc == nil || n == nil {
		return ""
	}
	word := fmt.Sprintf("%s_%s@%s=%s", id(rsc), one(r, tasks...), n.SelectAttrValue("uname", ""), one(r, "1", "7", "5", "0", "6"))
	in.args = append(in.args, option, word)
	return option + " " + word
}

func addInjection(r *rand.Rand, in *input) string {
	return aboutOperation(r, in, "-i", "monitor_10000", "monitor_0", "start_0", "stop_0", "promote_0", "demote_0", "migrate_to_0")
}

func failOperation(r *rand.Rand, in *input) string {
	return aboutOperation(r, in, "-F", "start_0", "stop_0", "promote_0", "demote_0", "monitor_0")
}
