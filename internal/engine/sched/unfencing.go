package sched

import (
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/engine/digest"
)

// Unfencing: some devices have to let a node in before anything that needs
// their protection may run there (Pacemaker Explained, "Unfencing").

// needsUnfencing tells whether a resource may only run on unfenced nodes.
func (p *planner) needsUnfencing(r *Resource) bool {
	return p.unfencing && r.requires == requiresUnfencing && !r.isFenceDevice
}

// orderVsUnfence lets a node be unfenced before what requires that. Devices
// come after it, too: they might not even be probed before.
func (p *planner) orderVsUnfence(r *Resource, n *Node, a *action, flags orderFlags) {
	if n == nil || !p.needsUnfencing(r) && !(p.unfencing && r.isFenceDevice) {
		return
	}
	p.link(p.fenceAction(n, "on", true, "", false), a, flags)
	if !n.unfenced() {
		p.unfenceNode(n, "required by "+r.ID+" "+a.task)
	}
}

// unfenceNode has a node unfenced that is up to stay.
func (p *planner) unfenceNode(n *Node, reason string) {
	if p.unfencing && n.Online && !n.Unclean && !n.ShuttingDown {
		p.fenceAction(n, "on", false, reason, false)
	}
}

// unfenceAnew has a node, or with n nil all nodes, unfenced again because a
// device has changed.
func (p *planner) unfenceAnew(r *Resource, n *Node, reason string) {
	if !p.unfencing || !r.isFenceDevice {
		return
	}
	if n != nil && n.Online && !n.Unclean && !n.ShuttingDown {
		p.unfenceNode(n, reason)
		return
	}
	for _, m := range p.Nodes {
		if r.allowed[m.Index].in {
			p.unfenceNode(m, reason)
		}
	}
}

// orderRestartVsUnfence has a resource stopped before a node is unfenced and
// started after it.
func (p *planner) orderRestartVsUnfence(r *Resource) {
	if !p.needsUnfencing(r) {
		return
	}
	for _, n := range p.Nodes {
		if !r.allowed[n.Index].in {
			continue
		}
		on := p.fenceAction(n, "on", true, "", false)
		p.order(ordering{first: r, firstKey: opKey(r.ID, taskStop, 0), thenAct: on, flags: ordered | ifOnSameNode})
		p.order(ordering{firstAct: on, then: r, thenKey: opKey(r.ID, taskStart, 0), flags: firstImpliesSameNodeThen | ifOnSameNode})
	}
}

// unfenceAfterStop has the node unfenced again before the resource restarts.
func (p *planner) unfenceAfterStop(r *Resource, n *Node, stop *action) {
	if p.needsUnfencing(r) {
		p.link(stop, p.fenceAction(n, "on", true, "", false), thenImpliesFirst)
	}
}

func (n *Node) unfenced() bool {
	v := n.Attributes.Get("#node-unfenced")
	return v != "" && v != "0"
}

// deviceDigests notes the digests of all devices that unfence with a fencing
// action, and tells whether one differs from what the node was unfenced with.
func (p *planner) deviceDigests(a *action) bool {
	if !p.unfencing {
		return false
	}
	var all, secure strings.Builder
	changed := false
	var devices []*Resource
	for _, r := range p.Resources {
		p.eachPrimitive(r, func(r *Resource) {
			if unfences(r) {
				devices = append(devices, r)
			}
		})
	}
	for _, d := range slices.Backward(devices) {
		values := Values{}
		if op := p.findOp(d, "on", 0, true); op != nil {
			values = append(values, p.opParams(a.node, op)...)
		}
		for _, v := range p.params(d, a.node) {
			values.setDefault(v.Name, v.Value)
		}
		whole, public := digest.Operation(values, 0), digest.Secure(withoutFencerParams(values), privateParams)
		changed = changed || p.deviceChanged(d, a.node, whole, public)
		all.WriteString(d.ID + ":" + d.Type + ":" + whole + ",")
		secure.WriteString(d.ID + ":" + d.Type + ":" + public + ",")
	}
	a.meta.set("digests-all", all.String())
	a.meta.set("digests-secure", secure.String())
	return changed
}

// privateParams are the parameters of fence devices that are secret.
var privateParams = []string{"passwd", "password", "user"}

// unfences tells of fence devices that let nodes in.
func unfences(r *Resource) bool {
	return r.Kind == Primitive && r.isFenceDevice && strings.EqualFold(r.Meta.Get("provides"), "unfencing")
}

// deviceChanged compares a device with what the node's attributes say that it
// was unfenced with, if they do.
func (p *planner) deviceChanged(d *Resource, n *Node, whole, public string) bool {
	known, ok := n.Attributes.Lookup("#digests-all")
	if !ok {
		return false
	}
	entry := func(digest string) string { return d.ID + ":" + d.Type + ":" + digest }
	return !strings.Contains(known, entry(whole)) && !strings.Contains(n.Attributes.Get("#digests-secure"), entry(public))
}

// usesUnfencing tells whether any fence device or resource has to do with unfencing.
func (c *Cluster) usesUnfencing() bool {
	found := false
	var walk func(e *cib.Element)
	walk = func(e *cib.Element) {
		for _, k := range e.ChildElements() {
			if k.Tag == "nvpair" && k.SelectAttrValue("value", "") == "unfencing" {
				if n := k.SelectAttrValue("name", ""); n == "provides" || n == "requires" {
					found = true
				}
			}
			walk(k)
		}
	}
	walk(c.doc.Root().SelectElement("configuration"))
	return found
}
