package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/fence"
	"gpcs/internal/status"
)

func newStonith() *cobra.Command {
	options := []string{"--hide-inactive", "--full", "-f"}
	verbs := append(stonithVerbs(),
		unnamed(verb("status [<stonith id | tag id>] [node=<node>] [--hide-inactive] [--full]",
			"View fence devices: all, one, those of a tag, or those of a node. With --full also from which nodes each of them works.", stonithStatus, options...)),
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
	if matrix := s.fenceMatrix(); c.Has("--full") && len(matrix) > 0 {
		fmt.Fprintf(c.Stdout, "\nFencing Matrix:\n%s", status.MatrixText(matrix, s.now, "  "))
	}
	return nil
}

// fenceMatrix is what the members found when they tested their fence devices.
func (l *look) fenceMatrix() []fence.Row {
	var online []string
	for _, m := range l.state.View.Members {
		if m.Online {
			online = append(online, m.Name)
		}
	}
	var tests []fence.Test
	for _, t := range l.state.Fencing {
		tests = append(tests, fence.Test{Device: t.Device, Node: t.Node, GoodMS: t.GoodMS, TriedMS: t.TriedMS, Error: t.Error})
	}
	return fence.Matrix(l.doc, online, tests, time.Now().Unix())
}
