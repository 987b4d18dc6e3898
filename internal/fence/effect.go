package fence

// Effect is something that the caller must do.
type Effect interface{ effect() }

// Run has a member run an action of a device; the caller answers with Answered
// and Seq.
type Run struct {
	Seq       int
	Node      Member
	Device    Device
	Action    string // Off, On, or Reboot for devices that have their own way
	Target    string
	Ask       bool // only if the device says that it fences the target
	DelayMS   int64
	TimeoutMS int64
	Retries   int
	// Claim is what a success proves, without Devices nothing by itself: for the
	// next DC, where the one that gave the order is lost.
	Claim Proven
}

// Proven says that the target is off, or was switched on where that was asked
// for. It comes once, before what is left to do of a reboot.
type Proven struct {
	Proof    string // what it rests on, for the ledger
	Devices  []string
	Delegate string // the member that ran the last device
	// SwitchOn are the devices by which the target is switched on next, none
	// where nothing is left to do.
	SwitchOn []string
	// Back: the target was rebooted in the device's own way, so that it may be
	// on again. Struck is the incarnation of its daemon that was a member when
	// the last device began, 0 = it was none.
	Back   bool
	Struck uint64
}

// Ended says that nothing is left to do. Failures name what did not work,
// whether or not the target could be fenced in another way.
type Ended struct {
	OK       bool
	Failures []string
	// Unfinished: the target is off and was to be switched on, but members
	// refused that since they have, or wait for, another DC.
	Unfinished bool
	// Spared: the target came back in time.
	Spared bool
}

// Attested is what a reply makes of an order's claim; false where it proves
// nothing of a daemon that is known.
func (p Proven) Attested(r Reply) (Proven, bool) {
	if len(p.Devices) == 0 || !r.OK || r.Struck == 0 {
		return Proven{}, false
	}
	if p.Struck = r.Struck; !r.Verified {
		p.Proof = offReported
	}
	return p, true
}

// Reply is what became of a Run.
type Reply struct {
	OK bool `json:"ok"`
	// Verified: the device's status was read and says that it is so.
	Verified bool `json:"verified"`
	Unfit    bool `json:"unfit"` // the device does not fence this target
	// Stale: refused, for the order is not, or no more, that of the DC.
	Stale  bool   `json:"stale,omitempty"`
	Reason string `json:"reason"`
	// Struck is the incarnation of the target's daemon that was a member, as
	// who ran the device saw it, when the device began.
	Struck uint64 `json:"struck,omitempty"`
}

func (Run) effect()    {}
func (Proven) effect() {}
func (Ended) effect()  {}
