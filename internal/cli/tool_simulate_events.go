package cli

import (
	"gpcs/internal/engine/sched"
	"gpcs/internal/engine/simulate"
)

// events are the options that make something happen before the simulation.
var events = map[string]bool{
	"node-up": true, "node-down": true, "node-fail": true, "op-inject": true, "quorum": true, "watchdog": true,
	"ticket-grant": true, "ticket-revoke": true, "ticket-standby": true, "ticket-activate": true,
}

// inject makes the events of the command line happen on a copy.
func (s *simulation) inject() error {
	var list []simulate.Event
	for _, w := range s.given {
		if events[w.name] {
			list = append(list, simulate.Event{Kind: w.name, Value: w.value})
		}
	}
	if list == nil {
		return nil
	}
	cluster, err := sched.Unpack(s.doc, sched.Options{Now: s.now.Unix(), Sanitized: true})
	if err != nil {
		return err
	}
	s.doc = s.doc.Copy()
	done, wrong := simulate.Inject(s.doc, list, func(id string) (simulate.Agent, bool) {
		r := cluster.Named(id)
		if r == nil || r.Kind != sched.Primitive {
			return simulate.Agent{}, false
		}
		return simulate.Agent{Class: r.Class, Provider: r.Provider, Type: r.Type}, true
	}, s.now.Unix())
	s.put(nil, "\n") // even if --quiet leaves the rest out
	s.say("Performing Requested Modifications:\n")
	holder := s.showSteps("modifications", done)
	for _, option := range []string{"quorum", "watchdog"} {
		if v, ok := s.value(option); ok {
			holder.CreateAttr(option, v)
		}
	}
	s.errs = append(s.errs, wrong...)
	return nil
}

// failing are the operations of --op-fail. One that cannot be read fails
// nothing, as with crm_simulate.
func (s *simulation) failing() []simulate.Spec {
	var list []simulate.Spec
	for _, w := range s.given {
		if w.name != "op-fail" {
			continue
		}
		spec, err := simulate.ParseSpec(w.value)
		if err != nil {
			s.blame("%v", err)
			continue
		}
		list = append(list, spec)
	}
	return list
}
