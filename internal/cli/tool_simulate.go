package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
	"gpcs/internal/engine/sched"
	"gpcs/internal/engine/simulate"
)

var crmSimulateOptions = []toolOption{
	{'x', "xml-file", needsValue}, {'p', "xml-pipe", noValue}, {'L', "live-check", noValue},
	{'R', "run", noValue}, {'S', "simulate", noValue}, {'X', "in-place", noValue},
	{'s', "show-scores", noValue},
	{'G', "save-graph", needsValue}, {'D', "save-dotfile", needsValue},
	{'I', "save-input", needsValue}, {'O', "save-output", needsValue},
	{'t', "set-datetime", needsValue}, {'a', "all-actions", noValue},
	{'P', "profile", needsValue}, {'N', "repeat", needsValue}, {0, "text-fancy", noValue},
	{'U', "show-utilization", noValue}, {'A', "show-attrs", noValue}, {'c', "show-failcounts", noValue},
	{'u', "node-up", needsValue}, {'d', "node-down", needsValue}, {'f', "node-fail", needsValue},
	{'i', "op-inject", needsValue}, {'F', "op-fail", needsValue}, {'q', "quorum", needsValue}, {'w', "watchdog", needsValue},
	{'g', "ticket-grant", needsValue}, {'r', "ticket-revoke", needsValue},
	{'b', "ticket-standby", needsValue}, {'e', "ticket-activate", needsValue},
}

// crmSimulate shows what the cluster would do about a document, and, with
// --simulate, what would come of it, as crm_simulate does.
func crmSimulate(ctx context.Context, t *toolCall) int {
	a, code, done := t.start(crmSimulateOptions)
	if done {
		return code
	}
	// It runs once and ends: memory is cheaper than the time to look for what is free.
	debug.SetGCPercent(800)
	if dir, ok := a.value("profile"); ok {
		return a.profile(dir)
	}
	data, err := a.simulated(ctx)
	if err != nil {
		return a.unread(err)
	}
	doc, err := cib.Parse(data)
	if err != nil {
		return a.end(exitError, "%v", err)
	}
	if !a.upgradable(doc, data) {
		return a.end(exitConfig, "")
	}
	s := &simulation{answer: a, doc: doc}
	if err := s.setTime(); err != nil {
		return a.end(exitUsage, "%v", err)
	}
	if err := s.run(); err != nil {
		return a.end(exitError, "%v", err)
	}
	return a.end(exitOK, "")
}

