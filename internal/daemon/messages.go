package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"gpcs/internal/engine/controller"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
)

// Kinds of messages between the daemons of one cluster.
const (
	kindExecute = "execute" // command, from the DC to the node that acts
	kindRefused = "refused" // the node's answer where it does not act: the transition key
	kindIdle    = "idle"    // question, to the DC: answer when nothing is left to do
	kindIsIdle  = "is-idle" // the answer
	kindDampen  = "dampen"  // to the DC: a change of a node attribute that waits for others
	kindReload  = "reload"  // corosync.conf or the key has changed: take it into use
)

// command is an action on its way from the DC to a node.
type command struct {
	View   uint64        `json:"view"` // the ballot counter under which it was decided
	Key    string        `json:"key"`  // transition key
	Action *graph.Action `json:"action"`
}

// errRefused says that a command was decided in another view than this node's.
var errRefused = errors.New("the membership has changed")

// execute sends an action to its node; our own goes the short way.
func (i *instance) execute(ctx context.Context, e controller.Execute) error {
	c := command{View: e.View, Key: e.Key, Action: e.Act}
	if e.Node == i.self {
		if !i.act(c) {
			return errRefused
		}
		return nil
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return i.cluster.Send(ctx, e.Node, kindExecute, payload)
}

// receive takes a message from another node. It must not block.
func (i *instance) receive(from uint32, kind string, payload []byte) {
	if i.fencer.receive(from, kind, payload) {
		return
	}
	switch kind {
	case kindExecute:
		var c command
		if err := json.Unmarshal(payload, &c); err != nil || c.Action == nil {
			i.log.Error("command cannot be read", "node", from, "err", err)
			return
		}
		if !i.act(c) {
			i.group.Go(func() error {
				_ = i.cluster.Send(i.ctx, from, kindRefused, []byte(c.Key)) // a lost DC needs no answer
				return nil
			})
		}
	case kindRefused:
		i.group.Go(func() error {
			i.engine.post(i.ctx, func(c *controller.Controller, now time.Time) []controller.Effect {
				return c.Refused(now, string(payload))
			})
			return nil
		})
	case kindIdle:
		i.group.Go(func() error {
			if i.engine.idle(i.ctx) == nil {
				_ = i.cluster.Send(i.ctx, from, kindIsIdle, payload) // who asked asks again
			}
			return nil
		})
	case kindTested:
		i.matrix.receive(from, payload)
	case kindSelfFence:
		i.dog.reset(from)
	case kindDampen:
		i.takeDampened(from, payload)
	case kindReload:
		i.reloadAsked()
	case kindIsIdle:
		i.questions.answer(string(payload))
	}
}

// act carries out a command of the DC. One that was decided in another view
// is refused: its DC may not be the DC any more, or its decision not right.
func (i *instance) act(c command) bool {
	var now uint64
	if v := i.cluster.State().View; v != nil {
		now = v.Ballot.Counter
	}
	if c.View != now {
		i.log.Warn("command of an earlier view refused", "op", c.Action.Key, "decided_in", c.View, "view", now)
		return false
	}
	if !i.taken.add(c.Key) {
		return true
	}
	switch c.Action.Operation {
	case "do_shutdown":
		i.release()
	case "delete", "lrm_delete":
		op := history.FromAction(c.Action, c.Key)
		op.Operation = history.Delete
		i.executor.Do(op)
	case "cancel":
		op := history.FromAction(c.Action, c.Key)
		i.executor.Cancel(op.Rsc.ID, op.CancelTarget(), op.IntervalMS)
	default:
		i.run(history.FromAction(c.Action, c.Key))
	}
	return true
}

// run hands an operation to the executor. That something which changes the
// resource's state was begun is noted in the document: if the DC is lost
// meanwhile, the next one must not start the resource elsewhere.
func (i *instance) run(op history.Op) {
	if call := i.executor.Do(op); call != 0 && noted(op) {
		i.results.Put(history.PendingOp(op, call, time.Now().Unix()))
	}
}

// recent remembers the last keys of commands that this node took.
type recent struct {
	mu   sync.Mutex
	keys map[string]bool
	ring []string
}

// recentKeys is how many commands are remembered: far more than can be in flight.
const recentKeys = 4096

// add remembers a key; false if it was there.
func (r *recent) add(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys[key] {
		return false
	}
	if r.keys == nil {
		r.keys = map[string]bool{}
	}
	if len(r.ring) == recentKeys {
		delete(r.keys, r.ring[0])
		r.ring = r.ring[1:]
	}
	r.keys[key] = true
	r.ring = append(r.ring, key)
	return true
}
