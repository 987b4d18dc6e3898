package cli

import (
	"context"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
)

func newResourceRelations() *cobra.Command {
	return verb("relations <resource id> [--full]",
		"Show as a tree what is tied to a resource by orderings and by groups, clones and bundles; with --full, with types and ids.",
		resourceRelations, "-f", "--full")
}

func resourceRelations(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	lines, reports := admin.ResourceRelations(doc, c.Args[0], c.Has("--full"))
	if reports.Failed() {
		return c.conclude(reports)
	}
	c.printLines(lines)
	return nil
}
