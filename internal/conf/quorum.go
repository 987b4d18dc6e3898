package conf

import (
	"strconv"
	"time"
)

// Quorum is what votequorum(5) takes from the file.
type Quorum struct {
	ExpectedVotes         int // quorum.expected_votes or the sum of the nodes' votes
	TwoNode               bool
	WaitForAll            bool // set, or implied by two_node or auto_tie_breaker with last_man_standing
	LastManStanding       bool
	LastManStandingWindow time.Duration
	AllowDownscale        bool
	ExpectedVotesTracking bool // set, or implied by allow_downscale
	AutoTieBreaker        bool
	AutoTieBreakerNode    string // "lowest", "highest" or node ids
}

// Quorum returns the options of votequorum with their defaults filled in.
func (c *Corosync) Quorum() Quorum {
	on := func(name string) bool { return c.optionOr("quorum", name, "0") == "1" }
	q := Quorum{TwoNode: on("two_node"), WaitForAll: on("wait_for_all"),
		LastManStanding: on("last_man_standing"), AutoTieBreaker: on("auto_tie_breaker"),
		AllowDownscale: on("allow_downscale"), ExpectedVotesTracking: on("expected_votes_tracking") || on("allow_downscale"),
		AutoTieBreakerNode: c.optionOr("quorum", "auto_tie_breaker_node", "lowest")}
	if _, set := c.Option("quorum", "wait_for_all"); !set && q.TwoNode {
		q.WaitForAll = true // votequorum(5): two_node turns it on unless it is turned off
	}
	window, ok := c.milliseconds("quorum", "last_man_standing_window")
	if !ok {
		window = 10 * time.Second
	}
	q.LastManStandingWindow = window
	q.ExpectedVotes, _ = strconv.Atoi(c.optionOr("quorum", "expected_votes", "0"))
	if q.ExpectedVotes <= 0 {
		q.ExpectedVotes = 0
		for _, v := range c.Votes() {
			q.ExpectedVotes += v
		}
	}
	return q
}

// Votes returns the votes of each node by its id; one where quorum_votes is
// not set.
func (c *Corosync) Votes() map[uint32]int {
	votes := map[uint32]int{}
	for _, s := range c.nodeSections() {
		id, _ := s.Get("nodeid")
		n, err := strconv.ParseUint(id, 10, 32)
		if err != nil {
			continue
		}
		votes[uint32(n)] = 1
		if v, ok := s.Get("quorum_votes"); ok {
			if k, err := strconv.Atoi(v); err == nil && k >= 0 {
				votes[uint32(n)] = k
			}
		}
	}
	return votes
}

// Device is the quorum device that corosync-qdevice(8) uses.
type Device struct {
	Model                         string
	Options, ModelOpts, Heuristic map[string]string
}

// Device returns the quorum device, or nil if there is none.
func (c *Corosync) Device() *Device {
	var d *Device
	for _, q := range c.root.All("quorum") {
		for _, s := range q.All("device") {
			if m, ok := s.Get("model"); ok {
				d = &Device{Model: m, Options: map[string]string{}, ModelOpts: map[string]string{}, Heuristic: map[string]string{}}
				d.fill(s)
			}
		}
	}
	return d
}

func (d *Device) fill(s *Section) {
	for _, a := range s.Attrs {
		if a.Name != "model" {
			d.Options[a.Name] = a.Value
		}
	}
	for _, sub := range s.Sections {
		into := d.ModelOpts
		switch sub.Name {
		case d.Model:
		case "heuristics":
			into = d.Heuristic
		default:
			continue
		}
		for _, a := range sub.Attrs {
			into[a.Name] = a.Value
		}
	}
}
