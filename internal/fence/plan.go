package fence

import (
	"fmt"
	"slices"
	"time"

	"gpcs/internal/cib"
)

// The actions that the cluster asks for.
const (
	Reboot = "reboot"
	Off    = "off"
	On     = "on"
	Status = "status"
)

// grace is the time beyond an action's own limits in which a member's answer
// may still come.
const grace = 5 * time.Second

// Member is a node that can run devices.
type Member struct {
	ID   uint32
	Name string
}

// Request is what a plan is made for.
type Request struct {
	Target    string // name
	Action    string // Reboot, Off or On
	TimeoutMS int64  // stonith-timeout
	DelayMS   int64  // priority-fencing-delay, on top of the device's own
	// WatchdogMS is the time in which the target resets itself, 0 = it does not.
	WatchdogMS int64
	// Quorate: it was decided with a quorum, and holds only as long as there is one.
	Quorate bool
	// Member: it was decided without a quorum because the target is a member of
	// this side, and holds only as long as it is, or there is a quorum.
	Member  bool
	Random  float64
	Now     int64    // epoch, s, for rules in the devices' attributes
	Members []Member // online ones, the preferred first; the target is left out
	Tests   []Test   // what members know of the devices
	// SwitchOn: the target is off already, by these devices; what is left of a
	// reboot that another DC began is to switch it on.
	SwitchOn []string
}

// Holds tells whether an order still holds that was given with a quorum, or
// to fence a member of a side without one; quorate and isMember say how it is now.
func Holds(wasQuorate, wasMember, quorate, isMember bool) bool {
	return quorate || !wasQuorate && (!wasMember || isMember)
}

// What a success rests on.
const (
	offVerified = "off verified by status"
	offReported = "off reported by the agent"
	onReported  = "on reported by the agent"
)

// Plan is the fencing of one node, step by step.
type Plan struct {
	req      Request
	target   Member // as a member, the zero Member if it is none
	doc      *cib.Document
	sites    *Sites
	levels   [][]Device
	level    int
	device   int
	tried    map[string]bool // members that failed with the present device
	on       bool            // the target is off, what is left is to switch it on
	stale    bool            // the last reply was that the order is not the DC's
	delayed  bool            // the cluster's own delay is over
	waited   string          // the device whose delay is over
	seq      int
	running  Run
	strikes  time.Time // when the wait of the present Run is over
	deadline time.Time
	verified bool
	struck   uint64 // of the last reply
	done     []string
	failures []string
	spared   bool // the target came back while a device was at work
	ended    bool
}

// NewPlan makes a plan from the document as it is now. Begin starts it.
func NewPlan(doc *cib.Document, req Request) *Plan {
	p := &Plan{req: req, doc: doc, sites: NewSites(doc, req.Now), tried: map[string]bool{}, verified: true}
	if at := slices.IndexFunc(req.Members, func(m Member) bool { return m.Name == req.Target }); at >= 0 {
		p.target = req.Members[at]
	}
	p.req.Members = slices.DeleteFunc(slices.Clone(req.Members), func(m Member) bool { return m.Name == req.Target })
	devices := Devices(doc, Site{Now: req.Now})
	if len(req.SwitchOn) > 0 {
		p.resume(devices)
		return p
	}
	if p.unfence(devices) {
		return p
	}
	levels := Levels(doc, req.Target)
	watchdog := Device{ID: watchdogDevice, Agent: WatchdogAgent, Params: map[string]string{"pcmk_host_check": CheckNone}}
	selfFencing := req.WatchdogMS > 0 && req.Action != On
	for _, level := range levels {
		var list []Device
		for _, id := range level {
			if id == watchdogDevice && selfFencing {
				list = append(list, watchdog)
				continue
			}
			at := slices.IndexFunc(devices, func(d Device) bool { return d.ID == id })
			if at < 0 {
				p.failures = append(p.failures, fmt.Sprintf("device %s of the fencing topology does not exist or is disabled", id))
				list = nil
				break
			}
			list = append(list, devices[at])
		}
		if list != nil {
			p.levels = append(p.levels, list)
		}
	}
	for _, d := range devices {
		if len(levels) == 0 && p.canFence(d) {
			p.levels = append(p.levels, []Device{d})
		}
	}
	if len(levels) == 0 && selfFencing {
		p.levels = append(p.levels, []Device{watchdog})
	}
	return p
}

// unfence makes the plan to let the target at its storage, where devices are
// for that: all of them are run, by the target.
func (p *Plan) unfence(devices []Device) bool {
	var level []Device
	for _, d := range devices {
		if p.req.Action == On && d.Unfences && p.canFence(d) {
			level = append(level, d)
		}
	}
	if level == nil {
		return false
	}
	p.levels = [][]Device{level}
	return true
}

// resume makes a plan that has only to switch the target on.
func (p *Plan) resume(devices []Device) {
	p.on = true
	var level []Device
	for _, id := range p.req.SwitchOn {
		if at := slices.IndexFunc(devices, func(d Device) bool { return d.ID == id }); at >= 0 {
			level = append(level, devices[at])
		}
	}
	p.levels = [][]Device{level}
}

