package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/engine/explain"
)

func newWhy() *cobra.Command {
	return verb("why <resource id>",
		"Say why a resource is stopped, or where it is: failures, constraints, nodes that cannot run it, and what to type\n"+
			"to change that.", whyResource, "-f")
}

func whyResource(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	chain, err := explain.Why(doc, c.Args[0], time.Now())
	if errors.Is(err, explain.ErrNoResource) {
		return fail("resource or group '%s' does not exist, to list the resources type: pcs resource", c.Args[0])
	}
	if err != nil {
		return fail("cannot work out the state of the cluster: %v", err)
	}
	for _, line := range chain.Lines() {
		fmt.Fprintln(c.Stdout, line)
	}
	return nil
}
