package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"gpcs/internal/engine/controller"
	"gpcs/internal/fence"
	"gpcs/internal/fence/device"
	"gpcs/internal/journal"
)

// Kinds of messages for fencing.
const (
	kindFence    = "fence"     // order, from the DC to the member that runs a device
	kindFenced   = "fenced"    // what became of it
	kindAskFence = "ask-fence" // an administrator's wish, to the DC
	kindAnswer   = "answer"    // what became of that
)

// orderMessage is an order on its way, or with Reply its answer.
type orderMessage struct {
	ID    string       `json:"id"`
	Order device.Order `json:"order"`
	Reply *fence.Reply `json:"reply,omitempty"`
}

// fencer carries out fence plans of the DC, and orders of the DC on this node.
type fencer struct {
	i       *instance
	devices *device.Runner

	mu    sync.Mutex
	plans map[int]context.CancelFunc // by seq of the controller
	open  map[string]chan fence.Reply
	asked map[string]chan string // answers to this node's own wishes
	next  int
}

func newFencer(i *instance) *fencer {
	return &fencer{i: i, devices: device.New(i.root, part(i.base, journal.Fenced)), plans: map[int]context.CancelFunc{},
		open: map[string]chan fence.Reply{}, asked: map[string]chan string{}}
}

// begin carries out a plan until it ends, or stop.
func (f *fencer) begin(ctx context.Context, e controller.Fence) {
	ctx, cancel := context.WithCancel(ctx)
	f.mu.Lock()
	f.plans[e.Seq] = cancel
	f.mu.Unlock()
	f.i.group.Go(func() error {
		defer func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			delete(f.plans, e.Seq)
			cancel()
		}()
		f.carryOut(ctx, e)
		return nil
	})
}

// stop ends a plan, all of them with seq 0. Devices that run do not stop.
func (f *fencer) stop(seq int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s, cancel := range f.plans {
		if seq == 0 || s == seq {
			cancel()
		}
	}
}

func (f *fencer) carryOut(ctx context.Context, e controller.Fence) {
	req := e.Request
	req.Random = rand.Float64()
	req.Members, req.Tests = f.members(), f.i.matrix.tests()
	states, stop := f.i.cluster.Watch()
	defer stop()
	replies := make(chan planReply, 1)
	plan := fence.NewPlan(e.Doc, req)
	effects := plan.Begin(time.Now())
	for {
		for _, effect := range effects {
			switch effect := effect.(type) {
			case fence.Run:
				f.i.group.Go(func() error { f.order(ctx, effect, replies); return nil })
			case fence.Proven:
				f.tell(ctx, func(c *controller.Controller, now time.Time) []controller.Effect { return c.Proven(now, e.Seq, effect) })
			case fence.Ended:
				f.tell(ctx, func(c *controller.Controller, now time.Time) []controller.Effect { return c.Ended(now, e.Seq, effect) })
				return
			}
		}
		timer := time.NewTimer(time.Until(plan.Deadline()))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case r := <-replies:
			effects = plan.Answered(time.Now(), r.seq, r.reply)
		case s := <-states:
			effects = nil
			for _, m := range s.Members {
				if s.Open && !m.Online {
					effects = append(effects, plan.Lost(time.Now(), m.ID)...)
				}
			}
		case now := <-timer.C:
			effects = plan.Tick(now)
		}
		timer.Stop()
	}
}

func (f *fencer) tell(ctx context.Context, ev event) { f.i.engine.post(ctx, ev) }

// members are the nodes that may run devices, this one first.
func (f *fencer) members() []fence.Member {
	list := []fence.Member{{ID: f.i.self, Name: f.i.name}}
	for _, m := range f.i.cluster.State().Members {
		if m.Online && m.ID != f.i.self {
			list = append(list, fence.Member{ID: m.ID, Name: m.Name})
		}
	}
	return list
}

type planReply struct {
	seq   int
	reply fence.Reply
}

