package controller

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/engine/graph"
	"gpcs/internal/fence"
)

// Ask is fencing that an administrator wants.
type Ask struct {
	ID      string `json:"id"`
	Target  string `json:"target"`
	Action  string `json:"action"`
	Origin  string `json:"origin"` // node
	Client  string `json:"client"` // program and user
	Confirm bool   `json:"confirm"`
	Again   bool   `json:"again"` // the DC was lost meanwhile: what is done already is not done again
}

// fencing is one that is under way.
type fencing struct {
	seq     int
	action  int // of the transition, 0 = none
	ask     Ask
	asks    []string // ids of those who wait for it
	id      string   // of the target, "" where it is not known
	node    fence.Request
	life    string    // of the target as a member when it began, "" if it was none
	digests [2]string // of the devices that the target is unfenced with: all, secure
	proven  bool
	on      bool // it is off, and is switched on now
	submit  int  // seq of the Submit of its success, 0 before
}

// What a retry waits, and what an unseen node is given to join.
const (
	fenceRetry    = 2 * time.Second
	fenceRetryMax = 10 * time.Second
	deadtime      = 20 * time.Second // Pacemaker's dc-deadtime
	maxAttempts   = 10               // stonith-max-attempts
	tieDelay      = 2 * time.Second
)

// fencingTimeout is Pacemaker's stonith-timeout.
const fencingTimeout = 60 * time.Second

// fence carries out the transition's action to fence a node.
func (c *Controller) fence(now time.Time, a *graph.Action) {
	if f := c.fencingOf(a.Node); f != nil && f.action == 0 {
		f.action = a.ID // an administrator was faster
		return
	}
	if n := c.fenceFails[a.Node]; n >= c.options(now).maxAttempts {
		if !c.gaveUp {
			c.note(c.number, fmt.Sprintf("node %s could not be fenced %d times: what it ran is not recovered; mend the device, "+
				"or make sure that the node is off and run 'pcs stonith confirm %s'", a.Node, n, a.Node))
		}
		c.gaveUp = true
		c.confirm(a.ID, false)
		return
	}
	op := a.Attr("CRM_meta_stonith_action")
	if op == "" {
		op = fence.Reboot
	}
	delay, _ := strconv.ParseInt(a.Attr("CRM_meta_priority_fencing_delay"), 10, 64)
	f := &fencing{action: a.ID, id: a.NodeID, ask: Ask{Target: a.Node, Action: op, Origin: c.selfName(), Client: "pacemaker-controld"}}
	f.digests = [2]string{a.Attr("CRM_meta_digests_all"), a.Attr("CRM_meta_digests_secure")}
	c.begin(now, f, delay*1000+c.tieDelayMS(now))
}

// tieDelayMS keeps two halves of a cluster that both have quorum from fencing
// each other at the same moment, where no delay is configured: the half with
// the lowest node id goes first. With priority-fencing-delay, too: nothing may
// be active yet that has a priority, or the halves may not agree on where it is.
func (c *Controller) tieDelayMS(now time.Time) int64 {
	online, first, own := 0, true, c.lowestOnline()
	for _, n := range c.view.Nodes {
		if n.Online {
			online++
		} else if n.ID < own {
			first = false
		}
	}
	if first || online*2 > len(c.view.Nodes) {
		return 0
	}
	for _, d := range fence.Devices(c.doc, fence.Site{Node: c.selfName(), Now: now.Unix()}) {
		if d.Params["pcmk_delay_base"] != "" || d.Params["pcmk_delay_max"] != "" {
			return 0
		}
	}
	return tieDelay.Milliseconds()
}

func (c *Controller) lowestOnline() uint32 {
	var lowest uint32
	for _, n := range c.view.Nodes {
		if n.Online && (lowest == 0 || n.ID < lowest) {
			lowest = n.ID
		}
	}
	return lowest
}

func (c *Controller) begin(now time.Time, f *fencing, delayMS int64) {
	c.overrule(f.ask.Target)
	c.seq++
	f.seq = c.seq
	f.node = fence.Request{Target: f.ask.Target, Action: f.ask.Action, TimeoutMS: c.options(now).fenceTimeoutMS, DelayMS: delayMS, Now: now.Unix(), Quorate: c.view.Quorate,
		WatchdogMS: fence.WatchdogMS(c.doc, f.ask.Target, c.options(now).watchdog)}
	c.fencings[f.seq] = f
	if n := c.view.node(f.id); n.Online {
		f.life = n.life()
		f.node.Member = len(f.asks) == 0 && f.ask.Action != fence.On && c.withholds(now)
	}
	c.note(c.number, fmt.Sprintf("fencing of %s (%s) begins", f.ask.Target, f.ask.Action))
	c.out = append(c.out, Fence{Seq: f.seq, Request: f.node, Doc: c.doc})
	c.submit(0, fence.Begun(fence.Record{ID: c.recordID(f), Target: f.ask.Target, Action: f.ask.Action, Origin: f.ask.Origin,
		Client: f.ask.Client}))
}

