package device

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gpcs/internal/fence"
)

// Order is what a member is told to do with a device.
type Order struct {
	Device    fence.Device `json:"device"`
	Action    string       `json:"action"`
	Target    string       `json:"target"`
	Ask       bool         `json:"ask"`
	DelayMS   int64        `json:"delay_ms"`
	TimeoutMS int64        `json:"timeout_ms"`
	Retries   int          `json:"retries"`
	// Still tells before each try whether the order is in force, nil = it is. One
	// of a DC that is lost would strike a node which the next DC has fenced
	// already, and which is on again.
	Still func() bool `json:"-"`
}

// stale is the reply to an order that is not in force any more.
var stale = fence.Reply{Stale: true, Reason: "the DC that wanted it is the DC no more"}

func (o Order) still() bool { return o.Still == nil || o.Still() }

// The times between two looks at a machine that is going off: many are off at
// once, and a board that is slow is not to be asked all the time.
const (
	firstPause  = 10 * time.Millisecond
	statusPause = 250 * time.Millisecond
)

// Fence carries out an order: the wait, the question whether the device
// fences the target, the action, and for off the look at the machine until it
// is off. It takes at most the order's delay and timeout.
func (r *Runner) Fence(ctx context.Context, o Order) fence.Reply {
	if !wait(ctx, time.Duration(o.DelayMS)*time.Millisecond) {
		return fence.Reply{Reason: "the daemon stopped"}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(o.TimeoutMS)*time.Millisecond)
	defer cancel()
	r.forgo(o.Device.ID)
	leave, err := r.enter(ctx, o.Device)
	if err != nil {
		return fence.Reply{Reason: "the device was busy with other actions all the time"}
	}
	defer leave()
	if !o.still() {
		return stale
	}
	u := r.use(o.Device)
	defer u.end(ctx)
	if o.Ask && !u.fences(ctx, o.Target) {
		return fence.Reply{Unfit: true, Reason: "the device does not say that it fences the node"}
	}
	action := o.Action
	if action == fence.Off && o.Device.Action(fence.Off) == fence.Off && !r.knows(ctx, o.Device, fence.Off) {
		action = fence.Reboot
	}
	begun := time.Now()
	reply := u.try(ctx, o, action)
	if reply.OK && action == fence.Off {
		reply = u.verify(ctx, o)
	}
	r.log.Info("fence device was used", "device", o.Device.ID, "op", action, "target", o.Target, "ok", reply.OK,
		"verified", reply.Verified, "reason", reply.Reason, "ms", time.Since(begun).Milliseconds())
	return reply
}

// try runs the action as often as the order allows.
func (u *use) try(ctx context.Context, o Order, action string) fence.Reply {
	var last result
	for n := range max(1, o.Retries) {
		if n > 0 && !o.still() {
			return stale
		}
		if last = u.call(ctx, u.d.Action(action), o.Target); last.ok() {
			return fence.Reply{OK: true}
		}
		if !wait(ctx, statusPause) {
			break
		}
	}
	return fence.Reply{Reason: last.reason}
}

// verify reads the machine's status until it is off. A device that cannot be
// asked is believed, and its word is all there is.
func (u *use) verify(ctx context.Context, o Order) fence.Reply {
	if u.d.Action(fence.Status) == fence.Status && !u.r.knows(ctx, u.d, fence.Status) {
		return fence.Reply{OK: true}
	}
	reason := ""
	for pause := firstPause; ; pause = min(2*pause, statusPause) {
		res := u.call(ctx, u.d.Action(fence.Status), o.Target)
		switch {
		case res.code == exitOff:
			return fence.Reply{OK: true, Verified: true}
		case res.ok():
			reason = "the device says that the machine is still on"
		case reason == "" || ctx.Err() == nil: // else it is only that the time is over
			reason = "the machine's status cannot be read after it was switched off: " + res.reason
		}
		if !wait(ctx, pause) {
			return fence.Reply{Reason: reason}
		}
	}
}

// fences asks the device whether it knows the target.
func (u *use) fences(ctx context.Context, target string) bool {
	r, d := u.r, u.d
	check := d.HostCheck()
	if check == "" {
		switch {
		case r.knows(ctx, d, "list"):
			check = fence.CheckDynamic
		case r.knows(ctx, d, fence.Status):
			check = fence.CheckStatus
		default:
			return true
		}
	}
	if check == fence.CheckStatus {
		res := u.ask(ctx, fence.Status, target)
		return res.code == exitOK || res.code == exitOff
	}
	res := u.ask(ctx, "list", "")
	return res.ok() && listing(res.out, d.Plug(target))
}

// ask runs an action that changes nothing, within the device's time for it and
// as often as the device allows where it fails.
func (u *use) ask(ctx context.Context, action, target string) (res result) {
	if ms := u.d.TimeoutMS(0, action); ms > 0 {
		limited, cancel := context.WithTimeout(ctx, time.Duration(ms)*time.Millisecond)
		defer cancel()
		ctx = limited
	}
	for range u.d.Retries(action) {
		res = u.call(ctx, u.d.Action(action), target)
		if res.ok() || action == fence.Status && res.code == exitOff || !wait(ctx, statusPause) {
			break
		}
	}
	return res
}

// listing looks for a name in an agent's list: a line for each machine, name
// and further columns parted by commas.
func listing(out, name string) bool {
	for _, line := range strings.Split(out, "\n") {
		for _, field := range strings.FieldsFunc(line, func(c rune) bool { return strings.ContainsRune(",; \t\r", c) }) {
			if strings.EqualFold(field, name) {
				return true
			}
		}
	}
	return false
}

// Monitor asks whether the device works; nil says that it does.
func (r *Runner) Monitor(ctx context.Context, d fence.Device, timeout time.Duration) error {
	timeout = time.Duration(d.TimeoutMS(timeout.Milliseconds(), "monitor")) * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	leave, err := r.enter(ctx, d)
	if err != nil {
		return fmt.Errorf("the device was busy with other actions all the time: %w", err)
	}
	defer leave()
	u := r.use(d)
	defer u.end(ctx)
	res := u.ask(ctx, "monitor", "")
	err = nil
	if !res.ok() {
		err = errors.New(res.reason)
	}
	if !errors.Is(ctx.Err(), context.Canceled) {
		r.Tested(d, err)
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// Test is Monitor for the sake of the matrix: it gives way to fencing, and does
// nothing where it would have to wait for the device. What came of it is told
// to Tested.
func (r *Runner) Test(ctx context.Context, d fence.Device, timeout time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.mu.Lock()
	places, busy := r.busy[d.ID], r.asks[d.ID] != nil
	if busy = busy || places != nil && len(places) == cap(places); !busy {
		r.asks[d.ID] = cancel
	}
	r.mu.Unlock()
	if busy {
		return
	}
	_ = r.Monitor(ctx, d, timeout)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.asks, d.ID)
}

// forgo ends a Test of a device.
func (r *Runner) forgo(device string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if cancel := r.asks[device]; cancel != nil {
		cancel()
	}
}

// wait waits; false if ctx ended first.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
