package controller

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/transition"
)

// Config is what never changes while a controller lives.
type Config struct {
	UUID        string        // names this controller's transitions; random
	Version     string        // written as dc-version
	FeatureSet  string        // written for each member whose own is not known
	ClusterName string        // written as cluster-name
	Token       time.Duration // silence after which a node counts as lost
	Guard       time.Duration // further time that a lost node is given to stop by itself
	// HaveWatchdog: this node feeds a watchdog; written as have-watchdog.
	HaveWatchdog bool
	LastRecord   string // hash of the newest record of the ledger when the node started
	// Schedule is the policy engine: the document and the time (epoch
	// seconds) in, what to do out.
	Schedule func(doc *cib.Document, now int64) (*graph.Graph, error)
}

// recheck is Pacemaker's cluster-recheck-interval.
const recheck = 15 * time.Minute

// retry is how long to wait before scheduling again when a transition failed
// without anything in the document having changed.
const retry = 2 * time.Second

// Controller is the machine. The zero value is not usable; see New.
type Controller struct {
	cfg   Config
	view  View
	doc   *cib.Document
	seen  snapshot // of doc
	dirty bool     // the document calls for a decision

	tr        *transition.Transition
	deadlines map[int]time.Time // of actions in flight
	number    int               // of the last transition
	notBefore time.Time         // no decision earlier than this
	joined    time.Time         // when the youngest member came into the view
	recheckAt time.Time

	seq     int
	pending map[int]int // submits under way -> action that each confirms, or 0
	syncing int         // seq of the membership change under way, 0 = none

	born       time.Time        // of the first view
	fencings   map[int]*fencing // under way, by seq
	fenceFails map[string]int   // failures in a row, by target
	leftoverAt time.Time        // no look at what other DCs left before this time
	gaveUp     bool             // a target was not fenced again in this transition
	answers    map[int][]string // submits that answer Asks
	lastHash   string           // of the last record of the fencing history

	out []Effect
}

// New returns a controller that is not the DC yet.
func New(cfg Config) *Controller {
	c := &Controller{cfg: cfg, fenceFails: map[string]int{}}
	c.drop()
	return c
}

// Document takes a newer document.
func (c *Controller) Document(now time.Time, doc *cib.Document) []Effect {
	seen := snapshotOf(doc)
	if c.view.DC && c.doc != nil {
		c.compare(seen)
	}
	c.doc, c.seen = doc, seen
	return c.advance(now)
}

// Tick tells that time has passed.
func (c *Controller) Tick(now time.Time) []Effect {
	for _, id := range slices.Sorted(maps.Keys(c.deadlines)) {
		if !now.Before(c.deadlines[id]) {
			delete(c.deadlines, id)
			c.note(c.number, fmt.Sprintf("no result of action %d in time", id))
			c.confirm(id, false)
			c.notBefore = now.Add(retry)
		}
	}
	return c.advance(now)
}

// Submitted tells the fate of a Submit.
func (c *Controller) Submitted(now time.Time, seq int, err error) []Effect {
	action, known := c.pending[seq]
	if !known {
		return nil
	}
	delete(c.pending, seq)
	if c.syncing == seq {
		c.syncing = 0
	}
	if err != nil {
		c.note(c.number, "the document could not be changed: "+err.Error())
		c.notBefore = now.Add(retry)
	}
	if action != 0 {
		c.confirm(action, err == nil)
	}
	for _, id := range c.answers[seq] {
		answer := FenceAnswer{ID: id}
		if err != nil {
			answer.Error = "the node was fenced, but that could not be stored: " + err.Error()
		}
		c.out = append(c.out, answer)
	}
	delete(c.answers, seq)
	return c.advance(now)
}

// Failed tells that an Execute did not reach its node.
func (c *Controller) Failed(now time.Time, key string, err error) []Effect {
	if c.tr == nil {
		return nil
	}
	if a := c.tr.Owns(key); a != nil {
		c.note(c.number, fmt.Sprintf("%s did not reach %s: %v", a.Key, a.Node, err))
		c.confirm(a.ID, false)
		c.notBefore = now.Add(retry)
	}
	return c.advance(now)
}

// Refused tells that a node did not take an Execute because it was decided in
// another view than the node's.
func (c *Controller) Refused(now time.Time, key string) []Effect {
	if c.tr == nil {
		return nil
	}
	if a := c.tr.Owns(key); a != nil {
		c.note(c.number, fmt.Sprintf("%s was refused by %s: the membership has changed", a.Key, a.Node))
		c.confirm(a.ID, false)
		c.dirty = true
	}
	return c.advance(now)
}

// Idle tells whether the cluster, as this DC sees it, has nothing left to do.
// It is false on nodes that are not the DC.
func (c *Controller) Idle() bool {
	return c.view.DC && c.doc != nil && c.tr == nil && !c.dirty && len(c.pending) == 0
}

func (c *Controller) take() []Effect {
	out := c.out
	c.out = nil
	return out
}

func (c *Controller) note(number int, text string) {
	c.out = append(c.out, Note{Text: text, Transition: number})
}

