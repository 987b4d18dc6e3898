package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/client"
	"gpcs/internal/status"
)

func newQuorum() *cobra.Command {
	return noun("quorum", "Manage cluster quorum settings.", quorumConfig, []string{"--corosync_conf"},
		unnamed(verb("config", "Show quorum configuration.", withoutArgs(quorumConfig), "--corosync_conf")),
		verb("update [auto_tie_breaker=[0|1]] [last_man_standing=[0|1]] [last_man_standing_window=[<time in ms>]] [wait_for_all=[0|1]]",
			"Change quorum options; an empty value removes an option. The cluster must be stopped on all nodes.",
			quorumUpdate, "--corosync_conf", "--force", "--request-timeout", "--skip-offline"),
		newQuorumDevice(),
		verb("expected-votes <votes>", "Set expected votes in the running cluster; no file is changed.", quorumExpectedVotes),
		verb("unblock [--yes]", "Cancel waiting for all nodes. Nodes that are waited for must be off, or have no access to shared resources.",
			quorumUnblock, "--force", "--yes"),
		verb("status", "Show quorum runtime status.", withoutArgs(quorumStatus)),
	)
}

// quorumConfig carries out "quorum [config]".
func quorumConfig(_ context.Context, c *Call) error {
	conf, err := c.corosyncConf()
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(c.Stdout, conf.QuorumText())
	return err
}

// quorumStatus carries out "quorum status" and "status quorum".
func quorumStatus(ctx context.Context, c *Call) error {
	votes, err := c.votes(ctx, fail("Unable to get quorum status: Cannot initialize CMAP service\n  %s", startHint))
	if err != nil {
		return err
	}
	// An empty line follows, as corosync-quorumtool's output is printed whole.
	_, err = fmt.Fprintln(c.Stdout, status.QuorumText(votes))
	return err
}

// votes asks this node for its quorum; where the cluster is stopped it returns
// stopped.
func (c *Call) votes(ctx context.Context, stopped error) (status.Votes, error) {
	state, err := c.localState(ctx)
	if errors.Is(err, errNoDaemon) || (err == nil && !state.Running) {
		return status.Votes{}, stopped
	}
	if err != nil {
		return status.Votes{}, err
	}
	return client.Votes(state, time.Now()), nil
}
