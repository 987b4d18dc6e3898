package controller

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
)

// snapshot is what the controller compares of two documents.
type snapshot struct {
	lives  map[string]string // node id -> its incarnation, see Node.life
	config cib.Version       // version without num_updates
	states map[string]string // node id -> its node_state without the operation history
	ops    map[string]opLine // node/resource/operation -> result
}

type opLine struct {
	key, mark string // transition key; everything that makes a result a new one
	ok        bool   // the result is what the transition expected
	pending   bool   // begun, no result yet: it tells a later DC what is under way
}

// pendingStatus is the op-status of an operation that has no result yet.
const pendingStatus = "-1"

func snapshotOf(doc *cib.Document) snapshot {
	v := doc.Version()
	s := snapshot{lives: map[string]string{}, config: cib.Version{AdminEpoch: v.AdminEpoch, Epoch: v.Epoch},
		states: map[string]string{}, ops: map[string]opLine{}}
	status := doc.Find("status")
	if status == nil {
		return s
	}
	for _, state := range status.SelectElements("node_state") {
		id := state.SelectAttrValue("id", "")
		text := attributes(state)
		s.lives[id] = state.SelectAttrValue("incarnation", "")
		for _, part := range state.ChildElements() {
			if part.Tag == "lrm" {
				s.addHistory(id, part)
				continue
			}
			text += string(cib.Print(part))
		}
		s.states[id] = text
	}
	return s
}

// attributes prints a node_state's own attributes but for those that only say
// who wrote last and what is left of a reboot.
func attributes(state *cib.Element) string {
	var b strings.Builder
	for _, a := range state.Attr {
		if a.Key != "crm-debug-origin" && a.Key != switchOnAttr {
			b.WriteString(a.Key + "=" + a.Value + " ")
		}
	}
	return b.String()
}

func (s *snapshot) addHistory(node string, lrm *cib.Element) {
	for _, list := range lrm.SelectElements("lrm_resources") {
		for _, rsc := range list.SelectElements("lrm_resource") {
			for _, op := range rsc.SelectElements("lrm_rsc_op") {
				at := func(name string) string { return op.SelectAttrValue(name, "") }
				s.ops[node+"/"+rsc.SelectAttrValue("id", "")+"/"+at("id")] = opLine{
					key:     at("transition-key"),
					mark:    at("transition-magic") + " " + at("call-id") + " " + at("last-rc-change"),
					ok:      expected(op),
					pending: at("op-status") == pendingStatus,
				}
			}
		}
	}
}

// expected tells whether an operation ended as its transition wanted it to.
func expected(op *cib.Element) bool {
	key, ok := graph.ParseTransitionKey(op.SelectAttrValue("transition-key", ""))
	return ok && op.SelectAttrValue("op-status", "") == "0" && op.SelectAttrValue("rc-code", "") == strconv.Itoa(key.TargetRC)
}

// compare takes over what is new in a document, in one order on every run: results of actions in flight
// are confirmed, anything else calls for a new decision.
func (c *Controller) compare(now snapshot) {
	if now.config != c.seen.config {
		clear(c.fenceFails) // a device may have been mended
		c.changed("the configuration changed")
	}
	for _, id := range slices.Sorted(maps.Keys(now.states)) {
		if c.seen.states[id] != now.states[id] {
			c.changed("the state of node " + id + " changed")
			if n := c.view.node(id); n.Online && now.lives[id] != n.life() && now.lives[id] != c.seen.lives[id] {
				c.overwritten(id)
			}
		}
	}
	for _, where := range slices.Sorted(maps.Keys(now.ops)) {
		line := now.ops[where]
		if c.seen.ops[where] != line && !line.pending {
			c.result(where, line)
		}
	}
	for _, where := range slices.Sorted(maps.Keys(c.seen.ops)) {
		if _, still := now.ops[where]; still {
			continue
		}
		if len(c.pending) == 0 {
			c.changed("history of " + where + " was removed")
		}
		if rsc := path.Dir(where); !now.knows(rsc) {
			c.giveUp(rsc)
		}
	}
}

// knows tells whether there is history of a node/resource.
func (s *snapshot) knows(rsc string) bool {
	for where := range s.ops {
		if path.Dir(where) == rsc {
			return true
		}
	}
	return false
}

// giveUp ends the wait for actions on a node/resource whose history was
// forgotten: their results may have gone with it. What they did is found out
// by the probes that follow, which the node runs after them.
func (c *Controller) giveUp(rsc string) {
	if c.tr == nil {
		return
	}
	for _, a := range c.tr.InFlight() {
		if _, sent := c.deadlines[a.ID]; sent && a.Rsc != nil && a.NodeID+"/"+a.Rsc.ID == rsc {
			c.changed("history of " + rsc + " was removed")
			c.confirm(a.ID, false)
		}
	}
}

// overwritten ends the wait for actions on a node: what a former DC wrote of it
// came late, and may have taken results away that were never seen here. The
// membership is written anew, and what runs there is found out again.
func (c *Controller) overwritten(node string) {
	if c.tr == nil {
		return
	}
	for _, a := range c.tr.InFlight() {
		if _, sent := c.deadlines[a.ID]; sent && a.NodeID == node {
			c.confirm(a.ID, false)
		}
	}
}

// result handles one new line of history. The same result may stand on two
// lines (last and last_failure): the second finds nothing in flight any more.
func (c *Controller) result(where string, line opLine) {
	if c.tr != nil {
		if a := c.tr.Owns(line.key); a != nil {
			c.confirm(a.ID, line.ok)
			return
		}
		if key, ok := graph.ParseTransitionKey(line.key); ok && line.ok && c.tr.Mine(key) {
			return
		}
	}
	c.changed("result at " + where)
}

func (c *Controller) changed(reason string) {
	c.dirty = true
	if c.tr != nil {
		c.tr.Abort(reason)
	}
}
