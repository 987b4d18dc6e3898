package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newConstraintTicket() *cobra.Command {
	show := showConstraints("ticket")
	options := []string{"-f", "--all", "--full", "--output-format"}
	return noun("ticket", "Manage which tickets resources need", show, options,
		unnamed(verb("config", "Show ticket constraints", withoutArgs(show), options...)),
		verb("add <ticket> [<role>] <resource id> [loss-policy=<policy>] [id=<id>]", "Let a resource depend on a ticket",
			addTicket, "--force", "-f"),
		setVerb("Make a ticket constraint of resource sets", admin.AddTicketSet),
		verb("delete <ticket> <resource id>", "Remove a resource from the constraints of a ticket", deleteTicket, "-f"),
		verb("remove <ticket> <resource id>", "Remove a resource from the constraints of a ticket", deleteTicket, "-f"),
		replaced("show", "constraint ticket config", show, options...),
	)
}

func addTicket(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return fail("Ticket not specified")
	}
	ticket, words := c.Args[0], c.Args[1:]
	at := slices.IndexFunc(words, func(w string) bool { return strings.Contains(w, "=") })
	if at < 0 {
		at = len(words)
	}
	role, resource := "", ""
	switch at {
	case 1:
		resource = words[0]
	case 2:
		role, resource = words[0], words[1]
	default:
		return fail("invalid resource specification: '%s'", strings.Join(words[:at], " "))
	}
	options, err := parsePairs(words[at:])
	if err != nil {
		return err
	}
	if _, given := options.Get("rsc-role"); given {
		return fail("Resource role must not be specified among options, specify it before resource id")
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.AddTicket(doc, ticket, resource, role, options, c.Has("--force"))
	})
}

func deleteTicket(ctx context.Context, c *Call) error {
	if len(c.Args) != 2 {
		return errUsage
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.DeleteTicket(doc, c.Args[0], c.Args[1]) })
}
