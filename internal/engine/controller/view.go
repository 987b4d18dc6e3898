package controller

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Node is one configured cluster node as the view has it.
type Node struct {
	ID          uint32
	Name        string
	Online      bool      // member of the view
	Incarnation uint64    // of its daemon, 0 if not online
	FeatureSet  string    // crm_feature_set of its engine, "" = as Config says
	Since       uint64    // view since which it is a member without a gap
	Left        bool      // not online because it left on purpose
	Heard       time.Time // last sign of life, for nodes not online
}

// View is the installed view.
type View struct {
	Number  uint64 // rises with every view
	Self    uint32
	DC      bool // this node is the DC
	Quorate bool
	Nodes   []Node // all configured ones
}

// View takes a newly installed view, or the news that this node is in none
// (the zero View).
func (c *Controller) View(now time.Time, v View) []Effect {
	before := c.view
	c.view = v
	if c.born.IsZero() && v.Number > 0 {
		c.born = now
	}
	if v.joinedSince(before) {
		c.joined = now
	}
	if !v.DC {
		c.drop()
		return c.take()
	}
	if !before.DC {
		c.note(0, "this node is the DC now")
		c.drop()
	}
	if c.tr != nil {
		c.tr.Abort("the membership changed")
		c.carryOver(before)
	}
	c.spare()
	c.withhold(now)
	c.lose(before)
	c.dirty = true
	return c.advance(now)
}

// joinedSince tells whether a member is new, or another daemon than before.
func (v View) joinedSince(before View) bool {
	return slices.ContainsFunc(v.Nodes, func(n Node) bool {
		return n.Online && n.life() != before.node(idText(n.ID)).life()
	})
}

// carryOver takes the actions in flight into the next view: those on nodes
// that are gone, or whose daemon is another, are given up. The others are not
// sent again, for they may be wrong now: a node that is new in the view may run
// what is to be started. Those that a node took already give their result;
// what comes to it in the next view only it refuses, see Refused.
func (c *Controller) carryOver(before View) {
	for _, a := range c.tr.InFlight() {
		if a.Operation == "stonith" {
			continue // its target is gone, as is to be expected
		}
		was, now := before.node(a.NodeID), c.view.node(a.NodeID)
		if !now.Online || now.life() != was.life() {
			c.confirm(a.ID, false)
		}
	}
}

// life names a node's membership without a gap of one daemon: what happened
// on the node in another life is not known.
func (n Node) life() string { return fmt.Sprintf("%d-%d", n.Incarnation, n.Since) }

// node returns the node of an id in its text form; the zero Node if there is none.
func (v View) node(id string) Node {
	for _, n := range v.Nodes {
		if idText(n.ID) == id {
			return n
		}
	}
	return Node{}
}

func idText(id uint32) string { return strconv.FormatUint(uint64(id), 10) }
