package main

import (
	"fmt"
	"math/rand/v2"

	"gpcs/internal/cib"
)

func pickMeta(r *rand.Rand, in *input, tags []string, values ...string) string {
	e := one(r, resources(in, tags...)...)
	if e == nil {
		return ""
	}
	i := 2 * r.IntN(len(values)/2)
	setMeta(e, values[i], values[i+1])
	return fmt.Sprintf("%s %s=%s", id(e), values[i], values[i+1])
}

func changeMeta(r *rand.Rand, in *input) string {
	return pickMeta(r, in, []string{"primitive", "primitive", "group", "clone"},
		"priority", "10", "priority", "-5", "critical", "false", "critical", "true", "allow-migrate", "true", "allow-migrate", "false",
		"migration-threshold", "1", "migration-threshold", "3", "failure-timeout", "60s", "multiple-active", "block", "multiple-active", "stop_only",
		"multiple-active", "stop_unexpected", "requires", "nothing", "requires", "quorum", "requires", "fencing", "requires", "unfencing",
		"resource-stickiness", "0", "resource-stickiness", "1", "resource-stickiness", "100", "resource-stickiness", "INFINITY", "resource-stickiness", "-1",
		"allow-unhealthy-nodes", "true", "container-attribute-target", "host", "remote-node", "guest-x")
}

func changeClone(r *rand.Rand, in *input) string {
	for _, e := range resources(in, "clone", "master") {
		// the default depends on the release
		if e.FindElement("meta_attributes/nvpair[@name='globally-unique']") == nil {
			setMeta(e, "globally-unique", "false")
		}
	}
	return pickMeta(r, in, []string{"clone", "master"},
		"clone-max", "1", "clone-max", "2", "clone-max", "3", "clone-max", "0", "clone-max", "10", "clone-node-max", "2", "clone-node-max", "3", "interleave", "true", "interleave", "false",
		"ordered", "true", "ordered", "false", "notify", "true", "notify", "false", "globally-unique", "true", "globally-unique", "false",
		"clone-min", "1", "clone-min", "2", "promotable", "true", "promotable", "false", "promoted-max", "2", "promoted-max", "0", "promoted-node-max", "2",
		"master-max", "2", "master-max", "1", "master-node-max", "0")
}

func changeTarget(r *rand.Rand, in *input) string {
	return pickMeta(r, in, anyResource, "target-role", "Stopped", "target-role", "Started", "target-role", "Slave", "target-role", "Master", "target-role", "Stopped")
}

func changeManaged(r *rand.Rand, in *input) string {
	return pickMeta(r, in, anyResource, "is-managed", "false", "maintenance", "true", "is-managed", "true", "maintenance", "false")
}

func changeBundle(r *rand.Rand, in *input) string {
	var list []*cib.Element
	for _, tag := range []string{"docker", "podman", "rkt"} {
		list = append(list, in.doc.FindElements("configuration/resources/bundle/"+tag)...)
	}
	e := one(r, list...)
	if e == nil {
		return ""
	}
	k := one(r, "replicas", "replicas-per-host", "promoted-max", "masters")
	v := one(r, "1", "2", "3", "5")
	e.CreateAttr(k, v)
	return fmt.Sprintf("%s %s=%s", id(e.Parent()), k, v)
}

func changeDefault(r *rand.Rand, in *input) string {
	c := in.doc.FindElement("configuration")
	if c == nil {
		return ""
	}
	d, name, value := "rsc_defaults", "resource-stickiness", one(r, "0", "100", "INFINITY")
	switch r.IntN(6) {
	case 0:
		name, value = "migration-threshold", "1"
	case 1:
		d, name, value = "op_defaults", "on-fail", one(r, "block", "stop", "ignore", "restart")
	case 2:
		name, value = "is-managed", "false"
	case 3:
		name, value = "priority", "5"
	}
	put(sub(sub(c, d), "meta_attributes", "id", d+"-x"), name, value)
	return d + " " + name + "=" + value
}

