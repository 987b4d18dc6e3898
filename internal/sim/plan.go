package sim

import (
	"fmt"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/engine/controller"
	"gpcs/internal/engine/history"
)

const version, clusterName = "2.1.5-gpcs", "sim"

// plan is the configuration of a cluster with its resources.
type plan struct {
	address   map[string]bool
	addresses []string
	single    []string // must be active on one node each
	clones    []string // on every node
	fences    bool     // lost nodes are fenced
}

func newPlan(w *world) *plan {
	fences := w.opt.Fencing || w.opt.Seed/2%2 == 1 // half of those that "make sim" picks
	if fences {
		w.fences = newFences(w, len(w.conf.nodes))
	}
	if w.opt.Fencing { // as little as shows whether it works: there are many seeds
		return &plan{fences: fences, addresses: []string{"vip"}, address: map[string]bool{"vip": true}, single: []string{"vip", "db"}}
	}
	return &plan{fences: fences, addresses: []string{"vip", "ip"}, address: map[string]bool{"vip": true, "ip": true},
		single: []string{"vip", "db", "ip", "app"}, clones: []string{"ping"}}
}

// primitive prints a resource with a monitor.
func primitive(id, agent string) string {
	ops := ""
	for _, op := range []string{"start", "stop", "monitor"} {
		interval := "0s"
		if op == "monitor" {
			interval = "3s"
		}
		ops += fmt.Sprintf(`<op id="%s-%s" name="%s" interval="%s" timeout="3s"/>`, id, op, op, interval)
	}
	return fmt.Sprintf(`<primitive id="%s" class="ocf" provider="heartbeat" type="%s"><operations>%s</operations></primitive>`, id, agent, ops)
}

// configure writes the plan into a new document, with all that the controller
// would add: so no change of the configuration is anybody's but the clients'.
func (p *plan) configure(doc *cib.Document, hosts int, f *fences) {
	for i := range hosts {
		doc.Section("nodes").AddChild(cib.NewElement("node", "id", fmt.Sprint(i+1), "uname", hostName(uint32(i+1))))
	}
	set := cib.NewElement("cluster_property_set", "id", "cib-bootstrap-options")
	options := [][2]string{{"have-watchdog", "false"}, {"dc-version", version}, {"cluster-infrastructure", "corosync"},
		{"cluster-name", clusterName}, {"stonith-enabled", fmt.Sprint(p.fences)}, {"no-quorum-policy", "stop"}, {"stonith-timeout", "8s"}}
	var devices []string
	if f != nil {
		options, devices = append(options, f.options()...), f.resources()
		f.topology(doc, hosts)
	}
	for _, o := range options {
		set.AddChild(cib.NewElement("nvpair", "id", "cib-bootstrap-options-"+o[0], "name", o[0], "value", o[1]))
	}
	doc.Section("crm_config").AddChild(set)
	sticky := cib.NewElement("meta_attributes", "id", "build-resource-defaults") // as pcs sets clusters up
	sticky.AddChild(cib.NewElement("nvpair", "id", "build-resource-stickiness", "name", "resource-stickiness", "value", "1"))
	doc.Section("rsc_defaults").AddChild(sticky)
	vip := primitive("vip", "IPaddr2")
	if f != nil {
		vip = strings.Replace(vip, "<operations>", `<meta_attributes id="vip-m"><nvpair id="vip-p" name="priority" value="10"/></meta_attributes><operations>`, 1)
	}
	resources := append(devices, vip, primitive("db", "Dummy"))
	if len(p.clones) > 0 {
		resources = append(resources, `<group id="web">`+primitive("ip", "IPaddr2")+primitive("app", "Dummy")+`</group>`,
			`<clone id="pings">`+primitive("ping", "Dummy")+`</clone>`)
	}
	for _, xml := range resources {
		if e, err := cib.ParseElement([]byte(xml)); err == nil {
			doc.Section("resources").AddChild(e)
		}
	}
}

// commanded checks a command that a node takes, and that was decided in a view:
// who was the DC of another than the node is in says nothing to it any more.
func (w *world) commanded(d *daemon, op history.Op, decided uint64) {
	v := d.core.View()
	if decided != v.Ballot.Counter {
		w.fail("%s carries %s out in %s, but it was decided in view %d", d.h.name, op.Key(), v, decided)
	}
	if op.Operation != history.Start {
		return
	}
	if !v.Quorum.Quorate {
		w.fail("%s starts %s in %s, without a quorum", d.h.name, op.Rsc.ID, v)
	}
	if w.fences != nil {
		w.fences.proved(d, op.Rsc.ID)
	}
	// A fence device is used from several nodes; one is started before the node
	// that it was active on is fenced.
	if w.plan.isClone(op.Rsc.ID) || op.Rsc.Class == "stonith" {
		return
	}
	for _, h := range w.hosts {
		if h == d.h || !h.machine.active[op.Rsc.ID] || h.d == nil || h.stalled {
			continue
		}
		if has := h.d.core.View(); has != nil && has.Ballot == v.Ballot {
			w.fail("%s starts %s, which is active on %s, a member of the same view", d.h.name, op.Rsc.ID, h.name)
		}
	}
}

