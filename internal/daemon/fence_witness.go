package daemon

import (
	"strconv"
	"time"

	"gpcs/internal/engine/controller"
	"gpcs/internal/fence"
)

// attestFor is how long a node remembers what it did for a DC that may be lost
// before it has written that down.
const attestFor = time.Minute

// witness tells this node's controller of a device's success that no plan
// waits for any more.
func (f *fencer) witness(m orderMessage) {
	if p, ok := m.Claim.Attested(*m.Reply); ok {
		f.i.group.Go(func() error {
			f.witnessed(controller.Witness{Target: m.Order.Target, Action: m.Goal, Proven: p})
			return nil
		})
	}
}

func (f *fencer) witnessed(w controller.Witness) {
	f.i.engine.post(f.i.ctx, func(c *controller.Controller, now time.Time) []controller.Effect { return c.Witnessed(now, w) })
}

// attest tells each DC that comes after told what a device did on this node,
// until the document says that it is known: else a node that was fenced, the DC
// maybe, would be fenced again by the next one.
func (f *fencer) attest(m orderMessage, reply fence.Reply, told uint32) {
	p, ok := m.Claim.Attested(reply)
	if !ok {
		return
	}
	w := controller.Witness{Target: m.Order.Target, Action: m.Goal, Proven: p}
	f.i.group.Go(func() error {
		states, stop := f.i.cluster.Watch()
		defer stop()
		over := time.NewTimer(attestFor)
		defer over.Stop()
		for {
			select {
			case <-f.i.ctx.Done():
				return nil
			case <-over.C:
				return nil
			case s := <-states:
				if !s.Open || s.DC == 0 || s.DC == told {
					continue
				}
				if f.known(w) {
					return nil
				}
				told = s.DC
				if told == f.i.self {
					f.witnessed(w)
				} else if err := f.send(f.i.ctx, told, kindWitness, w); err != nil {
					told = 0 // the next news of the membership is another chance
				}
			}
		}
	})
}

// known tells whether the document says already what a witness knows.
func (f *fencer) known(w controller.Witness) bool {
	for _, m := range f.i.cluster.State().Members {
		if m.Name == w.Target {
			return controller.WasFenced(f.i.cluster.Document(), strconv.FormatUint(uint64(m.ID), 10), w.Proven.Struck)
		}
	}
	return true
}
