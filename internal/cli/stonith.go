package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gpcs/internal/status"
)

func newStonith() *cobra.Command {
	options := []string{"--hide-inactive", "-f"}
	verbs := append(stonithVerbs(),
		unnamed(verb("status [<stonith id | tag id>] [node=<node>] [--hide-inactive]",
			"View fence devices: all, one, those of a tag, or those of a node.", stonithStatus, options...)),
		newStonithFence(), newStonithConfirm(), newStonithHistory(), newStonithLedger(),
		newFailcount(), newCleanup(), newRefresh())
	return noun("stonith", "Manage fence devices.", stonithStatus, options, verbs...)
}

// stonithStatus carries out "stonith [status]": the devices and, where all are
// asked for, the fencing levels.
func stonithStatus(ctx context.Context, c *Call) error {
	all := len(c.Args) == 0
	err := c.listResources(ctx, "NO stonith devices configured", func(r *status.Resource) bool { return r.Class == "stonith" })
	if err != nil || !all {
		return err
	}
	s, err := c.look(ctx, errMonStopped)
	if err != nil {
		return err
	}
	if levels := status.LevelsText(s.doc, "  "); levels != "" {
		fmt.Fprintf(c.Stdout, "\nFencing Levels:\n%s", levels)
	}
	return nil
}
