package sched

import (
	"strings"

	"gpcs/internal/cib"
)

// unpackNodes reads the nodes section and the nodes that resources make:
// those of ocf:pacemaker:remote primitives and of remote-node meta-attributes.
func (c *Cluster) unpackNodes() {
	for _, e := range c.section("nodes") {
		name, id := e.SelectAttrValue("uname", ""), e.SelectAttrValue("id", "")
		if e.Tag != "node" || id == "" {
			continue
		}
		if name == "" {
			name = id
		}
		kind := Member
		if strings.EqualFold(e.SelectAttrValue("type", ""), "remote") {
			kind = RemoteNode
		}
		n := c.addNode(id, name, kind, e)
		n.XML, n.Name = e, name
		c.addPermanent(n, e)
	}
	c.unpackRemoteNodes(c.section("resources"))
	c.sortNodes()
}

func (c *Cluster) addPermanent(n *Node, e *cib.Element) {
	env := &ruleEnv{node: n}
	c.addSets(&n.Attributes, e, "instance_attributes", "", env)
	c.addSets(&n.Utilization, e, "utilization", "", env)
}

func (c *Cluster) unpackRemoteNodes(list []*cib.Element) {
	for _, e := range list {
		switch e.Tag {
		case "primitive":
			if isRemoteAgent(e) {
				id := e.SelectAttrValue("id", "")
				n := c.addNode(id, id, RemoteNode, nil)
				// As members, it may hold anything until it is seen.
				n.Kind, n.Unclean = RemoteNode, c.Config.Fencing && c.Config.StartupFencing
			} else if guest := guestName(e); guest != "" {
				c.addNode(guest, guest, GuestNode, nil).Kind = GuestNode
			}
		case "bundle":
			c.addBundleNodes(e)
		case "group":
			c.unpackRemoteNodes(e.ChildElements())
		}
	}
}

func isRemoteAgent(e *cib.Element) bool {
	return e.SelectAttrValue("type", "") == "remote" && e.SelectAttrValue("class", "") == "ocf" &&
		e.SelectAttrValue("provider", "") == "pacemaker"
}

// isGuestConnection tells whether a primitive connects to something that
// another resource launches.
func isGuestConnection(e *cib.Element) bool {
	return isRemoteAgent(e) && e.FindElement("meta_attributes/nvpair[@name='container']") != nil
}

// guestName is the guest node that a primitive makes, "" if none.
func guestName(e *cib.Element) string {
	for _, set := range e.SelectElements("meta_attributes") {
		for _, p := range set.SelectElements("nvpair") {
			if p.SelectAttrValue("name", "") == "remote-node" {
				return p.SelectAttrValue("value", "")
			}
		}
	}
	return ""
}

// guestConnection makes the definition of the connection resource that a
// guest node needs (scheduler-spec, "Implicit resources").
func guestConnection(e *cib.Element, meta Values) *cib.Element {
	name := meta.Get("remote-node")
	p := cib.NewElement("primitive", "id", name, "class", "ocf", "provider", "pacemaker", "type", "remote")
	m := cib.NewElement("meta_attributes", "id", name+"-meta_attributes")
	pair := func(set *cib.Element, key, value string) {
		set.AddChild(cib.NewElement("nvpair", "id", set.SelectAttrValue("id", "")+"-"+key, "name", key, "value", value))
	}
	pair(m, "internal_rsc", "true")
	pair(m, "container", e.SelectAttrValue("id", ""))
	for from, to := range map[string]string{"remote-allow-migrate": "allow-migrate", "is-managed": "is-managed"} {
		if v, ok := meta.Lookup(from); ok {
			pair(m, to, v)
		}
	}
	p.AddChild(m)
	ops := cib.NewElement("operations")
	ops.AddChild(cib.NewElement("op", "id", name+"-monitor-interval-30s", "name", "monitor", "interval", "30s", "timeout", "30s"))
	ops.AddChild(cib.NewElement("op", "id", name+"-start-interval-0", "name", "start", "interval", "0",
		"timeout", orElse(meta.Get("remote-connect-timeout"), "60s")))
	p.AddChild(ops)
	inst := cib.NewElement("instance_attributes", "id", name+"-instance_attributes")
	for _, from := range []string{"remote-addr", "remote-port"} {
		if v, ok := meta.Lookup(from); ok {
			pair(inst, strings.TrimPrefix(from, "remote-"), v)
		}
	}
	if len(inst.ChildElements()) > 0 {
		p.AddChild(inst)
	}
	return p
}
