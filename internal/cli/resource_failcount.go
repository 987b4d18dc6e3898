package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/status"
)

// newFailcount is "failcount" below "resource" and "stonith".
func newFailcount() *cobra.Command {
	options := []string{"--full", "-f"}
	return noun("failcount", "Show how often operations of resources failed.", showFailcounts, options,
		unnamed(verb("show [<resource id | stonith id>] [node=<node>] [operation=<operation> [interval=<interval>]] [--full]",
			"Show fail counts, all or those of a resource, a node, an operation. With --full they are not summed "+
				"up. 'pcs resource cleanup' and 'pcs resource refresh' reset them.", showFailcounts, options...)))
}

func showFailcounts(ctx context.Context, c *Call) error {
	id, options, err := resourceAndOptions(c.Args, "node", "operation", "interval")
	if err != nil {
		return err
	}
	filter := status.FailcountFilter{
		Resource: id, Node: options["node"], Operation: options["operation"], Interval: options["interval"],
	}
	if err := c.conclude(admin.CheckFailcountFilter(filter.Operation, filter.Interval)); err != nil {
		return err
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(c.Stdout, status.FailcountsText(status.ReadFailcounts(doc), filter, c.Has("--full")))
	return err
}