// Begin starts the plan.
func (p *Plan) Begin(now time.Time) []Effect {
	if len(p.levels) == 0 {
		p.failures = append(p.failures, "no usable fence device is configured for "+p.req.Target)
		return p.end(false)
	}
	return p.next(now)
}

// Answered takes the reply to a Run; one to an earlier Run is ignored.
func (p *Plan) Answered(now time.Time, seq int, r Reply) []Effect {
	if p.ended || seq != p.running.Seq {
		return nil
	}
	run := p.running
	p.stale = r.Stale
	if r.OK {
		p.struck = r.Struck
		p.verified = p.verified && r.Verified
		if !p.on {
			p.done = append(p.done, run.Device.ID)
		}
		p.device++
		clear(p.tried)
		return p.next(now)
	}
	p.failures = append(p.failures, fmt.Sprintf("%s of %s with device %s on %s: %s", run.Action, run.Target, run.Device.ID, run.Node.Name, r.Reason))
	if r.Unfit {
		for _, m := range p.req.Members {
			p.tried[m.Name] = true
		}
	}
	p.tried[run.Node.Name] = true
	if p.spared && !p.on && len(p.done) == 0 {
		return p.spare()
	}
	return p.next(now)
}

// Lost tells that a member is gone, or is one anew and forgot what it was told:
// what it ran is tried by another.
func (p *Plan) Lost(now time.Time, node uint32) []Effect {
	p.req.Members = slices.DeleteFunc(p.req.Members, func(m Member) bool { return m.ID == node })
	if p.ended || p.running.Node.ID != node {
		return nil
	}
	return p.Answered(now, p.running.Seq, Reply{Reason: "the node was lost meanwhile"})
}

// Deadline is when the present Run counts as failed.
func (p *Plan) Deadline() time.Time { return p.deadline }

// Tick tells that time has passed.
func (p *Plan) Tick(now time.Time) []Effect {
	if p.ended || now.Before(p.deadline) {
		return nil
	}
	return p.Answered(now, p.running.Seq, Reply{Reason: "no answer in time"})
}

// next runs the next device, or draws the conclusion.
func (p *Plan) next(now time.Time) []Effect {
	for p.level < len(p.levels) {
		level := p.levels[p.level]
		if p.device == len(level) {
			return p.through(now)
		}
		if run, ok := p.run(level[p.device]); ok {
			p.running, p.strikes = run, now.Add(time.Duration(run.DelayMS)*time.Millisecond)
			p.deadline = now.Add(time.Duration(run.DelayMS+run.TimeoutMS)*time.Millisecond + grace)
			if run.Device.Agent == WatchdogAgent { // its time begins anew if the target is seen meanwhile
				p.deadline = p.deadline.Add(time.Duration(run.TimeoutMS) * time.Millisecond)
			}
			return []Effect{run}
		}
		if p.on { // it is off, and stays so unless another device can switch it on
			p.device++
			clear(p.tried)
			continue
		}
		p.level, p.device, p.done, p.verified = p.level+1, 0, nil, true
		clear(p.tried)
	}
	return p.end(false)
}

// through is reached when all devices of a level have done their part.
func (p *Plan) through(now time.Time) []Effect {
	if p.on {
		return p.end(true)
	}
	proven := p.claim(p.done, p.running)
	proven.Struck = p.struck
	if len(proven.SwitchOn) == 0 {
		return append([]Effect{proven}, p.end(true)...)
	}
	p.on, p.device = true, 0
	return append([]Effect{proven}, p.next(now)...)
}

// claim is what is proved when these devices have done their part.
func (p *Plan) claim(done []string, last Run) Proven {
	c := Proven{Proof: offReported, Devices: done, Delegate: last.Node.Name, Back: last.Action == Reboot}
	watchdog := slices.Contains(done, watchdogDevice)
	switch {
	case watchdog:
		c.Proof = watchdogProof
	case p.req.Action == On:
		c.Proof = onReported
	case p.verified:
		c.Proof = offVerified
	}
	if p.req.Action == Reboot && !c.Back && !watchdog {
		c.SwitchOn = slices.Clone(done)
	}
	return c
}

// margin is the time in which news of the end of a plan reaches who waits to
// carry out its order.
const margin = 250 * time.Millisecond

// Spare ends a plan whose target came back before a device was used: what is
// to become of it is decided anew. Where that may be too late, the device at
// work is awaited, and the plan ends if it fails: another try would strike the
// target a second time if only the answer was lost.
func (p *Plan) Spare(now time.Time) []Effect {
	if p.ended || p.running.Action == On {
		return nil
	}
	if p.seq != 1 || !now.Before(p.strikes.Add(-margin)) {
		p.spared = true
		return nil
	}
	return p.spare()
}

func (p *Plan) spare() []Effect {
	p.ended = true
	return []Effect{Ended{Spared: true, Failures: []string{p.req.Target + " came back before it was fenced, and is spared"}}}
}

func (p *Plan) end(ok bool) []Effect {
	p.ended = true
	if !ok && len(p.failures) == 0 {
		p.failures = []string{"no other member of the cluster may run a fence device for " + p.req.Target}
	}
	return []Effect{Ended{OK: ok, Failures: p.failures, Unfinished: p.on && p.stale}}
}
