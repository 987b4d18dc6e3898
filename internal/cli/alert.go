package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newAlert() *cobra.Command {
	show := []string{"-f", "--output-format"}
	return noun("alert", "Manage alerts", alertConfig, show,
		unnamed(verb("config [--output-format text|cmd|json]", "Show alerts", withoutArgs(alertConfig), show...)),
		verb("create path=<path> [id=<id>] [description=<text>] [options [<name>=<value>]...] [meta [<name>=<value>]...]",
			"Let a program be told of events", alertCreate, "-f"),
		verb("update <alert id> [path=<path>] [description=<text>] [options [<name>=<value>]...] [meta [<name>=<value>]...]",
			"Change an alert; empty values remove", alertUpdate, "-f"),
		verb("delete <alert id>...", "Remove alerts", alertDelete, "-f"),
		verb("remove <alert id>...", "Remove alerts", alertDelete, "-f"),
		noun("recipient", "Manage recipients of alerts", nil, nil,
			verb("add <alert id> value=<value> [id=<id>] [description=<text>] [options [<name>=<value>]...] [meta [<name>=<value>]...]",
				"Add a recipient to an alert", recipientAdd, "--force", "-f"),
			verb("update <recipient id> [value=<value>] [description=<text>] [options [<name>=<value>]...] [meta [<name>=<value>]...]",
				"Change a recipient; empty values remove", recipientUpdate, "--force", "-f"),
			verb("delete <recipient id>...", "Remove recipients", recipientDelete, "-f"),
			verb("remove <recipient id>...", "Remove recipients", recipientDelete, "-f"),
		),
		hidden(verb("get_all_alerts", "Print alerts as JSON", func(ctx context.Context, c *Call) error {
			doc, err := c.readCIB(ctx)
			if err == nil {
				fmt.Fprintln(c.Stdout, admin.JSONLine(admin.ReadAlerts(doc, time.Now()).List))
			}
			return err
		}, "-f")),
		replaced("show", "alert config", withoutArgs(alertConfig), show...),
	)
}

func alertConfig(ctx context.Context, c *Call) error {
	format, doc, err := c.toShow(ctx)
	if err != nil {
		return err
	}
	alerts := admin.ReadAlerts(doc, time.Now())
	switch format {
	case "json":
		fmt.Fprintln(c.Stdout, admin.JSONIndented(alerts))
	case "cmd":
		c.print(strings.Join(alerts.Commands(), ";\n"))
	default:
		c.printLines(alerts.Lines())
	}
	return nil
}

// parseAlert reads "<name>=<value>... [options ...] [meta ...]"; main is the
// name that stands beside id and description.
func parseAlert(words []string, main string, mayHaveID bool) (a admin.AlertArgs, err error) {
	groups := splitKeywords(words, "options", "meta")
	allowed := []string{main, "description"}
	if mayHaveID {
		allowed = append(allowed, "id")
	}
	if a.Plain, err = allowedPairs(groups.first, allowed...); err != nil {
		return a, err
	}
	if a.Options, err = parsePairs(groups.groups["options"]); err != nil {
		return a, err
	}
	if a.Meta, err = parsePairs(groups.groups["meta"]); err != nil {
		return a, err
	}
	return a, nil
}

func alertCreate(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	a, err := parseAlert(c.Args, "path", true)
	if err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.CreateAlert(doc, a) })
}

func alertUpdate(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	a, err := parseAlert(c.Args[1:], "path", false)
	if err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.UpdateAlert(doc, c.Args[0], a) })
}

func alertDelete(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.DeleteAlerts(doc, c.Args) })
}

func recipientAdd(ctx context.Context, c *Call) error {
	if len(c.Args) < 2 {
		return errUsage
	}
	a, err := parseAlert(c.Args[1:], "value", true)
	if err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.AddRecipient(doc, c.Args[0], a, c.Has("--force"))
	})
}

func recipientUpdate(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	a, err := parseAlert(c.Args[1:], "value", false)
	if err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.UpdateRecipient(doc, c.Args[0], a, c.Has("--force"))
	})
}

func recipientDelete(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.DeleteRecipients(doc, c.Args) })
}
