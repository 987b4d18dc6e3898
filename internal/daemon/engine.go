package daemon

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/controller"
)

// engine runs the controller: one goroutine feeds it events in order, what it
// asks for is done outside and comes back as events.
type engine struct {
	ctl     *controller.Controller
	log     *slog.Logger
	submit  func(context.Context, cib.Request) (cib.Version, error)
	execute func(context.Context, controller.Execute) error
	latest  func() *cib.Document // the newest document this node holds
	fencer  *fencer

	inbox   chan event
	wg      sync.WaitGroup
	seen    *cib.Document
	waiting []idleWaiter
}

// event is one step of the controller.
type event func(c *controller.Controller, now time.Time) []controller.Effect

type idleWaiter struct {
	ctx  context.Context
	done chan struct{}
}

func newEngine(cfg controller.Config, log *slog.Logger) *engine {
	return &engine{ctl: controller.New(cfg), log: log, inbox: make(chan event)}
}

// post hands an event to the controller; it waits for its turn, or until ctx ends.
func (e *engine) post(ctx context.Context, ev event) {
	select {
	case e.inbox <- ev:
	case <-ctx.Done():
	}
}

func (e *engine) run(ctx context.Context) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	defer e.wg.Wait()
	for {
		var effects []controller.Effect
		select {
		case <-ctx.Done():
			return nil
		case ev := <-e.inbox:
			effects = ev(e.ctl, time.Now())
		case <-timer.C:
			effects = e.ctl.Tick(time.Now())
		}
		for _, effect := range effects {
			e.carryOut(ctx, effect, timer)
		}
		e.answerIdle()
	}
}

func (e *engine) carryOut(ctx context.Context, effect controller.Effect, timer *time.Timer) {
	switch effect := effect.(type) {
	case controller.Note:
		e.log.Info(effect.Text, "transition", effect.Transition)
	case controller.Wake:
		timer.Reset(time.Until(effect.At))
	case controller.Submit:
		e.wg.Go(func() {
			_, err := e.submit(ctx, effect.Request)
			// The document comes first: a decision on one without this change would
			// do again what was done, and fence a node twice.
			e.post(ctx, func(c *controller.Controller, now time.Time) []controller.Effect {
				return append(e.document(e.latest())(c, now), c.Submitted(now, effect.Seq, err)...)
			})
		})
	case controller.Fence:
		e.fencer.begin(ctx, effect)
	case controller.Spare:
		e.fencer.spare(effect.Seq)
	case controller.Lost:
		e.fencer.lost(effect.Seq, effect.Nodes)
	case controller.StopFencing:
		e.fencer.stop(effect.Seq)
	case controller.FenceAnswer:
		e.wg.Go(func() { e.fencer.answer(effect) })
	case controller.Execute:
		if err := e.execute(ctx, effect); err != nil {
			e.wg.Go(func() {
				e.post(ctx, func(c *controller.Controller, now time.Time) []controller.Effect {
					if errors.Is(err, errRefused) {
						return c.Refused(now, effect.Key)
					}
					return c.Failed(now, effect.Key, err)
				})
			})
		}
	}
}

// document is the event of a newer document.
func (e *engine) document(doc *cib.Document) event {
	return func(c *controller.Controller, now time.Time) []controller.Effect {
		if doc == e.seen {
			return nil
		}
		e.seen = doc
		return c.Document(now, doc)
	}
}

// idle waits until the controller, having seen the newest document, has
// nothing left to do. It must be asked on the DC.
func (e *engine) idle(ctx context.Context) error {
	done := make(chan struct{})
	e.post(ctx, func(c *controller.Controller, now time.Time) []controller.Effect {
		e.waiting = append(e.waiting, idleWaiter{ctx, done})
		return e.document(e.latest())(c, now)
	})
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *engine) answerIdle() {
	idle := e.ctl.Idle()
	kept := e.waiting[:0]
	for _, w := range e.waiting {
		switch {
		case w.ctx.Err() != nil:
		case idle:
			close(w.done)
		default:
			kept = append(kept, w)
		}
	}
	e.waiting = kept
}