func (c *Controller) fencingOf(target string) *fencing {
	for _, f := range c.fencings {
		if f.ask.Target == target && !f.proven {
			return f
		}
	}
	return nil
}

// spare lets go of nodes that are to be fenced because they were lost, or for
// what an earlier daemon of theirs did, and are members again: what they run is
// found out anew. Who asked for fencing gets it.
func (c *Controller) spare() {
	for _, seq := range slices.Sorted(maps.Keys(c.fencings)) {
		f := c.fencings[seq]
		if n := c.view.node(f.id); !f.proven && len(f.asks) == 0 && f.ask.Action != fence.On && n.Online && n.life() != f.life {
			c.out = append(c.out, Spare{Seq: seq})
		}
	}
}

// lose tells the plans under way which members that had a part in them are
// lost. Without the quorum with which a plan was made no member would obey.
func (c *Controller) lose(before View) {
	var lost []uint32
	for _, n := range before.Nodes {
		if now := c.view.node(idText(n.ID)); n.Online && (!now.Online || now.life() != n.life()) {
			lost = append(lost, n.ID)
		}
	}
	if lost == nil {
		return
	}
	for _, seq := range slices.Sorted(maps.Keys(c.fencings)) {
		if f := c.fencings[seq]; c.view.Quorate || !f.node.Quorate {
			c.out = append(c.out, Lost{Seq: seq, Nodes: lost})
		}
	}
}

// withhold ends what was begun with a quorum when that is lost: the others may
// fence this side now. An administrator may still want it.
func (c *Controller) withhold(now time.Time) {
	if !c.withholds(now) {
		return
	}
	for _, seq := range slices.Sorted(maps.Keys(c.fencings)) {
		f := c.fencings[seq]
		if f.proven || len(f.asks) > 0 || f.ask.Action == fence.On {
			continue
		}
		delete(c.fencings, seq)
		why := "the quorum was lost"
		if f.node.Member {
			why = "the membership changed and there is no quorum"
		}
		c.note(c.number, fmt.Sprintf("%s is not fenced: %s", f.ask.Target, why))
		c.out = append(c.out, StopFencing{Seq: seq})
		if f.action != 0 {
			c.confirm(f.action, false)
		}
	}
}

// withholds tells whether there is no quorum and nodes beyond this side are not
// fenced therefore. Members may be: the scheduler wants it of those that cannot
// stop a resource, as Pacemaker's does.
func (c *Controller) withholds(now time.Time) bool {
	return !c.view.Quorate && c.doc != nil && slices.Contains([]string{"stop", "freeze", "demote"}, c.options(now).policy)
}

func (c *Controller) selfName() string { return c.view.node(idText(c.view.Self)).Name }

// NotDC is the answer of a node that is not the DC, or does not know it yet:
// nothing was done, the wish may be handed in again.
const NotDC = "the DC changed meanwhile; try again"

// Asked takes an administrator's wish. A confirmation counts as proof at once,
// whatever devices are doing.
func (c *Controller) Asked(now time.Time, ask Ask) []Effect {
	id := ""
	for _, n := range c.view.Nodes {
		if n.Name == ask.Target {
			id = idText(n.ID)
		}
	}
	switch {
	case !c.view.DC || c.doc == nil:
		return []Effect{FenceAnswer{ID: ask.ID, Error: NotDC}}
	case id == "":
		return []Effect{FenceAnswer{ID: ask.ID, Error: fmt.Sprintf("there is no node '%s'", ask.Target)}}
	case ask.Confirm && c.view.node(id).Online:
		return []Effect{FenceAnswer{ID: ask.ID, Error: fmt.Sprintf("node %s is a member of the cluster at this moment: it is not off", ask.Target)}}
	}
	f := &fencing{ask: ask, id: id}
	if ask.ID != "" {
		f.asks = []string{ask.ID}
	}
	if !ask.Confirm {
		return c.asked(now, f)
	}
	c.settle(now, f, fence.Proven{Proof: "confirmed by a human", Delegate: "a human"})
	return c.advance(now)
}

