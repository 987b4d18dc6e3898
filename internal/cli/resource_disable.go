package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/engine/sched"
	"gpcs/internal/report"
)

func newResourceDisable() *cobra.Command {
	return verb("disable <resource id | tag id>... [--safe [--brief] [--no-strict]] [--simulate [--brief]] [--wait[=n]]",
		"Stop resources and keep them stopped. With --safe nothing is done if others would be touched; with --no-strict, "+
			"if others would be stopped or demoted. With --simulate nothing is done but told.", resourceDisable,
		"-f", "--brief", "--no-strict", "--safe", "--simulate", "--wait")
}

func newResourceSafeDisable() *cobra.Command {
	return verb("safe-disable <resource id | tag id>... [--brief] [--no-strict] [--simulate [--brief]] [--wait[=n]] [--force]",
		"Stop resources and keep them stopped, unless others would be touched.", func(ctx context.Context, c *Call) error {
			return c.disable(ctx, !c.Has("--force"))
		}, "--brief", "--force", "--no-strict", "--simulate", "--wait")
}

func resourceDisable(ctx context.Context, c *Call) error {
	if len(c.Args) > 0 && c.Has("-f") {
		if c.Has("--simulate") {
			return fail("Only one of '--simulate', '-f' can be used")
		}
		for _, option := range []string{"--safe", "--no-strict", "--brief"} {
			if c.Has(option) {
				return fail("'%s' cannot be used with '-f'", option)
			}
		}
	}
	return c.disable(ctx, c.Has("--safe") || c.Has("--no-strict"))
}

// disable stops resources. If safe is set it asks the scheduler first what
// would come of it, and does nothing if that touches others.
func (c *Call) disable(ctx context.Context, safe bool) error {
	if len(c.Args) > 0 && (safe || c.Has("--simulate")) {
		plan, err := c.planDisable(ctx)
		if err != nil {
			return err
		}
		others := plan.others(c.Has("--no-strict"))
		if c.Has("--simulate") {
			if c.Has("--brief") {
				c.printLines(others)
			} else {
				fmt.Fprint(c.Stdout, plan.text)
			}
			return nil
		}
		if len(others) > 0 {
			return c.refuseDisable(plan, others)
		}
	}
	return c.resourceState(ctx, "disable", admin.DisableResources)
}

func (c *Call) refuseDisable(plan disablePlan, others []string) error {
	if !c.Has("--brief") {
		c.say(report.NewInfo("PACEMAKER_SIMULATION_RESULT", "\nSimulation result:\n"+strings.TrimRight(plan.text, "\n")))
	}
	this := "this"
	if len(others) > 1 {
		this = "these"
	}
	return c.conclude(report.List{report.NewError("RESOURCE_DISABLE_AFFECTS_OTHER_RESOURCES", fmt.Sprintf(
		"Disabling specified %s would have an effect on %s %s: %s", pluralWord("resource", len(plan.disabled)), this,
		pluralWord("resource", len(others)), report.Quote(others)))})
}

// disablePlan is what would come of disabling resources.
type disablePlan struct {
	text     string
	disabled []string            // the resources that were named
	own      map[string]bool     // they and all that is in them
	actions  map[string][]string // what is done to each resource
}

// planDisable disables resources on paper and lets the scheduler say what the
// cluster would do.
func (c *Call) planDisable(ctx context.Context) (disablePlan, error) {
	plan := disablePlan{own: map[string]bool{}, actions: map[string][]string{}}
	if err := c.refuseStonith(ctx, c.Args, "stonith disable"); err != nil {
		return plan, err
	}
	live, err := c.readCIB(ctx)
	if err != nil {
		return plan, err
	}
	doc := live.Copy()
	if reports := admin.DisableResources(doc, c.Args); reports.Failed() {
		return plan, c.conclude(reports)
	}
	plan.disabled = admin.Selected(doc, c.Args)
	for _, id := range admin.Inside(doc, plan.disabled) {
		plan.own[id] = true
	}
	s := c.simulation(doc, "simulate")
	if err := s.setTime(); err != nil {
		return plan, fail("unable to simulate changes in CIB: %v", err)
	}
	result, err := sched.Schedule(doc, sched.Options{Now: s.now.Unix(), Sanitized: true})
	if err != nil {
		return plan, fail("unable to simulate changes in CIB: %v", err)
	}
	plan.collect(result)
	if err := s.run(); err != nil {
		return plan, fail("unable to simulate changes in CIB: %v", err)
	}
	plan.text = s.text.String()
	return plan, nil
}

// collect notes what the scheduler would do to resources; looking is no harm.
func (p *disablePlan) collect(result *sched.Result) {
	for _, synapse := range result.Graph.Synapses {
		for _, a := range synapse.Actions {
			if a.Rsc != nil && a.Operation != "monitor" && a.Operation != "notify" {
				id, _, _ := strings.Cut(a.Rsc.ID, ":")
				p.actions[id] = append(p.actions[id], a.Operation)
			}
		}
	}
}

// others lists the resources that are touched though nobody named them; with
// mild, only those that are stopped or demoted and not started again.
func (p *disablePlan) others(mild bool) []string {
	var ids []string
	for id, ops := range p.actions {
		hurt := slices.Contains(ops, "stop") && !slices.Contains(ops, "start") ||
			slices.Contains(ops, "demote") && !slices.Contains(ops, "promote")
		if !p.own[id] && (!mild || hurt) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