func (c *Controller) submit(action int, ops ...cib.Op) int {
	c.seq++
	c.pending[c.seq] = action
	id := fmt.Sprintf("%s-%d", c.cfg.UUID, c.seq)
	c.out = append(c.out, Submit{Seq: c.seq, Request: cib.Request{ID: id, Client: "crmd", User: "hacluster", Ops: ops}})
	return c.seq
}

// drop forgets everything that belongs to being the DC.
func (c *Controller) drop() {
	c.tr, c.dirty, c.syncing = nil, false, 0
	c.pending, c.deadlines = map[int]int{}, map[int]time.Time{}
	if len(c.fencings) > 0 {
		c.out = append(c.out, StopFencing{})
	}
	c.fencings, c.answers, c.lastHash = map[int]*fencing{}, map[int][]string{}, ""
}

func (c *Controller) confirm(id int, ok bool) {
	delete(c.deadlines, id)
	if c.tr != nil {
		c.tr.Confirm(id, ok)
	}
}

// advance does whatever the present state allows.
func (c *Controller) advance(now time.Time) []Effect {
	if !c.view.DC || c.doc == nil {
		return c.take()
	}
	c.run(now)
	c.leftovers(now)
	if c.tr == nil && c.syncing == 0 && !now.Before(c.notBefore) {
		if ops := membership(c.cfg, c.doc, c.view); len(ops) > 0 {
			c.syncing = c.submit(0, append(ops, c.departures(now)...)...)
		}
	}
	if c.tr == nil && len(c.pending) == 0 {
		c.decide(now)
	}
	c.wake(now)
	return c.take()
}

// decide has the policy engine run, if there is a reason to and nothing to wait for.
func (c *Controller) decide(now time.Time) {
	if !now.Before(c.recheckAt) {
		c.dirty = true
	}
	if !c.dirty || now.Before(c.holdUntil(now)) {
		return
	}
	c.dirty = false
	c.recheckAt = now.Add(recheck)
	g, err := c.cfg.Schedule(c.doc, now.Unix())
	if err != nil {
		c.note(0, "the scheduler cannot work with the configuration: "+err.Error())
		return
	}
	if at := time.Unix(g.RecheckByS, 0); g.RecheckByS > 0 && at.Before(c.recheckAt) {
		c.recheckAt = at
	}
	if len(g.Synapses) == 0 {
		return
	}
	c.number++
	c.gaveUp = false
	probedBeforeShutdown(g)
	c.tr = transition.New(g, c.number, c.cfg.UUID)
	c.note(c.number, fmt.Sprintf("transition of %d actions on version %s", len(g.Synapses), c.doc.Version()))
	c.run(now)
}

// Retime takes another token and guard time into use.
func (c *Controller) Retime(token, guard time.Duration) {
	c.cfg.Token, c.cfg.Guard = token, guard
}

// holdUntil is the earliest time for a decision. Where nothing fences, what a
// lost node ran is not started before the node must have stopped it itself: a
// token and the guard time after it was heard last. A member that is new here
// may have made a quorum with a node just before, which nobody here heard.
func (c *Controller) holdUntil(now time.Time) time.Time {
	until := c.notBefore
	if at := c.unseenUntil(now); at.After(until) {
		until = at
	}
	if c.options(now).lostNodesGoOn() {
		return until
	}
	for _, n := range c.view.Nodes {
		if n.Online || n.Left {
			continue
		}
		alive := n.Heard
		if findState(c.doc, idText(n.ID)) != nil && c.joined.After(alive) {
			alive = c.joined
		}
		if alive.IsZero() {
			continue
		}
		if at := alive.Add(c.cfg.Token + c.cfg.Guard); at.After(until) {
			until = at
		}
	}
	return until
}

// run starts what may be started in the transition and ends it when it is over.
func (c *Controller) run(now time.Time) {
	for c.tr != nil {
		actions := c.tr.Next()
		for _, a := range actions {
			c.start(now, a)
		}
		if len(actions) > 0 {
			continue // what was confirmed at once may have made more ready
		}
		if outcome := c.tr.Outcome(); outcome != transition.Running {
			c.end(outcome)
		}
		return
	}
}

func (c *Controller) end(outcome transition.Outcome) {
	switch outcome {
	case transition.Complete:
		c.note(c.number, "transition complete")
	case transition.Stopped:
		c.note(c.number, "transition stopped: "+c.tr.Aborted())
		c.dirty = c.dirty || !c.gaveUp
	case transition.Stuck:
		c.note(c.number, "transition cannot go on: its orderings form a loop; remove one of the constraints that contradict each other")
	}
	c.tr = nil
	clear(c.deadlines)
}

// wake asks for a tick at the next time at which something is due.
func (c *Controller) wake(now time.Time) {
	at := c.recheckAt
	earlier := func(t time.Time) {
		if t.After(now) && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	if c.dirty {
		earlier(c.holdUntil(now))
	}
	earlier(c.notBefore)
	earlier(c.leftoverAt)
	for _, t := range c.deadlines {
		earlier(t)
	}
	if at.After(now) {
		c.out = append(c.out, Wake{At: at})
	}
}
