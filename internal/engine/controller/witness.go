package controller

import (
	"strconv"
	"strings"
	"time"

	"gpcs/internal/fence"
)

// Witness is what a member that ran a device knows: a daemon of a node was
// struck. It tells the next DC where the one that gave the order is lost,
// maybe because it was the target.
type Witness struct {
	Target string       `json:"target"`
	Action string       `json:"action"` // that was wanted
	Proven fence.Proven `json:"proven"`
}

// Witnessed takes such news; what is known already, and what is of a daemon
// that another one has replaced, changes nothing.
func (c *Controller) Witnessed(now time.Time, w Witness) []Effect {
	if !c.view.DC || c.doc == nil {
		return nil
	}
	for _, n := range c.view.Nodes {
		state := findState(c.doc, idText(n.ID))
		if n.Name != w.Target || state == nil || isFenced(state, w.Proven.Struck) {
			continue
		}
		life, _, _ := strings.Cut(state.SelectAttrValue("incarnation", ""), "-")
		known, _ := strconv.ParseUint(life, 10, 64)
		if back := n.Online && n.Incarnation != w.Proven.Struck; back || known > w.Proven.Struck {
			continue
		}
		c.settle(now, &fencing{id: idText(n.ID), ask: Ask{Target: w.Target, Action: w.Action, Origin: c.selfName(),
			Client: "pacemaker-controld"}}, w.Proven)
	}
	return c.advance(now)
}
