package fence

import "slices"

// run is the next try of a device; none if all members failed with it.
func (p *Plan) run(d Device) (Run, bool) {
	m, ok := p.executor(d)
	if !ok {
		return Run{}, false
	}
	d = p.sites.From(m.Name, d)
	p.seq++
	r := Run{Seq: p.seq, Node: m, Device: d, Action: p.req.Action, Target: p.req.Target, Ask: d.CanFence(p.req.Target) == Ask && !p.on}
	limits := []string{r.Action}
	switch {
	case p.on:
		r.Action, limits = On, []string{On}
	case r.Action == Reboot && len(p.levels[p.level]) > 1:
		r.Action, limits = Off, []string{Off}
	case r.Action == Reboot && d.Params["pcmk_reboot_action"] == "":
		r.Action, limits = Off, []string{Reboot, Off}
	}
	r.TimeoutMS, r.Retries = d.TimeoutMS(p.req.TimeoutMS, limits...), d.Retries(limits...)
	if d.Agent == WatchdogAgent {
		r.TimeoutMS = p.req.WatchdogMS
	}
	r.DelayMS = p.delay(d)
	if !p.on && r.Action != On && d.Agent != WatchdogAgent && p.device == len(p.levels[p.level])-1 {
		r.Claim = p.claim(append(slices.Clone(p.done), d.ID), r)
	}
	return r, true
}

// delay is what the next try of a device waits, in ms: the cluster's own delay
// before the first one of the plan, the device's before each device. Two halves
// whose first devices fail must not shoot at the same moment with their second.
func (p *Plan) delay(d Device) int64 {
	if p.req.Action == On || p.on {
		return 0
	}
	ms := int64(0)
	if !p.delayed {
		ms = p.req.DelayMS
	}
	p.delayed = true
	if p.waited != d.ID {
		ms += d.DelayMS(p.req.Target, p.req.Random)
	}
	p.waited = d.ID
	return ms
}

// canFence tells whether the device may fence the target, seen from any member.
func (p *Plan) canFence(d Device) bool {
	return slices.ContainsFunc(append([]Member{p.target}, p.req.Members...), func(m Member) bool {
		return p.sites.From(m.Name, d).CanFence(p.req.Target) != No
	})
}

// executor is the member that is to run a device: one where it was last seen
// working, else one that is not known to fail with it, else any that may; none
// that has failed with it in this plan.
func (p *Plan) executor(d Device) (Member, bool) {
	if p.req.Action == On && d.Unfences {
		return p.target, p.target != Member{} && !p.tried[p.target.Name]
	}
	working := Working(p.doc, d.ID)
	best, rank := Member{}, 0
	for _, m := range p.req.Members {
		if p.tried[m.Name] || d.Banned[m.Name] {
			continue
		}
		seen := p.sites.From(m.Name, d)
		if seen.CanFence(p.req.Target) == No {
			continue
		}
		now, config := 2, ConfigOf(seen)
		if slices.Contains(working, m.Name) {
			now = 4
		}
		for _, t := range p.req.Tests {
			switch {
			case t.Device != d.ID || t.Node != m.Name || t.Config != config:
			case t.Error != "":
				now = 1
			default:
				now = max(now, 3)
			}
		}
		if now > rank {
			best, rank = m, now
		}
	}
	return best, rank > 0
}
