package controller

import (
	"fmt"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/fence"
)

// A DC may be lost, or be the DC no more, when a node that it reboots is off
// and not yet on again. The node's entry in the status section says so, by the
// devices that are to do it, until that is done: whoever is the DC takes over.

// switchOnAttr is the attribute of a node_state that names these devices.
const switchOnAttr = "switch-on"

// switchedOn follows the end of a plan whose target is off. Whether the target
// could be switched on does not matter, but a refusal is no try.
func (c *Controller) switchedOn(now time.Time, f *fencing, e fence.Ended) {
	switch {
	case !f.on:
	case e.Unfinished:
		c.leftoverAt = now.Add(retry)
	default:
		c.submit(0, noSwitchOn(f.id))
	}
}

func noSwitchOn(id string) cib.Op {
	return modifyState(cib.NewElement("node_state", "id", id, switchOnAttr, ""))
}

// leftovers takes over what another DC left: reboots of which only the second
// half is missing, and fencing that is shown as under way.
func (c *Controller) leftovers(now time.Time) {
	status := c.doc.Find("status")
	if status == nil || len(c.pending) > 0 || now.Before(c.leftoverAt) {
		return
	}
	var ops []cib.Op
	for _, state := range status.SelectElements("node_state") {
		devices, id := state.SelectAttrValue(switchOnAttr, ""), state.SelectAttrValue("id", "")
		n := c.view.node(id)
		switch {
		case devices == "" || c.switching(id):
		case n.Online && !isFenced(state, n.Incarnation):
			ops = append(ops, noSwitchOn(id)) // it is on
		case c.view.Quorate || c.options(now).policy == "ignore":
			c.switchOn(now, id, state.SelectAttrValue("uname", ""), strings.Split(devices, ","))
		}
	}
	for _, r := range fence.Pending(c.doc) {
		if c.fencingOf(r.Target) == nil {
			ops = append(ops, fence.Done(c.doc, r)...)
		}
	}
	if len(ops) > 0 {
		c.leftoverAt = now.Add(retry)
		c.submit(0, ops...)
	}
}

// switching tells whether a plan of ours switches the node on, or will.
func (c *Controller) switching(id string) bool {
	for _, f := range c.fencings {
		if f.id == id && (f.on || !f.proven) {
			return true
		}
	}
	return false
}

func (c *Controller) switchOn(now time.Time, id, name string, devices []string) {
	c.seq++
	f := &fencing{seq: c.seq, id: id, proven: true, on: true, ask: Ask{Target: name, Action: fence.Reboot}}
	f.node = fence.Request{Target: name, Action: fence.Reboot, TimeoutMS: c.options(now).fenceTimeoutMS, SwitchOn: devices, Now: now.Unix()}
	c.fencings[f.seq] = f
	c.note(c.number, fmt.Sprintf("%s is off and was to be rebooted: this node goes on with it", name))
	c.out = append(c.out, Fence{Seq: f.seq, Request: f.node, Doc: c.doc})
}

// overrule ends the second half of a node's reboot: something else is to
// become of the node.
func (c *Controller) overrule(target string) {
	for seq, f := range c.fencings {
		if f.ask.Target == target && f.on {
			delete(c.fencings, seq)
			c.out = append(c.out, StopFencing{Seq: seq})
		}
	}
}
