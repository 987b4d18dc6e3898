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

// newDefaults is the noun for default values of resources or of operations.
func newDefaults(of admin.DefaultsOf) *cobra.Command {
	show := []string{"-f", "--all", "--full", "--no-expire-check", "--output-format"}
	config := func(ctx context.Context, c *Call) error { return c.showDefaults(ctx, of) }
	remove := func(ctx context.Context, c *Call) error {
		return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.DeleteDefaults(doc, of, c.Args) })
	}
	update := func(ctx context.Context, c *Call) error { return c.updateDefaults(ctx, of) }
	set := noun("set", "Manage sets of default values", nil, nil,
		verb("create [<set options>] [meta [<name>=<value>]...] [rule [<expression>]]",
			"Make a set of default values, for what a rule picks if one is given. Set options are: id, score.",
			func(ctx context.Context, c *Call) error { return c.createDefaults(ctx, of) }, "-f", "--force"),
		verb("delete [<set id>]...", "Remove sets.", remove, "-f"),
		verb("remove [<set id>]...", "Remove sets.", remove, "-f"),
		verb("update <set id> [meta [<name>=<value>]...]", "Change values of a set; an empty value removes one.",
			func(ctx context.Context, c *Call) error { return c.updateDefaultsSet(ctx, of) }, "-f"),
	)
	defaults := noun("defaults", "Manage default values", config, show,
		unnamed(verb("config [--all] [--full] [--no-expire-check] [--output-format text|cmd|json]",
			"Show sets of default values; those whose time is over with --all only.", withoutArgs(config), show...)),
		set,
		verb("update <name>=<value>...", "Change values of the only set; an empty value removes one.", update, "-f"),
	)
	return defaults
}

func (c *Call) showDefaults(ctx context.Context, of admin.DefaultsOf) error {
	format, err := c.outputFormat()
	if err != nil {
		return err
	}
	if format != "text" && c.Has("--full") {
		return fail("option '--full' is not compatible with '%s' output format.", format)
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	unjudged := c.Has("--no-expire-check")
	defaults := admin.ReadDefaults(doc, of, c.Has("--all") || unjudged, time.Now())
	if unjudged {
		defaults = defaults.WithoutEffects()
	}
	switch format {
	case "json":
		fmt.Fprintln(c.Stdout, admin.JSONLine(defaults))
	case "cmd":
		c.printLines([]string{strings.Join(defaults.Commands(of), ";\n")})
	default:
		lines := defaults.Lines(c.Has("--full"))
		if lines == nil {
			lines = []string{"No defaults set"}
		}
		c.printLines(lines)
	}
	return nil
}

func (c *Call) createDefaults(ctx context.Context, of admin.DefaultsOf) error {
	g := splitKeywords(c.Args, "meta", "rule")
	if err := g.once("meta", "rule"); err != nil {
		return err
	}
	options, err := parsePairs(g.first)
	if err != nil {
		return err
	}
	meta, err := parsePairs(g.groups["meta"])
	if err != nil {
		return err
	}
	rule := g.groups["rule"]
	if len(rule) > 1 {
		c.say(report.NewDeprecation("DEPRECATED_ARGUMENT", "Specifying a rule as multiple arguments is deprecated and might be "+
			"removed in a future release, specify the rule as a single string instead"))
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.CreateDefaults(doc, of, options, meta, strings.Join(rule, " "), c.Has("--force"))
	})
}

func (c *Call) updateDefaultsSet(ctx context.Context, of admin.DefaultsOf) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	g := splitKeywords(c.Args[1:], "meta")
	if err := g.once("meta"); err != nil {
		return err
	}
	if len(g.first) > 0 {
		return errUsage
	}
	meta, err := parsePairs(g.groups["meta"])
	if err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.UpdateDefaultsSet(doc, of, c.Args[0], meta) })
}

func (c *Call) updateDefaults(ctx context.Context, of admin.DefaultsOf) error {
	meta, err := parsePairs(c.Args)
	if err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.UpdateDefaults(doc, of, meta) })
}

func newResourceUtilization() *cobra.Command {
	return verb("utilization [<resource id> [<name>=<value> ...]]",
		"Show what resources take of their nodes, or set it; an empty value removes a name.", resourceUtilization, "-f")
}

func resourceUtilization(ctx context.Context, c *Call) error {
	if len(c.Args) > 0 {
		if err := c.refuseStonith(ctx, c.Args[:1], ""); err != nil {
			return err
		}
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	c.say(admin.UtilizationHint(doc)...)
	if len(c.Args) < 2 {
		id := ""
		if len(c.Args) == 1 {
			id = c.Args[0]
		}
		all, _ := admin.ReadResources(doc, time.Now())
		lines, reports := admin.ResourceUtilization(all, id)
		if reports.Failed() {
			return c.conclude(reports)
		}
		c.printLines(lines)
		return nil
	}
	values, wrong := parsePairs(c.Args[1:])
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		out := admin.SetResourceUtilization(doc, c.Args[0], values)
		if wrong != nil && !out.Failed() {
			return stop(wrong)
		}
		return out
	})
}
