package daemon

import (
	"context"
	"fmt"
	"time"

	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/engine/controller"
	"gpcs/internal/fence"
)

// Fence fences a node, or takes an administrator's word that it is off, or
// forgets what is known of earlier fencing.
func (d *Daemon) Fence(ctx context.Context, r api.FenceRequest) error {
	i, err := d.running()
	if err != nil {
		return err
	}
	if r.Do == api.FenceForget {
		ops := fence.Forget(i.cluster.Document(), r.Node)
		if len(ops) == 0 {
			return nil
		}
		_, err := i.cluster.Submit(ctx, cib.Request{Origin: i.name, Client: "stonith_admin", User: r.User, Ops: ops})
		return err
	}
	i.fenced().Info("fencing was asked for", "do", r.Do, "target", r.Node, "user", r.User)
	return i.fencer.ask(ctx, controller.Ask{Target: r.Node, Action: r.Action(), Origin: i.name, Client: "stonith_admin",
		Confirm: r.Do == api.FenceConfirm})
}

// pass hands a wish to this node's controller.
func (f *fencer) pass(ask controller.Ask) {
	f.i.engine.post(f.i.ctx, func(c *controller.Controller, now time.Time) []controller.Effect { return c.Asked(now, ask) })
}

// answer brings an answer to the node that asked: its id begins with the
// node's own.
func (f *fencer) answer(a controller.FenceAnswer) {
	f.mu.Lock()
	c := f.asked[a.ID]
	delete(f.asked, a.ID)
	f.mu.Unlock()
	if c != nil {
		c <- a.Error
		return
	}
	var node uint32
	if _, err := fmt.Sscanf(a.ID, "%d-", &node); err == nil && node != f.i.self {
		_ = f.send(f.i.ctx, node, kindAnswer, a) // who asked will see it in the history
	}
}

// handAgain is how long a node is given to learn that it is the DC.
const handAgain = 50 * time.Millisecond

// ask hands an administrator's wish to the DC and waits for what became of it.
func (f *fencer) ask(ctx context.Context, ask controller.Ask) error {
	answered := make(chan string, 1)
	f.mu.Lock()
	f.next++
	ask.ID = fmt.Sprintf("%d-%s-%d", f.i.self, f.i.uuid, f.next)
	f.asked[ask.ID] = answered
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.asked, ask.ID)
	}()
	states, stop := f.i.cluster.Watch()
	defer stop()
	var again <-chan time.Time
	for dc := uint32(0); ; {
		select {
		case text := <-answered:
			if text == controller.NotDC {
				f.mu.Lock()
				f.asked[ask.ID] = answered
				f.mu.Unlock()
				again = time.After(handAgain)
				continue
			}
			if text != "" {
				return &api.Error{Code: api.CodeInvalid, Message: text}
			}
			return nil
		case <-again:
			if err := f.askDC(ctx, dc, ask); err != nil {
				return err
			}
		case s := <-states:
			if !s.Open || s.DC == 0 || s.DC == dc {
				continue
			}
			// A confirmation may be given twice, fencing may not. A DC that had
			// itself fenced is lost by that.
			ask.Again = dc != 0 && !ask.Confirm
			dc = s.DC
			if err := f.askDC(ctx, dc, ask); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *fencer) askDC(ctx context.Context, dc uint32, ask controller.Ask) error {
	if dc != f.i.self {
		return f.send(ctx, dc, kindAskFence, ask)
	}
	f.pass(ask)
	return nil
}
