package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"gpcs/internal/api"
	"gpcs/internal/client"
	"gpcs/internal/report"
	"gpcs/internal/status"
)

// newCleanup and newRefresh stand below "resource" and "stonith".
func newCleanup() *cobra.Command {
	return verb("cleanup [<resource id>] [node=<node>] [operation=<operation> [interval=<interval>]] [--strict]",
		"Forget failed operations of resources and look at their present state again; of all resources and nodes\n"+
			"unless some are named. A member of a group or an instance of a clone stands for the whole group or clone\n"+
			"unless --strict is given.", cleanup, "--strict", "--request-timeout")
}

func newRefresh() *cobra.Command {
	return verb("refresh [<resource id>] [node=<node>] [--strict]",
		"Forget all that is known of resources, failed or not, and look at their present state again.",
		refresh, "--strict", "--force", "--full", "--request-timeout")
}

func cleanup(ctx context.Context, c *Call) error {
	id, options, err := resourceAndOptions(c.Args, "node", "operation", "interval")
	if err != nil {
		return err
	}
	return c.forget(ctx, forgetting{
		id: id, what: "forget failed operations",
		ask: api.RefreshRequest{
			Resource: id, Node: options["node"], Operation: options["operation"], Interval: options["interval"], Failed: true,
		},
	})
}

func refresh(ctx context.Context, c *Call) error {
	if c.Has("--full") { // pcs 0.10 had that for the present form, and 0.12 still takes it
		c.say(report.NewDeprecation("DEPRECATED_OPTION", "Option '--full' is deprecated and might be removed in a future release, "+
			"history of all resources is deleted where none is named"))
	}
	id, options, err := resourceAndOptions(c.Args, "node")
	if err != nil {
		return err
	}
	return c.forget(ctx, forgetting{
		id: id, what: "delete history", ask: api.RefreshRequest{Resource: id, Node: options["node"]},
	})
}

// forgetting is one cleanup or refresh.
type forgetting struct {
	id   string // "" = all resources
	what string // for errors
	ask  api.RefreshRequest
}

func (f forgetting) fail(reason string) error {
	of := "of resources"
	if f.id != "" {
		of = "of resource: " + f.id
	}
	return fail("Unable to %s %s\n%s", f.what, of, reason)
}

// refreshLimit is how many probes a refresh may set off unasked.
const refreshLimit = 100

func (c *Call) forget(ctx context.Context, f forgetting) error {
	s, err := c.look(ctx, f.fail("crm_resource: Could not connect to the CIB: Transport endpoint is not connected\n"+
		"Error performing operation: Not connected\n"+startHint))
	if err != nil {
		return err
	}
	view, err := s.view()
	if err != nil {
		return err
	}
	node := f.ask.Node
	if node != "" && !slices.ContainsFunc(view.Nodes, func(n *status.Node) bool { return n.Name == node }) {
		return f.fail(fmt.Sprintf("crm_resource: Node '%s' not found\nError performing operation: No such object", node))
	}
	daemon, err := c.local()
	if err != nil {
		return err
	}
	if f.id == "" {
		return c.forgetAll(ctx, f, view, daemon)
	}
	r := view.Resource(f.id)
	if r == nil {
		return f.fail(fmt.Sprintf("crm_resource: Resource '%s' not found\nError performing operation: No such object", f.id))
	}
	return c.forgetOne(ctx, f, view, r, daemon)
}

func (c *Call) forgetAll(ctx context.Context, f forgetting, view *status.View, daemon *client.Target) error {
	probes := view.Summary.Instances * len(view.Nodes)
	if !f.ask.Failed && f.ask.Node == "" && probes > refreshLimit && !c.Has("--force") {
		return fail("Deleting history of all resources on all nodes will execute more than %d operations in the cluster, "+
			"which may negatively impact the responsiveness of the cluster. Consider specifying resource and/or node, "+
			"use --force to override", refreshLimit)
	}
	if err := daemon.Refresh(ctx, f.ask); err != nil {
		return f.fail(why(err))
	}
	if f.ask.Failed {
		where := "all nodes"
		if f.ask.Node != "" {
			where = f.ask.Node
		}
		fmt.Fprintf(c.Stderr, "Cleaned up all resources on %s\n", where)
		if len(view.Failed) == 0 {
			return nil
		}
	}
	fmt.Fprint(c.Stderr, "Waiting for 1 reply from the controller\n... got reply (done)\n")
	return nil
}

// forgetOne goes through the nodes that know a resource. What is said and in
// which order is that of crm_resource, which scripts read.
func (c *Call) forgetOne(ctx context.Context, f forgetting, view *status.View, r *status.Resource, daemon *client.Target) error {
	type target struct {
		rsc  string
		node *status.Node
		wait bool
	}
	var targets []target
	for _, p := range r.HistoryOwners(c.Has("--strict")) {
		nodes := view.NodesKnowing(p)
		slices.Reverse(nodes)
		for _, n := range nodes {
			if f.ask.Node == "" || f.ask.Node == n.Name {
				targets = append(targets, target{p.ID, n, !f.ask.Failed || view.HasFailed(p, n)})
			}
		}
	}
	waiting := false
	for i, t := range targets {
		ask := f.ask
		ask.Resource, ask.Node = t.rsc, t.node.Name
		if err := daemon.Refresh(ctx, ask); err != nil {
			return f.fail(why(err))
		}
		fmt.Fprintf(c.Stderr, "Cleaned up %s on %s\n", t.rsc, t.node.Name)
		switch {
		case !t.wait:
		case i == len(targets)-1:
			waiting = true
		default:
			fmt.Fprintln(c.Stderr, "... got reply")
		}
	}
	if waiting {
		fmt.Fprint(c.Stderr, "Waiting for 1 reply from the controller\n... got reply (done)\n")
	}
	return nil
}
