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
	kindForgo    = "forgo"     // an order is not to be carried out, if it still waits
	kindWitness  = "witness"   // proof that a node is off, to a DC that did not ask for it
)

// orderMessage is an order on its way, or with Reply its answer.
type orderMessage struct {
	ID    string       `json:"id"`
	Order device.Order `json:"order"`
	Goal  string       `json:"goal"`  // what the plan is to reach: "reboot"
	Claim fence.Proven `json:"claim"` // what a success proves
	// Quorate: it was given in a view with a quorum, and only there it holds.
	Quorate bool `json:"quorate,omitempty"`
	// Member: it was given without one and holds while the target is a member.
	Member bool         `json:"member,omitempty"`
	Reply  *fence.Reply `json:"reply,omitempty"`
}

// plan is how a plan that is carried out is told what has changed.
type plan struct {
	cancel context.CancelFunc
	wake   chan struct{} // there is news
	news   []news        // not taken yet; needs fencer.mu
}

// news is what a plan has to know of the membership.
type news func(*fence.Plan, time.Time) []fence.Effect

// fencer carries out fence plans of the DC, and orders of the DC on this node.
type fencer struct {
	i       *instance
	devices *device.Runner

	mu    sync.Mutex
	plans map[int]*plan // by seq of the controller
	open  map[string]chan fence.Reply
	holds map[string]bool        // orders that this node carries out: not forgone
	asked map[string]chan string // answers to this node's own wishes
	next  int
}

func newFencer(i *instance) *fencer {
	return &fencer{i: i, devices: device.New(i.root, part(i.base, journal.Fenced)), plans: map[int]*plan{}, holds: map[string]bool{},
		open: map[string]chan fence.Reply{}, asked: map[string]chan string{}}
}

// begin carries out a plan until it ends, or stop.
func (f *fencer) begin(ctx context.Context, e controller.Fence) {
	ctx, cancel := context.WithCancel(ctx)
	p := &plan{cancel: cancel, wake: make(chan struct{}, 1)}
	f.mu.Lock()
	f.plans[e.Seq] = p
	f.mu.Unlock()
	f.i.group.Go(func() error {
		defer func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			delete(f.plans, e.Seq)
			cancel()
		}()
		f.carryOut(ctx, e, p)
		return nil
	})
}

// spare tells a plan that its target came back.
func (f *fencer) spare(seq int) { f.report(seq, (*fence.Plan).Spare) }

// lost tells a plan which members are gone.
func (f *fencer) lost(seq int, nodes []uint32) {
	f.report(seq, func(p *fence.Plan, now time.Time) (effects []fence.Effect) {
		for _, id := range nodes {
			effects = append(effects, p.Lost(now, id)...)
		}
		return effects
	})
}

func (f *fencer) report(seq int, n news) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p := f.plans[seq]; p != nil {
		p.news = append(p.news, n)
		poke(p.wake)
	}
}

// take returns the news of a plan that it does not know yet.
func (f *fencer) take(p *plan) []news {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := p.news
	p.news = nil
	return n
}

// stop ends a plan, all of them with seq 0. Devices that run do not stop.
func (f *fencer) stop(seq int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s, p := range f.plans {
		if seq == 0 || s == seq {
			p.cancel()
		}
	}
}