// order has a member run a device and hands its reply on.
func (f *fencer) order(ctx context.Context, run fence.Run, replies chan<- planReply) {
	o := device.Order{Device: run.Device, Action: run.Action, Target: run.Target, Ask: run.Ask,
		DelayMS: run.DelayMS, TimeoutMS: run.TimeoutMS, Retries: run.Retries}
	reply, err := f.onNode(ctx, run.Node.ID, o)
	if err != nil {
		reply = fence.Reply{Reason: err.Error()}
	}
	select {
	case replies <- planReply{run.Seq, reply}:
	case <-ctx.Done():
	}
}

func (f *fencer) onNode(ctx context.Context, node uint32, o device.Order) (fence.Reply, error) {
	if node == f.i.self {
		return f.use(ctx, o, f.i.self), nil
	}
	answer := make(chan fence.Reply, 1)
	f.mu.Lock()
	f.next++
	m := orderMessage{ID: f.i.uuid + "-" + strconv.Itoa(f.next), Order: o}
	f.open[m.ID] = answer
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.open, m.ID)
	}()
	if err := f.send(ctx, node, kindFence, m); err != nil {
		return fence.Reply{}, fmt.Errorf("the node cannot be reached: %w", err)
	}
	select {
	case r := <-answer:
		return r, nil
	case <-ctx.Done():
		return fence.Reply{}, ctx.Err()
	}
}

// use carries an order of the DC out on this node, if it is the DC still when
// the order's wait is over.
func (f *fencer) use(ctx context.Context, o device.Order, dc uint32) fence.Reply {
	if o.Device.Agent == fence.WatchdogAgent {
		return f.awaitReset(ctx, o.Target, o.TimeoutMS)
	}
	var struck uint64
	o.Still = func() bool {
		s := f.i.cluster.State()
		struck = 0
		for _, m := range s.Members {
			if m.Online && m.Name == o.Target {
				struck = m.Incarnation
			}
		}
		return s.DC == dc
	}
	reply := f.devices.Fence(ctx, o)
	reply.Struck = struck
	return reply
}

func (f *fencer) send(ctx context.Context, node uint32, kind string, m any) error {
	payload, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return f.i.cluster.Send(ctx, node, kind, payload)
}

// receive takes the messages of fencing; false for all others.
func (f *fencer) receive(from uint32, kind string, payload []byte) bool {
	switch kind {
	case kindFence, kindFenced:
		var m orderMessage
		if err := json.Unmarshal(payload, &m); err != nil {
			f.i.log.Error("message about fencing cannot be read", "node", from, "err", err)
		} else if m.Reply == nil {
			f.obey(from, m)
		} else {
			f.mu.Lock()
			defer f.mu.Unlock()
			if c := f.open[m.ID]; c != nil {
				c <- *m.Reply // the channel has a place for it
				delete(f.open, m.ID)
			}
		}
	case kindAskFence:
		var ask controller.Ask
		if err := json.Unmarshal(payload, &ask); err == nil {
			f.i.group.Go(func() error { f.pass(ask); return nil })
		}
	case kindAnswer:
		var a controller.FenceAnswer
		if err := json.Unmarshal(payload, &a); err == nil {
			f.answer(a)
		}
	default:
		return false
	}
	return true
}

// obey runs a device for the DC, if it is the DC.
func (f *fencer) obey(from uint32, m orderMessage) {
	f.i.group.Go(func() error {
		reply := fence.Reply{Stale: true, Reason: "the order came from a node that is not the DC"}
		if f.i.dc() == from {
			reply = f.use(f.i.ctx, m.Order, from)
		}
		if err := f.send(f.i.ctx, from, kindFenced, orderMessage{ID: m.ID, Reply: &reply}); err != nil {
			f.i.log.Warn("the DC cannot be told what became of its order", "device", m.Order.Device.ID, "err", err)
		}
		return nil
	})
}
