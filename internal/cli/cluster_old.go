package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/api"
	"gpcs/internal/report"
)

// oldClusterVerbs are verbs of "cluster" of earlier versions of pcs, and one
// that only daemons call.
func oldClusterVerbs() []*cobra.Command {
	old := func(use, now string, h handler, options ...string) *cobra.Command {
		return verb(use, "The same as 'pcs "+now+"'.", func(ctx context.Context, c *Call) error {
			c.say(report.NewDeprecation("COMMAND_REPLACED", fmt.Sprintf(
				"This command has been replaced with 'pcs %s'. See 'man pcs' -> Changes in pcs-0.12.", now)))
			return h(ctx, c)
		}, options...)
	}
	verbs := []*cobra.Command{
		old("certkey <certificate file> <key file>", "pcsd certkey", pcsdCertkey, "--force"),
		old("pcsd-status [<node>]...", "pcsd status", pcsdStatus, "--request-timeout"),
		verb("remove_nodes_from_cib <node>...", "Have the cluster forget nodes.", removeNodesFromCIB),
	}
	for _, v := range verbs {
		v.Hidden = true
	}
	return verbs
}

// removeNodesFromCIB carries out "cluster remove_nodes_from_cib".
func removeNodesFromCIB(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	return c.doHere(ctx, api.ClusterCommand{Do: "forget", Nodes: c.Args},
		fmt.Sprintf("Unable to remove node(s) '%s' from pacemaker", strings.Join(c.Args, "', '")))
}
