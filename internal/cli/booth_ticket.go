package cli

import (
	"context"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/conf"
	"gpcs/internal/report"
)

func newBoothTicket(files []string) *cobra.Command {
	grant := func(action, help string) *cobra.Command {
		return verb(action+" <ticket> [<site address>]", help,
			func(ctx context.Context, c *Call) error { return c.boothTicket(ctx, action) }, "--name")
	}
	return noun("ticket", "Manage the tickets of booth.", nil, nil,
		verb("add <ticket> [<name>=<value> ...]", "Add a ticket to the configuration of booth.", boothTicketAdd,
			append([]string{"--force"}, files...)...),
		verb("delete <ticket>", "Take a ticket out of the configuration of booth.", boothTicketRemove, files...),
		verb("remove <ticket>", "Take a ticket out of the configuration of booth.", boothTicketRemove, files...),
		verb("cleanup [ticket]", "Take a ticket out of the CIB, or all tickets that booth's configuration does not have.",
			boothTicketCleanup, "--name"),
		verb("standby <ticket>", "Have this site act as if it had lost the ticket, without giving it back.",
			func(ctx context.Context, c *Call) error { return c.ticketStandby(ctx, true) }),
		verb("unstandby <ticket>", "Have this site use the ticket again.",
			func(ctx context.Context, c *Call) error { return c.ticketStandby(ctx, false) }),
		grant("grant", "Grant a ticket to this site, or to the one named."),
		grant("revoke", "Take a ticket back from this site, or from the one named."),
	)
}

// boothTicketAdd carries out "booth ticket add".
func boothTicketAdd(_ context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	options, err := optionMap(c.Args[1:])
	if err != nil {
		return err
	}
	return c.editBooth(func(b *conf.Booth) report.List {
		out := b.ValidateAddTicket(c.Args[0], options, c.Has("--force"))
		if !out.Failed() {
			b.AddTicket(c.Args[0], options)
		}
		return out
	})
}

// boothTicketRemove carries out "booth ticket delete" and "remove".
func boothTicketRemove(_ context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	return c.editBooth(func(b *conf.Booth) report.List { return b.RemoveTicket(c.Args[0]) })
}

// boothTicketCleanup carries out "booth ticket cleanup".
func boothTicketCleanup(ctx context.Context, c *Call) error {
	if len(c.Args) > 1 {
		return errUsage
	}
	if len(c.Args) == 1 {
		return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.CleanupTickets(doc, c.Args) })
	}
	b, err := c.booth()
	if err != nil {
		return err
	}
	booth, err := c.readBooth(b)
	if err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.CleanupTickets(doc, admin.TicketsBesides(doc, booth.Tickets()))
	})
}

// ticketStandby carries out "booth ticket standby" and "unstandby".
func (c *Call) ticketStandby(ctx context.Context, standby bool) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	if err := c.conclude(conf.ValidateBoothTicketName(c.Args[0])); err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.StandbyTicket(doc, c.Args[0], standby) })
}

// boothTicket carries out "booth ticket grant" and "revoke": booth's daemons
// agree on it between the sites.
func (c *Call) boothTicket(ctx context.Context, action string) error {
	if len(c.Args) == 0 || len(c.Args) > 2 {
		return errUsage
	}
	b, err := c.booth()
	if err != nil {
		return err
	}
	ticket, site := c.Args[0], ""
	if len(c.Args) == 2 {
		site = c.Args[1]
	} else {
		doc, err := c.readCIB(ctx)
		if err != nil {
			return err
		}
		addresses := admin.BoothAddresses(doc, b.onNode)
		if len(addresses) != 1 {
			return fail("cannot determine local site ip, please specify site parameter")
		}
		site = addresses[0]
	}
	out, errs, code, err := c.runForeign(ctx, boothProgram, action, "-s", site, ticket)
	why := reason(out, errs)
	if err != nil {
		why = err.Error()
	}
	if err != nil || code != 0 {
		return fail("unable to %s booth ticket '%s' for site '%s', reason: %s", action, ticket, site, why)
	}
	return nil
}
