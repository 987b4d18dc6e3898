package controller

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/fence"
)

func (c *Controller) recordID(f *fencing) string { return fmt.Sprintf("%s-%d", c.cfg.UUID, f.seq) }

func (c *Controller) record(now time.Time, f *fencing) fence.Record {
	return fence.Record{ID: c.recordID(f), Target: f.ask.Target, Action: f.ask.Action,
		Origin: f.ask.Origin, Client: f.ask.Client, CompletedMS: now.UnixMilli()}
}

// addRecord chains a record to the last one, which may not be in the document yet.
func (c *Controller) addRecord(r fence.Record) []cib.Op {
	if c.lastHash == "" || len(c.pending) == 0 {
		if c.lastHash = fence.LastHash(fence.Records(c.doc)); c.lastHash == "" {
			c.lastHash = c.cfg.LastRecord
		}
	}
	r = fence.Chain(r, c.lastHash)
	c.lastHash = r.Hash
	return fence.Append(c.doc, r)
}

// departures returns the records of nodes that have just left on purpose: that
// they stopped what they ran is the proof on which the others may start it.
func (c *Controller) departures(now time.Time) []cib.Op {
	if !c.options(now).fencing {
		return nil
	}
	var ops []cib.Op
	for _, n := range c.view.Nodes {
		have := findState(c.doc, idText(n.ID))
		if n.Online || !n.Left || have == nil || have.SelectAttrValue("in_ccm", "") != "true" {
			continue
		}
		c.seq++
		ops = append(ops, c.addRecord(fence.Record{ID: fmt.Sprintf("%s-%d", c.cfg.UUID, c.seq), Target: n.Name, Action: fence.Leave,
			State: fence.Success, Origin: n.Name, Client: "pacemaker-controld", Proof: "left after it had stopped what it ran",
			CompletedMS: now.UnixMilli()})...)
	}
	return ops
}

// struck names the daemon that was fenced: that of the view, which may not
// stand in the document yet, unless it may have come back from a reboot.
func (c *Controller) struck(id string, p fence.Proven) string {
	if n := c.view.node(id); n.Online && (!p.Back || n.Incarnation == p.Struck) {
		return n.life()
	}
	if have := findState(c.doc, id); have != nil {
		return have.SelectAttrValue("incarnation", "")
	}
	return ""
}

// fenced makes a node's entry in the status section that of a node which is
// off. What was fenced is its daemon of that moment, life: until another one
// comes, the node counts as gone even where the view still has it. It names the
// devices by which the node is switched on next, for whoever is the DC then.
func fenced(doc *cib.Document, id, name, life string, switchOn []string) []cib.Op {
	on := strings.Join(switchOn, ",")
	have := findState(doc, id)
	state := cib.NewElement("node_state", "id", id,
		"uname", name, "in_ccm", "false", "crmd", "offline", "join", "down", "expected", "down", "fenced", life,
		"crm-debug-origin", "send_stonith_update")
	if on != "" || have != nil && have.SelectAttrValue(switchOnAttr, "") != "" {
		state.CreateAttr(switchOnAttr, on)
	}
	return []cib.Op{forget(id, "lrm"), forget(id, "transient_attributes"), modifyState(state)}
}

// WasFenced tells whether the document says that the daemon of an incarnation
// of a node was fenced.
func WasFenced(doc *cib.Document, id string, incarnation uint64) bool {
	return isFenced(findState(doc, id), incarnation)
}

// isFenced tells whether a node's entry says that the daemon of an incarnation
// was fenced.
func isFenced(state *cib.Element, incarnation uint64) bool {
	if state == nil || incarnation == 0 {
		return false
	}
	life, _, _ := strings.Cut(state.SelectAttrValue("fenced", ""), "-")
	return life == strconv.FormatUint(incarnation, 10)
}

// unfenced notes that a node was switched on, and with which devices, by
// Pacemaker's attributes: where a device's parameters change the scheduler has
// the node unfenced again.
func unfenced(id string, now time.Time, digests [2]string) cib.Op {
	attrs := cib.NewElement("transient_attributes", "id", id)
	set := cib.NewElement("instance_attributes", "id", "status-"+id)
	note := func(name, value string) {
		if value != "" {
			set.AddChild(cib.NewElement("nvpair", "id", "status-"+id+"-."+name, "name", "#"+name, "value", value))
		}
	}
	note("node-unfenced", strconv.FormatInt(now.Unix(), 10))
	note("digests-all", digests[0])
	note("digests-secure", digests[1])
	attrs.AddChild(set)
	state := cib.NewElement("node_state", "id", id)
	state.AddChild(attrs)
	return modifyState(state)
}