func changeOption(r *rand.Rand, in *input) string {
	all := []string{
		"stonith-enabled", "false", "stonith-enabled", "true", "no-quorum-policy", "stop", "no-quorum-policy", "freeze", "no-quorum-policy", "ignore",
		"no-quorum-policy", "demote", "no-quorum-policy", "suicide", "placement-strategy", "utilization", "placement-strategy", "balanced",
		"placement-strategy", "minimal", "symmetric-cluster", "false", "symmetric-cluster", "true", "maintenance-mode", "true", "stop-all-resources", "true",
		"stop-orphan-resources", "false", "stop-orphan-actions", "false", "concurrent-fencing", "true", "concurrent-fencing", "false", "startup-fencing", "false",
		"start-failure-is-fatal", "false", "enable-startup-probes", "false", "stonith-action", "off", "shutdown-lock", "true", "shutdown-lock-limit", "10min",
		"node-health-strategy", "migrate-on-red", "node-health-strategy", "progressive", "node-health-strategy", "only-green", "node-health-strategy", "custom",
		"priority-fencing-delay", "30s", "have-watchdog", "true", "stonith-watchdog-timeout", "10s", "node-pending-timeout", "10s", "cluster-delay", "90s",
		"batch-limit", "5", "migration-limit", "1", "remove-after-stop", "true", "default-action-timeout", "50s", "is-managed-default", "false", "default-resource-stickiness", "10",
	}
	i := 2 * r.IntN(len(all)/2)
	setOption(in.doc, all[i], all[i+1])
	return all[i] + "=" + all[i+1]
}

func changeQuorum(r *rand.Rand, in *input) string {
	v := "1"
	if in.doc.SelectAttrValue("have-quorum", "") == "1" {
		v = "0"
	}
	in.doc.CreateAttr("have-quorum", v)
	if v == "1" {
		return "quorum"
	}
	p := one(r, "stop", "freeze", "ignore", "demote", "suicide")
	setOption(in.doc, "no-quorum-policy", p)
	return "no quorum " + p
}

func changeNodeAttribute(r *rand.Rand, in *input) string {
	n := one(r, nodes(in)...)
	if n == nil {
		return ""
	}
	p := one(r, []string{"standby", "on"}, []string{"standby", "on"}, []string{"standby", "off"}, []string{"maintenance", "true"}, []string{"#health-x", "red"},
		[]string{"#health-x", "yellow"}, []string{"#health-y", "-50"}, []string{"site", "a"}, []string{"resource-discovery-enabled", "false"})
	if p[0] == "resource-discovery-enabled" && n.SelectAttrValue("type", "") != "remote" {
		return ""
	}
	put(sub(n, "instance_attributes", "id", "nodes-x-"+id(n)), p[0], p[1])
	return fmt.Sprintf("%s %s=%s", n.SelectAttrValue("uname", ""), p[0], p[1])
}

func changeOperation(r *rand.Rand, in *input) string {
	e := one(r, resources(in, "primitive")...)
	if e == nil || e.SelectAttr("template") != nil {
		return ""
	}
	ops := sub(e, "operations")
	o := one(r, ops.SelectElements("op")...)
	if o == nil || r.IntN(3) == 0 {
		name := one(r, "monitor", "monitor", "start", "stop", "promote", "demote", "migrate_to")
		interval := "0"
		if name == "monitor" {
			interval = one(r, "10s", "20000", "7s", "1m")
		}
		o = cib.NewElement("op", "id", fmt.Sprintf("%s-x-%s-%s", id(e), name, interval), "name", name, "interval", interval)
		ops.AddChild(o)
	}
	k, v := "", ""
	switch r.IntN(4) {
	case 0:
		k, v = "role", one(r, "Stopped", "Master", "Slave", "Started")
	case 1:
		k, v = one(r, "enabled", "record-pending"), one(r, "false", "true")
	case 2:
		k, v = "interval", one(r, "10s", "0", "33s")
	default:
		k, v = "on-fail", one(r, "ignore", "block", "stop", "restart", "fence", "standby", "restart-container", "demote")
	}
	o.CreateAttr(k, v)
	return fmt.Sprintf("%s op %s %s=%s", id(e), o.SelectAttrValue("name", ""), k, v)
}

func changeParameter(r *rand.Rand, in *input) string {
	e := one(r, resources(in, "primitive")...)
	if e == nil {
		return ""
	}
	set := sub(e, "instance_attributes", "id", id(e)+"-xp")
	if p := one(r, set.SelectElements("nvpair")...); p != nil {
		p.CreateAttr("value", "changed")
		return id(e) + " parameter " + p.SelectAttrValue("name", "")
	}
	put(set, "extra", "1")
	return id(e) + " parameter extra"
}

func changeUtilization(r *rand.Rand, in *input) string {
	setOption(in.doc, "placement-strategy", one(r, "utilization", "balanced", "minimal", "utilization"))
	for _, n := range nodes(in) {
		put(sub(n, "utilization", "id", "ux-"+id(n)), "cpu", fmt.Sprint(1+r.IntN(6)))
	}
	for _, e := range resources(in, "primitive") {
		if r.IntN(2) == 0 && e.SelectAttr("template") == nil {
			put(sub(e, "utilization", "id", "ux-"+id(e)), "cpu", fmt.Sprint(r.IntN(4)))
		}
	}
	return "utilization"
}

