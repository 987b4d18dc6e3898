package daemon

import (
	"context"
	"encoding/json"

	"gpcs/internal/engine/controller"
	"gpcs/internal/engine/graph"
	"gpcs/internal/engine/history"
)

// Kinds of messages between the daemons of one cluster.
const (
	kindExecute = "execute" // command, from the DC to the node that acts
	kindForget  = "forget"  // a resource's id: end its monitors, the history is gone
	kindIdle    = "idle"    // question, to the DC: answer when nothing is left to do
	kindIsIdle  = "is-idle" // the answer
)

// command is an action on its way from the DC to a node.
type command struct {
	View   uint64        `json:"view"` // the ballot counter under which it was decided
	Key    string        `json:"key"`  // transition key
	Action *graph.Action `json:"action"`
}

// execute sends an action to its node; our own goes the short way.
func (i *instance) execute(ctx context.Context, e controller.Execute) error {
	c := command{View: e.View, Key: e.Key, Action: e.Act}
	if e.Node == i.self {
		i.act(c)
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
	switch kind {
	case kindExecute:
		var c command
		if err := json.Unmarshal(payload, &c); err != nil || c.Action == nil {
			i.log.Error("command cannot be read", "node", from, "err", err)
			return
		}
		i.act(c)
	case kindForget:
		i.executor.Forget(string(payload))
	case kindIdle:
		i.group.Go(func() error {
			if i.engine.idle(i.ctx) == nil {
				_ = i.cluster.Send(i.ctx, from, kindIsIdle, payload) // who asked asks again
			}
			return nil
		})
	case kindIsIdle:
		i.questions.answer(string(payload))
	}
}

// act carries out a command of the DC. One that was decided in an earlier view
// is refused: its DC may not be the DC any more.
func (i *instance) act(c command) {
	var now uint64
	if v := i.cluster.State().View; v != nil {
		now = v.Ballot.Counter
	}
	if c.View != now {
		i.log.Warn("command of an earlier view refused", "op", c.Action.Key, "decided_in", c.View, "view", now)
		return
	}
	switch c.Action.Operation {
	case "do_shutdown":
		i.release()
	case "delete", "lrm_delete":
		i.executor.Forget(c.Action.Rsc.ID)
	case "cancel":
		op := history.FromAction(c.Action, c.Key)
		i.executor.Cancel(op.Rsc.ID, op.CancelTarget(), op.IntervalMS)
	default:
		op := history.FromAction(c.Action, c.Key)
		if op.Operation == history.ReloadAgent {
			op.Operation = i.facts.Of(i.ctx, op.Rsc).Action(op.Operation)
		}
		i.executor.Do(op)
	}
}
