package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"gpcs/internal/api"
	"gpcs/internal/client"
)

// clusterStop carries out "cluster stop".
func clusterStop(ctx context.Context, c *Call) error {
	nodes, err := c.chosenNodes()
	if err != nil {
		return err
	}
	if len(nodes) == 0 {
		return c.stopHere(ctx)
	}
	all, err := c.clusterNodes()
	if err != nil {
		return err
	}
	var unknown []string
	for _, n := range nodes {
		if !slices.Contains(all, n) {
			unknown = append(unknown, n)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return fail("nodes '%s' do not appear to exist in configuration", strings.Join(unknown, "', '"))
	}
	if !c.Has("--force") && len(nodes) < len(all) {
		if err := c.keepsQuorum(ctx, nodes); err != nil {
			return err
		}
	}
	return c.stopNodes(ctx, nodes)
}

// stopNodes stops resources on all nodes first, while they still have a
// quorum, then lets the nodes leave.
func (c *Call) stopNodes(ctx context.Context, nodes []string) error {
	failed, err := c.onNodes(ctx, nodes, patiently("cluster_stop", url.Values{"component": {"pacemaker"}, "force": {"1"}}))
	if err != nil {
		return err
	}
	var reachable []string
	for _, n := range nodes {
		if _, bad := failed[n]; !bad {
			reachable = append(reachable, n)
		}
	}
	if len(failed) > 0 {
		problem := fail("unable to stop all nodes\n%s", lines(failed, nodes))
		if len(reachable) == 0 {
			return problem
		}
		fmt.Fprintf(c.Stderr, "Error: %v\n", problem)
	}
	for _, n := range nodes {
		if _, bad := failed[n]; bad {
			fmt.Fprintf(c.Stderr, "%s: Not stopping cluster - node is unreachable\n", n)
		}
	}
	left, err := c.onNodes(ctx, reachable, patiently("cluster_stop", url.Values{"component": {"corosync"}, "force": {"1"}}))
	switch {
	case err != nil:
		return err
	case len(left) > 0:
		return fail("unable to stop all nodes\n%s", lines(left, nodes))
	case len(failed) > 0:
		return fail("unable to stop all nodes")
	}
	return nil
}

// stopPatience is how often a stop is asked for again after a time-out:
// resources may take their time, as in pcs.
const stopPatience = 15

// patiently sends a command again while it only times out.
func patiently(command string, form url.Values) func(context.Context, *client.Target) (string, error) {
	return func(ctx context.Context, t *client.Target) (text string, err error) {
		for range stopPatience {
			text, err = t.Remote(ctx, command, form)
			var f *client.Failure
			if !errors.As(err, &f) || f.Layer != client.LayerTimeout || !f.Sent() || ctx.Err() != nil {
				break
			}
		}
		return text, err
	}
}

// keepsQuorum refuses to stop nodes where the rest would have no quorum. It
// asks the nodes in turn for one that has a quorum: the others may know it
// wrongly, and where none has one there is none to lose.
func (c *Call) keepsQuorum(ctx context.Context, nodes []string) error {
	targets, err := c.targets(nodes)
	if err != nil {
		return err
	}
	loss, unknown := c.losesQuorum(ctx, targets, nodes)
	switch loss {
	case quorumLost:
		return fail("Stopping the node(s) will cause a loss of the quorum, use --force to override")
	case quorumUnknown:
		var reasons []string
		for _, u := range unknown {
			reasons = append(reasons, u.node+": "+legacy(u.err))
		}
		return fail("Unable to determine whether stopping the nodes will cause a loss of the quorum, use --force to override\n%s",
			strings.Join(reasons, "\n"))
	}
	return nil
}

// What becomes of the quorum when nodes go.
const (
	quorumKept = iota
	quorumLost
	quorumUnknown
)

// nodeError is what went wrong on one node.
type nodeError struct {
	node string
	err  error
}

// losesQuorum asks targets in turn, until one has a quorum, whether the
// members that stay would have one without those that go. It also returns why
// others could not say.
func (c *Call) losesQuorum(ctx context.Context, targets []*client.Target, going []string) (loss int, failures []nodeError) {
	for _, t := range targets {
		state, err := t.State(ctx)
		switch {
		case err != nil:
			failures = append(failures, nodeError{t.Name, err})
		case !state.Running || !state.View.Quorate:
		case losesQuorum(state, going):
			return quorumLost, failures
		default:
			return quorumKept, failures
		}
	}
	if len(failures) > 0 {
		return quorumUnknown, failures
	}
	return quorumKept, nil
}

// losesQuorum tells whether the members that stay have too few votes.
func losesQuorum(state api.State, stopping []string) bool {
	votes := 0
	for _, m := range state.View.Members {
		if m.Online && !slices.Contains(stopping, m.Name) {
			votes += m.Votes
		}
	}
	return votes < state.Quorum.Needed
}

// stopHere stops the cluster on this node.
func (c *Call) stopHere(ctx context.Context) error {
	if !c.Has("--force") {
		state, err := c.localState(ctx)
		if err == nil && state.Running && state.View.Quorate && losesQuorum(state, []string{state.Node}) {
			return fail("Stopping the node will cause a loss of the quorum, use --force to override")
		}
		if err != nil && !errors.Is(err, errNoDaemon) {
			return fail("Unable to determine whether stopping the node will cause a loss of the quorum, use --force to override\n%v", err)
		}
	}
	both := c.Has("--pacemaker") == c.Has("--corosync")
	for _, component := range []string{"pacemaker", "corosync"} {
		if !both && !c.Has("--"+component) {
			continue
		}
		fmt.Fprintf(c.Stderr, "Stopping Cluster (%s)...\n", component)
		command := api.ClusterCommand{Do: "stop", Component: component}
		if err := c.doHere(ctx, command, "unable to stop "+component); err != nil {
			return err
		}
	}
	return nil
}