// simulated returns the document that is meant: a file, the standard input,
// or the running cluster's.
func (t *toolCall) simulated(ctx context.Context) ([]byte, error) {
	var data []byte
	var err error
	if name, ok := t.value("xml-file"); ok {
		data, err = os.ReadFile(name)
	} else if t.has("xml-pipe") {
		data, err = io.ReadAll(io.LimitReader(t.Stdin, cib.MaxSize))
	} else {
		doc, err := t.document(ctx)
		if err != nil {
			return nil, err
		}
		return doc.Bytes(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("could not read the CIB to simulate: %w", err)
	}
	return data, nil
}

// unread says why there is no document.
func (a *answer) unread(err error) int {
	if errors.Is(err, errToolStopped) {
		return a.end(exitDisconnected, "Could not connect to the CIB: Transport endpoint is not connected")
	}
	return a.end(exitError, "%s", why(err))
}

// upgradable tells whether a document is valid in the schema that it names or
// in a later one; if not, it says so.
func (a *answer) upgradable(doc *cib.Document, text []byte) bool {
	claimed := doc.Root().SelectAttrValue("validate-with", "")
	later := cib.SchemasFrom(claimed)
	if claimed == "none" {
		return true
	}
	for _, schema := range later {
		faults := cib.ValidateAs(text, schema)
		if len(faults) == 0 {
			return true
		}
		for _, f := range faults {
			for _, line := range f.Terse {
				a.blame("%s", line)
			}
		}
	}
	if later != nil {
		a.blame("Cannot upgrade configuration (claiming %s schema) to at least %s because it does not validate with any schema from %s to the latest",
			claimed, newestSchema, claimed)
	}
	return false
}

// simulation is one call of crm_simulate.
type simulation struct {
	*answer
	doc  *cib.Document
	now  time.Time
	note string // how the time was found, printed where it is not the present
}

// simulation is a call of crm_simulate with such options whose text goes nowhere yet.
func (c *Call) simulation(doc *cib.Document, options ...string) *simulation {
	call := &toolCall{Call: c}
	for _, o := range options {
		call.given = append(call.given, toolWord{name: o})
	}
	return &simulation{answer: &answer{toolCall: call}, doc: doc}
}

// setTime finds the time of the simulation.
func (s *simulation) setTime() error {
	s.now = time.Now()
	if text, ok := s.value("set-datetime"); ok {
		at, ok := value.Date(text, s.now.UTC())
		if !ok {
			return fail("'%s' is not a valid date/time", text)
		}
		s.doc.Root().RemoveAttr("execution-date")
		s.now, s.note = at.UTC(), "Setting effective cluster time: "+text
		return nil
	}
	if at, ok := sched.RecordedTime(s.doc); ok {
		s.now = time.Unix(at, 0).UTC()
		s.note = "Using the original execution date of: " + s.now.Format("2006-01-02 15:04:05Z")
	}
	return nil
}

func (s *simulation) run() error {
	s.before()
	if err := s.inject(); err != nil {
		return err
	}
	if name, ok := s.value("save-input"); ok {
		if err := os.WriteFile(name, s.doc.Bytes(), 0o600); err != nil {
			return err
		}
	}
	if !s.schedules() {
		return s.save()
	}
	result, err := sched.Schedule(s.doc, sched.Options{Now: s.now.Unix(), Sanitized: true, ShowScores: s.has("show-scores"),
		ShowUtilization: s.has("show-utilization")})
	if err != nil {
		return err
	}
	s.showReckoned(result.Reckoned)
	if name, ok := s.value("save-graph"); ok {
		if err := os.WriteFile(name, result.Graph.XML(), 0o600); err != nil {
			return err
		}
	}
	if name, ok := s.value("save-dotfile"); ok {
		if err := os.WriteFile(name, result.Graph.Dot(), 0o600); err != nil {
			return err
		}
	}
	s.showDecisions(result.Summary)
	if s.has("simulate") || s.has("in-place") {
		s.execute(result)
	}
	return s.save()
}

// schedules tells whether it is asked what the cluster would do, or only how it stands.
func (s *simulation) schedules() bool {
	for _, o := range []string{"run", "simulate", "in-place", "save-graph", "save-dotfile", "show-scores", "show-utilization"} {
		if s.has(o) {
			return true
		}
	}
	return false
}

// save writes what became of the document to the files asked for.
func (s *simulation) save() error {
	if name, ok := s.value("save-output"); ok {
		return os.WriteFile(name, s.doc.Bytes(), 0o600)
	}
	if !s.has("in-place") {
		return nil
	}
	name, ok := s.value("xml-file")
	if !ok {
		name = s.cibFile()
	}
	if name == "" || name == "-" {
		return nil // what runs is not overwritten by what was pretended
	}
	return os.WriteFile(name, s.doc.Bytes(), 0o600)
}

// execute carries the transition out on a copy and shows what became of it.
func (s *simulation) execute(result *sched.Result) {
	known := func(id string) bool { return result.Cluster.Named(id) != nil }
	s.doc = s.doc.Copy()
	// What is done is done at the clock's time, whatever time was pretended before.
	report := simulate.RunFailing(s.doc, result.Graph, known, time.Now().Unix(), s.failing())
	s.say("\nExecuting Cluster Transition:\n")
	s.showSteps("transition", report.Steps)
	if !report.Complete {
		s.say("Transition failed: terminated\nAn invalid transition was produced\n")
	}
	if s.note != "" {
		s.say("%s\n", s.note)
	}
	if s.has("show-scores") || !s.has("quiet") {
		s.put(nil, "\n")
	}
	s.show("Revised Cluster Status:", "revised_cluster_status", false)
}
