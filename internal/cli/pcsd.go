package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/auth"
)

func newPcsd() *cobra.Command {
	cmd := noun("pcsd", "Manage pcs daemon.", nil, nil,
		verb("status [<node>]...", "View whether the daemon answers on nodes, by default on all nodes of the cluster.",
			pcsdStatus, "--request-timeout"),
		verb("deauth [<token>]...", "Take back tokens that this node gave to others, by default all of them.", pcsdDeauth),
	)
	cmd.AddCommand(pcsdCertVerbs()...)
	return cmd
}

// pcsdDeauth carries out "pcsd deauth".
func pcsdDeauth(_ context.Context, c *Call) error {
	missing, err := auth.NewTokens(c.Root.PcsUsers()).Remove(c.Args...)
	if err != nil {
		return fail("Unable to save the tokens of this node: %v", err)
	}
	if len(missing) > 0 {
		return fail("Following tokens were not found: '%s'", strings.Join(missing, "', '"))
	}
	return nil
}