// dropResource takes a resource from the configuration, with what names it.
func dropResource(r *rand.Rand, in *input) string {
	list := in.doc.FindElements("configuration/resources/*")
	e := one(r, list...)
	if e == nil || len(list) < 2 || e.Tag == "template" {
		return ""
	}
	gone := map[string]bool{id(e): true}
	for _, k := range e.FindElements(".//*") {
		gone[id(k)] = true
	}
	delete(gone, "")
	e.Parent().RemoveChild(e)
	dropReferences(in, gone)
	return "removed " + id(e)
}

// dropReferences takes out the constraints that name what is gone.
func dropReferences(in *input, gone map[string]bool) {
	for _, k := range in.doc.FindElements("configuration/constraints/*") {
		for _, name := range []string{"rsc", "with-rsc", "first", "then"} {
			if gone[k.SelectAttrValue(name, "")] && k.Parent() != nil {
				k.Parent().RemoveChild(k)
			}
		}
		for _, ref := range k.FindElements(".//resource_ref") {
			if gone[id(ref)] && k.Parent() != nil {
				k.Parent().RemoveChild(k)
			}
		}
	}
	for _, ref := range in.doc.FindElements("configuration/tags/tag/obj_ref") {
		if gone[id(ref)] && len(ref.Parent().ChildElements()) > 1 {
			ref.Parent().RemoveChild(ref)
		}
	}
}

func wrapInClone(r *rand.Rand, in *input) string {
	var list []*cib.Element
	for _, e := range in.doc.FindElements("configuration/resources/*") {
		if e.Tag == "group" || e.Tag == "primitive" && e.SelectAttrValue("class", "") == "ocf" && e.SelectAttrValue("type", "") != "remote" {
			list = append(list, e)
		}
	}
	e := one(r, list...)
	if e == nil {
		return ""
	}
	parent, at := e.Parent(), e.Index()
	parent.RemoveChild(e)
	c := cib.NewElement("clone", "id", id(e)+"-cl")
	c.AddChild(e)
	parent.InsertChildAt(at, c)
	if r.IntN(2) == 0 {
		setMeta(c, "promotable", "true")
	}
	if r.IntN(2) == 0 {
		setMeta(c, "interleave", "true")
	}
	for _, k := range in.doc.FindElements("configuration/constraints/*") {
		for _, name := range []string{"rsc", "with-rsc", "first", "then"} {
			if k.SelectAttrValue(name, "") == id(e) && r.IntN(4) != 0 {
				k.CreateAttr(name, id(c))
			}
		}
	}
	return "clone of " + id(e)
}

// changeAnyAttribute takes an attribute off, or flips a truth.
func changeAnyAttribute(r *rand.Rand, in *input) string {
	e := one(r, append(in.doc.FindElements("configuration//*"), in.doc.FindElements("status//*")...)...)
	if e == nil || len(e.Attr) == 0 {
		return ""
	}
	a := e.Attr[r.IntN(len(e.Attr))]
	flip := map[string]string{"true": "false", "false": "true", "0": "1", "1": "0", "on": "off", "INFINITY": "-INFINITY", "Started": "Stopped", "start": "stop"}
	if v, ok := flip[a.Value]; ok {
		e.CreateAttr(a.Key, v)
		return fmt.Sprintf("%s %s: %s=%s", e.Tag, id(e), a.Key, v)
	}
	if a.Key == "id" || a.Key == "crm_feature_set" {
		return ""
	}
	e.RemoveAttr(a.Key)
	return fmt.Sprintf("%s %s: no %s", e.Tag, id(e), a.Key)
}

func dropElement(r *rand.Rand, in *input) string {
	e := one(r, append(in.doc.FindElements("configuration/*/*//*"), in.doc.FindElements("status//*")...)...)
	if e == nil {
		return ""
	}
	what := fmt.Sprintf("no %s %s", e.Tag, id(e))
	e.Parent().RemoveChild(e)
	return what
}

func changeTopology(r *rand.Rand, in *input) string {
	var devices []string
	for _, e := range resources(in, "primitive") {
		if e.SelectAttrValue("class", "") == "stonith" {
			devices = append(devices, id(e))
		}
	}
	n, c := one(r, nodes(in)...), in.doc.FindElement("configuration")
	if len(devices) == 0 || n == nil || c == nil {
		return ""
	}
	_, what := addTo(sub(c, "fencing-topology"), "fencing-level", "id", "xlevel", "target", n.SelectAttrValue("uname", ""), "index", "1", "devices", one(r, devices...))
	return what
}
