package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newTag() *cobra.Command {
	options := []string{"-f", "--output-format"}
	return noun("tag", "Manage tags", tagConfig, options,
		unnamed(verb("config [<tag id>...] [--output-format text|cmd|json]", "Show tags", tagConfig, options...)),
		verb("create <tag id> <id>...", "Make a tag of resources", tagCreate, "-f"),
		verb("delete <tag id>...", "Remove tags", tagDelete, "-f"),
		verb("remove <tag id>...", "Remove tags", tagDelete, "-f"),
		verb("update <tag id> [add <id>... [--before <id> | --after <id>]] [remove <id>...]", "Change what a tag refers to",
			tagUpdate, "--after", "--before", "-f"),
		replaced("list", "tag config", tagConfig, options...),
	)
}

func tagConfig(ctx context.Context, c *Call) error {
	format, doc, err := c.toShow(ctx)
	if err != nil {
		return err
	}
	tags, unknown := admin.ReadTags(doc, c.Args)
	if unknown != nil {
		return c.conclude(unknown)
	}
	switch format {
	case "json":
		fmt.Fprintln(c.Stdout, admin.JSONIndented(tags))
	case "cmd":
		c.print(strings.Join(tags.Commands(), ";\n"))
	default:
		c.printLines(tags.Lines())
	}
	return nil
}

func tagCreate(ctx context.Context, c *Call) error {
	if len(c.Args) < 2 {
		return errUsage
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.CreateTag(doc, c.Args[0], c.Args[1:]) })
}

func tagDelete(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.DeleteTags(doc, c.Args) })
}

func tagUpdate(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	words := splitKeywords(c.Args[1:], "add", "remove")
	change := admin.TagChange{Add: words.groups["add"], Remove: words.groups["remove"]}
	if len(words.first) > 0 {
		return errUsage
	}
	if err := words.once("add", "remove"); err != nil {
		return err
	}
	if words.has("add") && len(change.Add) == 0 || words.has("remove") && len(change.Remove) == 0 || !words.has("add") && !words.has("remove") {
		return usageError{hint: "Specify at least one id for 'add' or 'remove' arguments."}
	}
	if c.Has("--after") && c.Has("--before") {
		return fail("Cannot specify both --before and --after")
	}
	change.Beside, change.Before = c.Value("--before")
	if after, given := c.Value("--after"); given {
		change.Beside = after
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.UpdateTag(doc, c.Args[0], change) })
}