func (f *fencer) carryOut(ctx context.Context, e controller.Fence, told *plan) {
	req := e.Request
	req.Random = rand.Float64()
	req.Members, req.Tests = f.members(), f.i.matrix.tests()
	replies := make(chan planReply, 1)
	plan := fence.NewPlan(e.Doc, req)
	effects := plan.Begin(time.Now())
	for {
		for _, effect := range effects {
			switch effect := effect.(type) {
			case fence.Run:
				f.i.group.Go(func() error {
					f.order(ctx, orderMessage{Goal: req.Action, Quorate: req.Quorate, Member: req.Member}, effect, replies)
					return nil
				})
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
		case <-told.wake:
			effects = nil
			for _, n := range f.take(told) {
				effects = append(effects, n(plan, time.Now())...)
			}
		case r := <-replies:
			effects = plan.Answered(time.Now(), r.seq, r.reply)
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
func (f *fencer) order(ctx context.Context, m orderMessage, run fence.Run, replies chan<- planReply) {
	m.Claim, m.Order = run.Claim, device.Order{Device: run.Device, Action: run.Action, Target: run.Target, Ask: run.Ask,
		DelayMS: run.DelayMS, TimeoutMS: run.TimeoutMS, Retries: run.Retries}
	reply, err := f.onNode(ctx, run.Node.ID, m)
	if err != nil {
		reply = fence.Reply{Reason: err.Error()}
	}
	select {
	case replies <- planReply{run.Seq, reply}:
	case <-ctx.Done():
	}
}

// onNode has a node carry an order out, unless ctx ends before it begins: what
// a device then does nevertheless is attested.
func (f *fencer) onNode(ctx context.Context, node uint32, m orderMessage) (fence.Reply, error) {
	if node == f.i.self {
		reply := f.use(f.i.ctx, m.Order, func() bool { return ctx.Err() == nil && f.holdsFrom(f.i.self, m) })
		told := f.i.self
		if ctx.Err() != nil {
			told = 0
		}
		f.attest(m, reply, told)
		return reply, nil
	}
	answer := make(chan fence.Reply, 1)
	f.mu.Lock()
	f.next++
	m.ID = f.i.uuid + "-" + strconv.Itoa(f.next)
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
		_ = f.send(f.i.ctx, node, kindForgo, orderMessage{ID: m.ID}) // a node that is lost has other reasons not to act
		return fence.Reply{}, ctx.Err()
	}
}

// use carries an order of the DC out on this node, if it is wanted still when
// its wait is over.
func (f *fencer) use(ctx context.Context, o device.Order, wanted func() bool) fence.Reply {
	if o.Device.Agent == fence.WatchdogAgent {
		return f.awaitReset(ctx, o.Target, o.TimeoutMS)
	}
	var struck uint64
	o.Still = func() bool {
		struck = 0
		for _, m := range f.i.cluster.State().Members {
			if m.Online && m.Name == o.Target {
				struck = m.Incarnation
			}
		}
		return wanted()
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
			f.i.fenced().Error("message about fencing cannot be read", "node", from, "err", err)
		} else if m.Reply == nil {
			f.obey(from, m)
		} else if !f.deliver(m) {
			f.witness(m)
		}
	case kindForgo:
		var m orderMessage
		if err := json.Unmarshal(payload, &m); err == nil {
			f.mu.Lock()
			defer f.mu.Unlock()
			delete(f.holds, m.ID)
		}
	case kindWitness:
		var w controller.Witness
		if err := json.Unmarshal(payload, &w); err == nil {
			f.i.group.Go(func() error { f.witnessed(w); return nil })
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

// holdsFrom tells whether an order of a node is one of the DC, and what it was
// decided on still so.
func (f *fencer) holdsFrom(dc uint32, m orderMessage) bool {
	s := f.i.cluster.State()
	isMember := false
	for _, n := range s.Members {
		isMember = isMember || n.Online && n.Name == m.Order.Target
	}
	return s.DC == dc && fence.Holds(m.Quorate, m.Member, s.Quorate(), isMember)
}

// since names this node's membership without a gap. A DC that lost this node
// meanwhile has had the order carried out by another, and could not say so here.
func (f *fencer) since() uint64 {
	for _, n := range f.i.cluster.State().Members {
		if n.ID == f.i.self {
			return n.Since
		}
	}
	return 0
}

// deliver hands an answer to who waits for it; false if nobody does any more.
func (f *fencer) deliver(m orderMessage) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.open[m.ID]
	if c != nil {
		c <- *m.Reply // the channel has a place for it
		delete(f.open, m.ID)
	}
	return c != nil
}

// obey runs a device for the DC, if it is the DC.
func (f *fencer) obey(from uint32, m orderMessage) {
	f.mu.Lock()
	f.holds[m.ID] = true
	f.mu.Unlock()
	since := f.since()
	wanted := func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.holds[m.ID] && f.holdsFrom(from, m) && f.since() == since
	}
	f.i.group.Go(func() error {
		reply := fence.Reply{Stale: true, Reason: "the order came from a node that is not the DC"}
		if wanted() {
			reply = f.use(f.i.ctx, m.Order, wanted)
		}
		f.mu.Lock()
		delete(f.holds, m.ID)
		f.mu.Unlock()
		m.Order, m.Reply = device.Order{Target: m.Order.Target}, &reply
		if err := f.send(f.i.ctx, from, kindFenced, m); err != nil {
			f.i.fenced().Warn("the DC cannot be told what became of its order", "target", m.Order.Target, "err", err)
		}
		f.attest(m, reply, from)
		return nil
	})
}
