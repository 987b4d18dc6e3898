package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
	"gpcs/internal/report"
)

func newResourceRelocate() *cobra.Command {
	return noun("relocate", "Move resources where they would best run", nil, nil,
		verb("clear", "Remove the constraints that 'relocate run' made, should it have been broken off.", withoutArgs(relocateClear), "-f"),
		verb("dry-run [<resource id>]...", "Show what 'relocate run' would do.", relocateDryRun, "-f"),
		verb("run [<resource id>]...", "Move resources, all or those named, to the nodes where they would run if none was "+
			"sticky: constraints are made, and removed once the resources have moved.", relocateRun),
		verb("show", "Show resources and where they would best run.", withoutArgs(relocateShow)),
	)
}

// unstuck returns a copy of the document in which resources do not stick to
// their nodes, and the ids of those.
func (c *Call) unstuck(ctx context.Context, ids []string) (doc *cib.Document, touched []string, err error) {
	live, err := c.readCIB(ctx)
	if err != nil {
		return nil, nil, err
	}
	doc = live.Copy()
	touched, reports := admin.Unstick(doc, ids)
	if reports.Failed() {
		return nil, nil, c.conclude(report.List{report.Stop("RESOURCE_NOT_FOUND", reports[0].Text)})
	}
	return doc, touched, nil
}

// wishes finds out where resources would go if they did not stick.
func (c *Call) wishes(ctx context.Context) ([]admin.Wish, error) {
	if err := c.refuseStonith(ctx, c.Args, ""); err != nil {
		return nil, err
	}
	doc, touched, err := c.unstuck(ctx, c.Args)
	if err != nil {
		return nil, err
	}
	s := c.simulation(doc)
	if err := s.setTime(); err != nil {
		return nil, fail("unable to simulate changes in CIB: %v", err)
	}
	result, err := sched.Schedule(doc, sched.Options{Now: s.now.Unix(), Sanitized: true})
	if err != nil {
		return nil, fail("unable to simulate changes in CIB: %v", err)
	}
	return goals(result, func(id string) bool { return len(c.Args) == 0 || slices.Contains(touched, id) }), nil
}

// goals reads from a transition where each instance of the resources wanted
// would be started or promoted.
func goals(result *sched.Result, wanted func(id string) bool) []admin.Wish {
	var keys []string
	found := map[string]admin.Wish{}
	for _, synapse := range result.Graph.Synapses {
		for _, a := range synapse.Actions {
			if a.Rsc == nil || !slices.Contains([]string{"start", "migrate_from", "promote"}, a.Operation) {
				continue
			}
			key := a.Rsc.LongID
			if key == "" {
				key = a.Rsc.ID
			}
			id, _, _ := strings.Cut(a.Rsc.ID, ":")
			if !wanted(id) {
				continue
			}
			w, seen := found[key]
			if !seen {
				keys = append(keys, key)
			}
			if w.Promoted && a.Operation != "promote" {
				continue // where an instance is promoted says more
			}
			found[key] = admin.Wish{Resource: id, Node: a.Node, Promoted: a.Operation == "promote"}
		}
	}
	var list []admin.Wish
	for _, k := range keys {
		list = append(list, found[k])
	}
	return list
}

const waitingToMove = "\nWaiting for resources to move...\n\n"

func relocateDryRun(ctx context.Context, c *Call) error {
	wishes, err := c.wishes(ctx)
	if err != nil || len(wishes) == 0 {
		return err
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	doc = doc.Copy()
	c.say(admin.Relocate(doc, wishes)...)
	fmt.Fprint(c.Stderr, waitingToMove)
	c.say(admin.Relocated(doc)...)
	return nil
}

// relocateRun leaves no constraint behind, not even when waiting fails.
func relocateRun(ctx context.Context, c *Call) error {
	wishes, err := c.wishes(ctx)
	if err != nil || len(wishes) == 0 {
		return err
	}
	if err := c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.Relocate(doc, wishes) }); err != nil {
		return err
	}
	fmt.Fprint(c.Stderr, waitingToMove)
	idle, waitErr := c.waitIdle(ctx, longestWait)
	if waitErr == nil && !idle {
		waitErr = fail("waiting timeout")
	}
	if err := c.editCIB(context.WithoutCancel(ctx), admin.Relocated); err != nil {
		return err
	}
	return waitErr
}

func relocateClear(ctx context.Context, c *Call) error { return c.editCIB(ctx, admin.Relocated) }

// relocateShow prints the present state and what would change.
func relocateShow(ctx context.Context, c *Call) error {
	doc, _, err := c.unstuck(ctx, nil)
	if err != nil {
		return err
	}
	s := c.simulation(doc)
	if err := s.setTime(); err != nil {
		return fail("unable to simulate changes in CIB: %v", err)
	}
	if err := s.run(); err != nil {
		return fail("unable to simulate changes in CIB: %v", err)
	}
	_, shown, _ := strings.Cut(s.text.String(), "Current cluster status:\n")
	fmt.Fprint(c.Stdout, "Current cluster status:\n", shown)
	return nil
}
