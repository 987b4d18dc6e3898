package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
	"gpcs/internal/engine/simulate"
	"gpcs/internal/helper"
	"gpcs/internal/status"
)

// say adds to the text, which --quiet leaves out.
func (s *simulation) say(format string, args ...any) {
	if !s.has("quiet") {
		s.put(nil, format, args...)
	}
}

func (s *simulation) before() {
	if s.doc.Root().SelectAttrValue("validate-with", "") == "none" && !s.has("quiet") {
		s.blame("Schema validation of configuration is disabled (support for validate-with set to \"none\" is deprecated and will be removed in a future release)")
	}
	if s.note != "" {
		s.say("%s\n", s.note)
	}
	s.show("Current cluster status:", "cluster_status", true)
}

// show prints nodes and resources as they are in the document.
func (s *simulation) show(title, tag string, first bool) {
	if s.has("quiet") && !s.xml {
		return
	}
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
	show := status.Show{Sections: status.Nodes | status.Resources, Inactive: true, Release3: true}
	if s.has("show-attrs") {
		show.Sections |= status.Attributes
	}
	if s.has("show-failcounts") {
		show.Sections |= status.Failcounts | status.Failures
	}
	if s.xml {
		s.body = append(s.body, within(cib.NewElement(tag), view.Elements(show)...))
		return
	}
	if first {
		if cluster.Config.Maintenance {
			s.say("\n              *** Resource management is DISABLED ***\n" +
				"  The cluster will not attempt to start, stop or recover services\n\n")
		}
		if sum := view.Summary; sum.Disabled > 0 || sum.Blocked > 0 {
			s.say("%d of %d resource instances DISABLED and %d BLOCKED from further action due to failure\n\n",
				sum.Disabled, sum.Instances, sum.Blocked)
		}
	}
	s.say("%s\n%s", title, view.Lists(show))
}

// showReckoned prints scores and uses.
func (s *simulation) showReckoned(list []sched.Reckoning) {
	scores, uses := s.has("show-scores"), s.has("show-utilization")
	title, tag := "Assignment Scores and Utilization Information:", "allocations_utilizations"
	switch {
	case !scores && !uses:
		return
	case !scores:
		title, tag = "Utilization Information:", "utilizations"
	case !uses:
		title, tag = "Assignment Scores:", "allocations"
	}
	holder := cib.NewElement(tag)
	s.say("\n%s\n", title)
	for _, r := range list {
		switch {
		case s.xml:
			if e := helper.ReckoningXML(r); e != nil {
				holder.AddChild(e)
			}
		case r.Kind == sched.SecretsDiffer:
			s.say("%s\n", r)
		case s.has("quiet"):
			s.put(nil, "%s\n", r)
		default:
			s.put(nil, "  * %s\n", r)
		}
	}
	s.put(holder, "")
}

func (s *simulation) showDecisions(list []sched.Decision) {
	s.say("\nTransition Summary:\n%s", sched.FormatSummary(list))
	holder := cib.NewElement("actions")
	for _, d := range list {
		holder.AddChild(helper.DecisionXML(d))
	}
	s.put(holder, "")
}

// showSteps prints what happened, as XML in an element of that tag, which it returns.
func (s *simulation) showSteps(tag string, steps []simulate.Step) *cib.Element {
	holder := cib.NewElement(tag)
	for _, step := range steps {
		if step.XML != nil {
			holder.AddChild(step.XML)
		}
		text := strings.TrimRight(step.Text, " ")
		if !strings.HasPrefix(text, "Pretending ") {
			text = "  * " + text
		}
		s.say("%s\n", text)
	}
	s.put(holder, "")
	return holder
}

// profile tells how long each document of a directory takes to decide on:
// --profile, with --repeat so many times over.
func (a *answer) profile(dir string) int {
	names, err := filepath.Glob(filepath.Join(dir, "*.xml"))
	if err != nil {
		return a.end(exitUsage, "%v", err)
	}
	times, err := strconv.Atoi(a.last("repeat"))
	if err != nil || times < 1 {
		times = 1
	}
	sort.Sort(sort.Reverse(sort.StringSlice(names)))
	holder := cib.NewElement("timings")
	a.put(holder, "Timings:\n")
	for _, name := range names {
		spent, err := timed(name, times)
		if err != nil {
			a.blame("%s: %v", name, err)
			continue
		}
		holder.AddChild(cib.NewElement("timing", "file", name, "duration", fmt.Sprintf("%.6f", spent.Seconds())))
		a.put(nil, "  * Testing %s ... %.2f secs\n", name, spent.Seconds())
	}
	return a.end(exitOK, "")
}

// timed is how long it takes to decide so many times on the document in a file.
func timed(name string, times int) (time.Duration, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	doc, err := cib.Parse(data)
	if err != nil {
		return 0, err
	}
	now := time.Now()
	options := sched.Options{Now: now.Unix()}
	if at, ok := sched.RecordedTime(doc); ok {
		options.Now = at
	}
	for range times {
		if _, err := sched.Schedule(doc.Copy(), options); err != nil {
			return 0, err
		}
	}
	return time.Since(now), nil
}