func (p *plan) isClone(rsc string) bool {
	for _, id := range p.clones {
		if id == rsc {
			return true
		}
	}
	return false
}

// unsettled says what does not run as it should.
func (p *plan) unsettled(w *world) string {
	if p == nil {
		return ""
	}
	doc := w.hosts[0].d.core.Document()
	if _, ops, err := controller.Forget(doc, controller.Refresh{Failed: true}); err != nil || len(ops) > 0 {
		return "there are failures in the history"
	}
	for _, rsc := range p.single {
		if n := w.countActive(rsc); n != 1 {
			return fmt.Sprintf("%s is active on %d nodes", rsc, n)
		}
	}
	for _, rsc := range p.clones {
		if n := w.countActive(rsc); n != len(w.hosts) {
			return fmt.Sprintf("%s is active on %d of %d nodes", rsc, n, len(w.hosts))
		}
	}
	for _, h := range w.hosts {
		if h.power && w.now <= h.machine.hangs {
			return "an agent hangs on " + h.name
		}
		if standby(doc, h) {
			return h.name + " is in standby"
		}
		if h.machine.active["ip"] != h.machine.active["app"] {
			return "ip and app are not together"
		}
	}
	return ""
}

func (w *world) countActive(rsc string) int {
	n := 0
	for _, h := range w.hosts {
		if h.machine.active[rsc] {
			n++
		}
	}
	return n
}

// heal takes back what was done to agents and nodes, as an administrator
// would, again and again until all is well.
func (p *plan) heal(w *world) {
	if p == nil {
		return
	}
	w.fences.well()
	for _, h := range w.hosts {
		clear(h.machine.mishap)
		if d := h.d; d != nil {
			d.now(arrival, func() { d.engine.stay() })
		}
	}
	w.in(2*token, func() { p.cleanup(w) })
}

// cleanup forgets failures and ends standby.
func (p *plan) cleanup(w *world) {
	d := w.hosts[0].d
	if d == nil || !d.core.Open() || len(d.core.View().Members) < len(w.hosts) {
		w.in(token, func() { p.cleanup(w) })
		return
	}
	w.in(5*token, func() { p.cleanup(w) })
	doc := d.core.Document()
	if _, ops, err := controller.Forget(doc, controller.Refresh{Failed: true}); err == nil && len(ops) > 0 {
		w.logf("the administrator has failures forgotten")
		w.asked++
		d.engine.submit(cib.Request{ID: fmt.Sprintf("cleanup-%d", w.asked), Ops: ops}, func(error) {})
	}
	for _, h := range w.hosts {
		if standby(doc, h) {
			w.setStandby(d, h, "off")
		}
	}
}

func standby(doc *cib.Document, h *host) bool {
	for _, n := range doc.Section("nodes").SelectElements("node") {
		for _, set := range n.SelectElements("instance_attributes") {
			for _, nv := range set.SelectElements("nvpair") {
				if n.SelectAttrValue("uname", "") == h.name && nv.SelectAttrValue("value", "") == "on" {
					return true
				}
			}
		}
	}
	return false
}

// setStandby is an administrator's change, in the history like a client's.
func (w *world) setStandby(d *daemon, h *host, value string) {
	w.asked++
	w.tickets++
	k := &call{id: fmt.Sprintf("c%d", w.asked), d: d, kind: kindAdmin, value: value, key: h.name, begun: w.tickets,
		client: &client{w: w, n: 100 + w.asked, stopped: true}}
	k.client.busy = k
	w.history = append(w.history, k)
	w.logf("the administrator asks %s: standby=%s for %s (%s)", d.h.name, value, h.name, k.id)
	k.submit()
}

func standbyOp(h *host, value string) cib.Op {
	return cib.Op{Kind: cib.Modify, XML: fmt.Sprintf(`<nodes><node id="%d"><instance_attributes id="nodes-%d">`+
		`<nvpair id="nodes-%d-standby" name="standby" value="%s"/></instance_attributes></node></nodes>`, h.id, h.id, h.id, value)}
}

// standby sends a node into standby, or takes it back.
func (w *world) standby(h *host) {
	by := w.hosts[w.rnd.IntN(len(w.hosts))]
	if by.d == nil {
		return
	}
	value := "on"
	if standby(by.d.core.Document(), h) {
		value = "off"
	}
	w.setStandby(by.d, h, value)
}

// agentFails makes a resource die, or the next action on it go wrong.
func (w *world) agentFails(h *host) {
	all := append(append([]string{}, w.plan.single...), w.plan.clones...)
	rsc := all[w.rnd.IntN(len(all))]
	kind := mishap(w.rnd.IntN(5))
	w.logf("FAULT agent of %s on %s: %d", rsc, h.name, kind)
	if kind == 0 {
		h.machine.turn(rsc, false)
		return
	}
	h.machine.mishap[rsc] = kind
	w.in(5*token, func() { delete(h.machine.mishap, rsc) })
}
