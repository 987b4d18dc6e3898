package status

import (
	"math"
	"sort"
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

// failures collects the failed operations, and gives resources the probes
// that failed.
func (b *builder) failures() {
	for _, f := range b.cluster.FailedOps {
		o := operation(f.Entry.XML, b.nodes[f.Node])
		failed := b.resources[f.Resource]
		if o.Resource = keyResource(o.Key); o.Resource == "" {
			o.Resource = failed.ID
		}
		if o.masked() {
			failed.addProbe(o)
			continue
		}
		b.view.Failed = append(b.view.Failed, o)
	}
}

// masked tells of probes that failed because the resource cannot run there,
// which is no failure to tell of.
func (o Operation) masked() bool {
	return o.Task == "probe" && (o.RC == 2 || o.RC == 5 || o.State == 7)
}

// addProbe notes a failed probe with all instances that share its history.
func (r *Resource) addProbe(o Operation) {
	around := r
	if top := r.top(); top.Kind == Clone && !top.Unique {
		around = top
	}
	for _, p := range around.primitives() {
		if p.ID == r.ID {
			p.Probes = append(p.Probes, FailedProbe{Node: o.Node, RC: o.RC})
		}
	}
}

// keyResource returns the resource that an operation key names: what stands
// before "_TASK_INTERVAL".
func keyResource(key string) string {
	at := strings.LastIndexByte(key, '_')
	if at < 0 {
		return ""
	}
	key = key[:at]
	for _, task := range []string{"_migrate_to", "_migrate_from", "_reload-agent"} {
		if r, ok := strings.CutSuffix(key, task); ok {
			return r
		}
	}
	return key[:max(0, strings.LastIndexByte(key, '_'))]
}

// operation reads one entry of the history.
func operation(e *cib.Element, node *Node) Operation {
	get := func(name string) string { return e.SelectAttrValue(name, "") }
	num := func(name string) int64 { n, _ := strconv.ParseInt(get(name), 10, 64); return n }
	o := Operation{
		Node: node, Key: get("operation_key"), Call: get("call-id"), Task: get("operation"),
		IntervalMS: num("interval"), RC: int(num("rc-code")), State: int(num("op-status")),
		Reason: get("exit-reason"), NoReason: e.SelectAttr("exit-reason") == nil, Changed: num("last-rc-change"), ExecMS: get("exec-time"), QueueMS: get("queue-time"),
	}
	if o.Key == "" {
		o.Key, o.NoKey = get("id"), true
	}
	if o.Task == "monitor" && o.IntervalMS == 0 {
		o.Task = "probe"
	}
	return o
}

// histories collects what was done on the nodes that are online, in the
// order in which the document has them.
func (b *builder) histories() {
	section := b.doc.Find("status")
	if section == nil {
		return
	}
	for _, state := range section.SelectElements("node_state") {
		node := b.nodeOf(state)
		if node == nil || !b.nodes[node].Online {
			continue
		}
		h := NodeHistory{Node: b.nodes[node]}
		for _, lrm := range state.SelectElements("lrm") {
			for _, list := range lrm.SelectElements("lrm_resources") {
				for _, e := range list.SelectElements("lrm_resource") {
					r, any := b.resourceHistory(e, node)
					h.Known = append(h.Known, r.ID)
					if any || r.FailCount != "" {
						h.Resources = append(h.Resources, r)
					}
				}
			}
		}
		b.view.History = append(b.view.History, h)
	}
}

func (b *builder) nodeOf(state *cib.Element) *sched.Node {
	for n := range b.nodes {
		if n.ID == state.SelectAttrValue("id", "") {
			return n
		}
	}
	return b.cluster.Node(state.SelectAttrValue("uname", ""))
}

// resourceHistory reads the history of one resource on a node; any tells
// whether there is something to show.
func (b *builder) resourceHistory(e *cib.Element, node *sched.Node) (h ResourceHistory, any bool) {
	h.ID = e.SelectAttrValue("id", "")
	h.Name = h.ID
	r := b.recorded(h.ID)
	if r == nil {
		h.Orphan = true
	} else {
		h.ID = r.ID
		b.fails(&h, r, node)
	}
	for _, op := range e.SelectElements("lrm_rsc_op") {
		o := operation(op, b.nodes[node])
		o.Resource = h.ID
		if r != nil && o.masked() && !b.expired(r, o) {
			r.addProbe(o)
		}
		if o.Task == "notify" || (o.Task == "probe" && o.RC == 7) {
			continue
		}
		h.Operations = append(h.Operations, o)
	}
	sort.SliceStable(h.Operations, func(i, j int) bool { return h.Operations[i].order() < h.Operations[j].order() })
	return h, len(h.Operations) > 0
}

// expired tells whether a failure is older than the resource's failure-timeout.
func (b *builder) expired(r *Resource, o Operation) bool {
	m := b.cluster.Resource(r.Instance)
	if m == nil || o.Changed == 0 {
		return false
	}
	timeout, err := strconv.ParseInt(intervalMS(m.Meta.Get("failure-timeout")), 10, 64)
	return err == nil && timeout > 0 && b.cluster.Now >= o.Changed+timeout/1000
}

// recorded finds the resource that a history is of; instances of anonymous
// clones may have numbers that nobody has any more.
func (b *builder) recorded(id string) *Resource {
	if r := b.view.Resource(id); r != nil {
		return r
	}
	if at := strings.LastIndexByte(id, ':'); at > 0 {
		if r := b.view.Resource(id[:at]); r != nil && !r.Unique {
			return r
		}
	}
	return nil
}

// order is the call's number; what is still pending has none and comes last.
func (o Operation) order() int64 {
	n, err := strconv.ParseInt(o.Call, 10, 64)
	if err != nil || n < 0 {
		return math.MaxInt64
	}
	return n
}

// fails fills in threshold and fail count.
func (b *builder) fails(h *ResourceHistory, r *Resource, node *sched.Node) {
	h.Threshold = "1000000"
	m := b.cluster.Resource(r.Instance)
	if m == nil {
		return
	}
	if t := m.Meta.Get("migration-threshold"); t != "" && t != "INFINITY" {
		h.Threshold = t
	}
	count, last := b.cluster.FailuresKept(m, node)
	if count > 0 {
		h.FailCount, h.LastFailure = strconv.Itoa(count), last
	}
}

func (b *builder) tickets() {
	for _, t := range b.cluster.Tickets {
		v := Ticket{ID: t.ID, Granted: t.Granted, Standby: t.Standby, LastGrant: t.State.Get("last-granted")}
		for _, s := range t.State {
			v.Attributes = append(v.Attributes, Attribute{Name: s.Name, Value: s.Value})
		}
		b.view.Tickets = append(b.view.Tickets, v)
	}
}

// bans collects the location constraints that forbid a node, the last one
// first.
func (b *builder) bans() {
	for _, ban := range b.cluster.Bans() {
		b.view.Bans = append(b.view.Bans, Ban{
			ID: ban.ID, Resource: ban.Resource.ID, Node: b.nodes[ban.Node], Score: ban.Score, PromotedOnly: ban.PromotedOnly,
		})
	}
}