// settle takes a proof that is not a plan's own; a plan that is under way ends.
func (c *Controller) settle(now time.Time, f *fencing, p fence.Proven) {
	if running := c.fencingOf(f.ask.Target); running != nil {
		f.action, f.asks = running.action, append(f.asks, running.asks...)
		delete(c.fencings, running.seq)
		c.out = append(c.out, StopFencing{Seq: running.seq})
	}
	c.seq++
	f.seq = c.seq
	c.fencings[f.seq] = f
	c.prove(now, f, p)
	delete(c.fencings, f.seq) // what is left of a reboot is done as for a DC that is lost
}

// asked begins what an administrator wants; what is under way is joined.
func (c *Controller) asked(now time.Time, f *fencing) []Effect {
	if running := c.fencingOf(f.ask.Target); running != nil && f.ask.Action != fence.On && running.ask.Action != fence.On {
		running.asks = append(running.asks, f.asks...)
		return c.advance(now)
	}
	if f.ask.Again {
		answer := FenceAnswer{ID: f.ask.ID}
		switch state := findState(c.doc, f.id); {
		case state != nil && state.SelectAttrValue("fenced", "") != "" && state.SelectAttrValue("in_ccm", "") == "false":
			return append(c.advance(now), answer)
		case c.view.node(f.id).Online:
			answer.Error = "the DC was lost meanwhile; see 'pcs stonith history' for what was done"
			return append(c.advance(now), answer)
		}
	}
	c.begin(now, f, 0)
	return c.advance(now)
}

// Proven tells that a Fence reached its aim.
func (c *Controller) Proven(now time.Time, seq int, p fence.Proven) []Effect {
	if f := c.fencings[seq]; f != nil && !f.proven {
		c.prove(now, f, p)
	}
	return c.advance(now)
}

// prove writes the success down, in one change with its record: nothing is
// recovered before that is stored.
func (c *Controller) prove(now time.Time, f *fencing, p fence.Proven) {
	f.proven = true
	delete(c.fenceFails, f.ask.Target)
	c.note(c.number, fmt.Sprintf("%s of %s succeeded: %s (%s by %s)", f.ask.Action, f.ask.Target, p.Proof, strings.Join(p.Devices, ","), p.Delegate))
	r := c.record(now, f)
	r.State, r.Delegate, r.Device, r.Proof = fence.Success, p.Delegate, strings.Join(p.Devices, ","), p.Proof
	ops := append(c.addRecord(r), fence.Done(c.doc, r)...)
	if f.ask.Action == fence.On {
		ops = append(ops, unfenced(f.id, now, f.digests))
	} else {
		f.on = len(p.SwitchOn) > 0
		ops = append(fenced(c.doc, f.id, f.ask.Target, c.struck(f.id, p), p.SwitchOn), ops...)
	}
	f.submit = c.submit(f.action, ops...)
	c.answers[f.submit] = f.asks
}

// Ended tells that nothing of a Fence is under way any more.
func (c *Controller) Ended(now time.Time, seq int, e fence.Ended) []Effect {
	f := c.fencings[seq]
	if f == nil {
		return nil
	}
	delete(c.fencings, seq)
	for _, text := range e.Failures {
		c.note(c.number, text)
	}
	if e.Spared {
		c.dirty = true
		if f.action != 0 {
			c.confirm(f.action, false)
		}
		return c.advance(now)
	}
	if f.proven {
		c.switchedOn(now, f, e)
		return c.advance(now)
	}
	reason := "no device could do it"
	if len(e.Failures) > 0 {
		reason = e.Failures[len(e.Failures)-1]
	}
	c.fenceFails[f.ask.Target]++
	r := c.record(now, f)
	r.State, r.Reason = fence.Failed, reason
	c.submit(0, append(c.addRecord(r), fence.Done(c.doc, r)...)...)
	for _, id := range f.asks {
		c.out = append(c.out, FenceAnswer{ID: id, Error: reason})
	}
	if f.action != 0 {
		c.notBefore = now.Add(min(fenceRetryMax, fenceRetry*time.Duration(c.fenceFails[f.ask.Target])))
		c.confirm(f.action, false)
	}
	return c.advance(now)
}

// unseenUntil is the time until which nodes that were never seen may join
// before they are fenced (startup-fencing).
func (c *Controller) unseenUntil(now time.Time) time.Time {
	if o := c.options(now); !o.fencing || !o.startupFencing || c.born.IsZero() {
		return time.Time{}
	}
	for _, n := range c.view.Nodes {
		if !n.Online && findState(c.doc, idText(n.ID)) == nil {
			return c.born.Add(deadtime)
		}
	}
	return time.Time{}
}
