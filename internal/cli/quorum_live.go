package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"gpcs/internal/api"
	"gpcs/internal/report"
)

// quorumExpectedVotes carries out "quorum expected-votes": it changes the
// running cluster, no file.
func quorumExpectedVotes(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	votes, err := strconv.Atoi(c.Args[0])
	if err != nil || votes < 1 {
		return fail("'%s' is not a valid expected votes value, use positive integer", c.Args[0])
	}
	return c.doHere(ctx, api.ClusterCommand{Do: "expected-votes", Votes: votes}, "Unable to set expected votes")
}

// quorumUnblock carries out "quorum unblock": what runs on nodes that never
// came is taken to be off, as after "stonith confirm".
func quorumUnblock(ctx context.Context, c *Call) error {
	if len(c.Args) > 0 {
		return errUsage
	}
	state, err := c.localState(ctx)
	switch {
	case errors.Is(err, errNoDaemon) || (err == nil && !state.Running):
		return fail("unable to check quorum status")
	case err != nil:
		return err
	case !state.Quorum.Waits:
		return fail("cluster is not waiting for nodes to establish quorum")
	}
	var absent []string
	for _, m := range state.View.Members {
		if !m.Online {
			absent = append(absent, m.Name)
		}
	}
	if len(absent) == 0 {
		return fail("no unjoined nodes found")
	}
	slices.Sort(absent)
	warning := fmt.Sprintf("If node(s) %s are not powered off or they do have access to shared resources, "+
		"data corruption and/or cluster failure may occur", report.Quote(absent))
	if sure, err := c.sure(ctx, warning); err != nil || !sure {
		return err
	}
	if err := c.doHere(ctx, api.ClusterCommand{Do: "unblock", Nodes: absent}, "unable to cancel waiting for nodes"); err != nil {
		return err
	}
	for _, node := range absent {
		fmt.Fprintf(c.Stdout, "Node: %s confirmed fenced\n", node)
	}
	fmt.Fprintln(c.Stderr, "Quorum unblocked\nWaiting for nodes canceled")
	return nil
}
