package cli

import (
	"context"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newCIB() *cobra.Command {
	return noun("cib", "Manage the cluster's configuration", nil, nil,
		noun("element", "Manage elements of the configuration", nil, nil,
			verb("description <element id> [<text>]", "Show the description of an element, or set it; an empty text removes it",
				elementDescription, "-f")),
	)
}

func elementDescription(ctx context.Context, c *Call) error {
	switch len(c.Args) {
	case 1:
		doc, err := c.readCIB(ctx)
		if err != nil {
			return err
		}
		text, bad := admin.Description(doc, c.Args[0])
		if bad != nil {
			return c.conclude(bad)
		}
		c.print(text)
		return nil
	case 2:
		return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.SetDescription(doc, c.Args[0], c.Args[1]) })
	}
	return errUsage
}
