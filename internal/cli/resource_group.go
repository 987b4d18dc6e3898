package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newResourceGroup() *cobra.Command {
	return noun("group", "Manage groups of resources", nil, nil,
		verb("list", "List groups with their members.", resourceGroupList, "-f"),
		verb("add <group id> <resource id> [resource id]... [--before <resource id> | --after <resource id>] [--wait[=n]]",
			"Put resources into a group, which is made if there is none of that id.", resourceGroupAdd,
			"-f", "--after", "--before", "--wait"),
		verb("delete <group id> [<resource id>]... [--wait[=n]]",
			"Dissolve a group, or take resources out of it.", resourceUngroup, "-f", "--wait"),
		verb("remove <group id> [<resource id>]... [--wait[=n]]",
			"Dissolve a group, or take resources out of it.", resourceUngroup, "-f", "--wait"),
	)
}

func newResourceUngroup() *cobra.Command {
	return verb("ungroup <group id> [<resource id>]... [--wait[=n]]",
		"Dissolve a group, or take resources out of it.", resourceUngroup, "-f", "--wait")
}

func resourceGroupList(ctx context.Context, c *Call) error {
	if len(c.Args) > 0 {
		return errUsage
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	all, _ := admin.ReadResources(doc, time.Now())
	c.printLines(admin.ResourceGroups(all))
	return nil
}

func resourceGroupAdd(ctx context.Context, c *Call) error {
	if len(c.Args) < 2 {
		return errUsage
	}
	m := admin.Member{Group: c.Args[0]}
	after, isAfter := c.Value("--after")
	before, isBefore := c.Value("--before")
	switch {
	case isAfter && isBefore:
		return fail("you cannot specify both --before and --after")
	case isAfter:
		m.Beside, m.After = after, true
	case isBefore:
		m.Beside = before
	}
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	return c.editCIBAndWait(ctx, wait, c.Args[1:], func(doc *cib.Document) report.List {
		return admin.AddToGroup(doc, c.Args[1:], m)
	})
}

func resourceUngroup(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	return c.editCIBAndWait(ctx, wait, nil, func(doc *cib.Document) report.List {
		return admin.Ungroup(doc, c.Args[0], c.Args[1:])
	})
}
