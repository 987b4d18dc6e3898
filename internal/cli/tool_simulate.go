package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sort"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
	"gpcs/internal/engine/sched"
	"gpcs/internal/engine/simulate"
	"gpcs/internal/status"
)

var crmSimulateOptions = []toolOption{
	{'x', "xml-file", needsValue}, {'p', "xml-pipe", noValue}, {'L', "live-check", noValue},
	{'R', "run", noValue}, {'S', "simulate", noValue}, {'X', "in-place", noValue},
	{'s', "show-scores", noValue}, {'Q', "quiet", noValue}, {'V', "verbose", noValue},
	{'G', "save-graph", needsValue}, {'D', "save-dotfile", needsValue},
	{'I', "save-input", needsValue}, {'O', "save-output", needsValue},
	{'t', "set-datetime", needsValue}, {'$', "version", noValue},
	{'U', "show-utilization", noValue}, {'A', "show-attrs", noValue}, {'c', "show-failcounts", noValue},
	{'u', "node-up", needsValue}, {'d', "node-down", needsValue}, {'f', "node-fail", needsValue},
	{'i', "op-inject", needsValue}, {'F', "op-fail", needsValue}, {'q', "quorum", needsValue}, {'w', "watchdog", needsValue},
	{'g', "ticket-grant", needsValue}, {'r', "ticket-revoke", needsValue},
	{'b', "ticket-standby", needsValue}, {'e', "ticket-activate", needsValue},
}

// crmSimulate shows what the cluster would do about a document, and, with
// --simulate, what would come of it, as crm_simulate does.
func crmSimulate(ctx context.Context, t *toolCall) int {
	if err := t.parse(crmSimulateOptions); err != nil {
		return t.misused(err)
	}
	if t.has("version") {
		return t.version()
	}
	// It runs once and ends: memory is cheaper than the time to look for what is free.
	debug.SetGCPercent(800)
	doc, err := t.simulated(ctx)
	if err != nil {
		return t.failed(err)
	}
	s := &simulation{toolCall: t, doc: doc}
	if err := s.setTime(); err != nil {
		return t.fails(exitUsage, "%v", err)
	}
	if err := s.run(); err != nil {
		return t.fails(exitError, "%v", err)
	}
	return exitOK
}

// simulated returns the document that is meant: a file, the standard input,
// or the running cluster's.
func (t *toolCall) simulated(ctx context.Context) (*cib.Document, error) {
	var data []byte
	var err error
	if name, ok := t.value("xml-file"); ok {
		data, err = os.ReadFile(name)
	} else if t.has("xml-pipe") {
		data, err = io.ReadAll(io.LimitReader(t.Stdin, cib.MaxSize))
	} else {
		return t.document(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("could not read the CIB to simulate: %w", err)
	}
	return cib.Parse(data)
}

// simulation is one call of crm_simulate.
type simulation struct {
	*toolCall
	doc  *cib.Document
	now  time.Time
	note string // how the time was found, printed where it is not the present
}

// setTime finds the time of the simulation.
func (s *simulation) setTime() error {
	s.now = time.Now()
	if text, ok := s.value("set-datetime"); ok {
		at, ok := value.Date(text, time.UTC)
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
	quiet := s.has("quiet")
	if !quiet {
		s.before()
	}
	if err := s.inject(quiet); err != nil {
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
	s.showUtilization(result.Utilization, quiet)
	sort.Strings(result.Scores)
	for _, line := range result.Scores {
		fmt.Fprintln(s.Stdout, line)
	}
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
	if !quiet {
		fmt.Fprint(s.Stdout, "\nTransition Summary:\n", sched.FormatSummary(result.Summary))
	}
	if s.has("simulate") || s.has("in-place") {
		s.execute(result, quiet)
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

func (s *simulation) before() {
	if s.doc.Root().SelectAttrValue("validate-with", "") == "none" {
		fmt.Fprintln(s.Stderr, "Schema validation of configuration is disabled (support for validate-with set to \"none\" is deprecated and will be removed in a future release)")
	}
	if s.note != "" {
		fmt.Fprintln(s.Stdout, s.note)
	}
	s.show("Current cluster status:", true)
}

// show prints nodes and resources as they are in the document.
func (s *simulation) show(title string, first bool) {
	cluster, err := sched.Unpack(s.doc, sched.Options{Now: s.now.Unix(), Sanitized: true})
	if err != nil {
		return
	}
	if !first {
		// What was in flight before is done; crm_simulate shows it no longer.
		for _, r := range cluster.All {
			r.PendingTask, r.Monitoring = "", false
		}
	}
	view := status.Of(cluster, s.doc, s.now)
	if first {
		if cluster.Config.Maintenance {
			fmt.Fprint(s.Stdout, "\n              *** Resource management is DISABLED ***\n"+
				"  The cluster will not attempt to start, stop or recover services\n\n")
		}
		if sum := view.Summary; sum.Disabled > 0 || sum.Blocked > 0 {
			fmt.Fprintf(s.Stdout, "%d of %d resource instances DISABLED and %d BLOCKED from further action due to failure\n\n",
				sum.Disabled, sum.Instances, sum.Blocked)
		}
	}
	fmt.Fprintln(s.Stdout, title)
	show := status.Show{Sections: status.Nodes | status.Resources, Inactive: true, Release3: true}
	if s.has("show-attrs") {
		show.Sections |= status.Attributes
	}
	if s.has("show-failcounts") {
		show.Sections |= status.Failcounts | status.Failures
	}
	fmt.Fprint(s.Stdout, view.Lists(show))
}

// execute carries the transition out on a copy and shows what became of it.
func (s *simulation) execute(result *sched.Result, quiet bool) {
	known := func(id string) bool { return result.Cluster.Named(id) != nil }
	s.doc = s.doc.Copy()
	// What is done is done at the clock's time, whatever time was pretended before.
	report := simulate.RunFailing(s.doc, result.Graph, known, time.Now().Unix(), s.failing())
	if !quiet {
		fmt.Fprint(s.Stdout, "\nExecuting Cluster Transition:\n")
		for _, step := range report.Steps {
			if !strings.HasPrefix(step, "Pretending ") {
				step = "  * " + step
			}
			fmt.Fprintln(s.Stdout, strings.TrimRight(step, " "))
		}
		if !report.Complete {
			fmt.Fprint(s.Stdout, "Transition failed: terminated\nAn invalid transition was produced\n")
		}
		if s.note != "" {
			fmt.Fprintln(s.Stdout, s.note)
		}
		fmt.Fprintln(s.Stdout)
		s.show("Revised Cluster Status:", false)
	}
}
