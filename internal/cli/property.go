package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/fence/watchdog"
	"gpcs/internal/report"
)

func newProperty() *cobra.Command {
	options := []string{"-f", "--all", "--defaults", "--output-format"}
	return noun("property", "Manage properties of the cluster", propertyConfig, options,
		unnamed(verb("config [<property>... | --all] [--output-format text|cmd|json]", "Show properties that are set; with --all also the others", propertyConfig, options...)),
		verb("set <property>=[<value>]... [--force]", "Set properties; an empty value removes one", propertySet, "--force", "-f"),
		verb("unset <property>... [--force]", "Remove properties", propertyUnset, "--force", "-f"),
		verb("defaults [<property>...] [--full]", "Show the defaults of properties", propertyDefaults, "--full"),
		verb("describe [<property>...] [--full]", "Describe properties", propertyDescribe, "--full", "--output-format"),
		hidden(verb("get_cluster_properties_definition", "Print what is known of properties as JSON", propertyDefinitions)),
		replaced("list", "property config", propertyConfig, options...),
		replaced("show", "property config", propertyConfig, options...),
	)
}

func hidden(cmd *cobra.Command) *cobra.Command {
	cmd.Hidden = true
	return cmd
}

// atMostOne refuses more than one of the options.
func (c *Call) atMostOne(options ...string) error {
	var given []string
	for _, o := range options {
		if c.Has(o) {
			given = append(given, o)
		}
	}
	if len(given) > 1 {
		return fail("Only one of %s can be used", report.Quote(given))
	}
	return nil
}

func propertyConfig(ctx context.Context, c *Call) error {
	if err := c.atMostOne("--all", "--defaults", "--output-format"); err != nil {
		return err
	}
	format, err := c.outputFormat()
	if err != nil {
		return err
	}
	if len(c.Args) > 0 && (c.Has("--all") || c.Has("--defaults") || format != "text") {
		return errUsage
	}
	if c.Has("--defaults") {
		c.say(report.NewDeprecation("DEPRECATED_OPTION", "Option --defaults is deprecated and will be removed. "+
			"Please use command 'pcs property defaults' instead."))
		known, _ := admin.KnownProperties(nil, true)
		c.printLines(admin.DefaultLines(known))
		return nil
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	sets := admin.ReadProperties(doc, time.Now())
	switch format {
	case "json":
		fmt.Fprintln(c.Stdout, admin.JSONLine(sets))
	case "cmd":
		c.print(sets.Command())
	default:
		c.printLines(sets.Lines(c.Has("--all"), c.Args))
	}
	return nil
}

// propertyOptions: on the running cluster the names of Pacemaker 2 are as
// good as the newer ones, so nothing is said about them.
func propertyOptions(c *Call) admin.PropertyOptions {
	o := admin.PropertyOptions{Force: c.Has("--force"), Quiet: !c.Has("-f")}
	if s, err := watchdog.Load(c.Root); err == nil && s.Enabled {
		o.WatchdogS = int64(s.Timeout / time.Second)
	}
	return o
}

func propertySet(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	values, err := parsePairs(c.Args)
	if err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.SetProperties(doc, values, propertyOptions(c))
	})
}

func propertyUnset(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	var values admin.Pairs
	var twice []string
	for _, name := range c.Args {
		if _, again := values.Get(name); again && !slices.Contains(twice, name) {
			twice = append(twice, name)
		}
		values = values.With(name, "")
	}
	if len(twice) > 0 {
		plural := ""
		if len(twice) > 1 {
			plural = "s"
		}
		slices.Sort(twice)
		return fail("duplicate argument%s: %s", plural, report.Quote(twice))
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.SetProperties(doc, values, propertyOptions(c))
	})
}

func propertyDefaults(_ context.Context, c *Call) error {
	known, err := c.namedProperties("default value")
	if err != nil {
		return err
	}
	c.printLines(admin.DefaultLines(known))
	return nil
}

// namedProperties are the properties that a command names, all of them where it
// names none; what is what it shows of them.
func (c *Call) namedProperties(what string) ([]admin.Property, error) {
	if len(c.Args) > 0 && c.Has("--full") {
		return nil, errUsage
	}
	known, unknown := admin.KnownProperties(c.Args, c.Has("--full"))
	if unknown != nil {
		word := "properties"
		if len(unknown) == 1 {
			word = "property"
		}
		return nil, fail("No %s for %s: %s", what, word, report.Quote(unknown))
	}
	return known, nil
}

func propertyDescribe(_ context.Context, c *Call) error {
	if format, err := c.outputFormat(); err != nil {
		return err
	} else if format != "text" {
		return fail("Unknown value '%s' for '--output-format' option. Supported value is: 'text'", format)
	}
	known, err := c.namedProperties("description")
	if err != nil {
		return err
	}
	c.printLines(admin.DescriptionLines(known))
	return nil
}

func propertyDefinitions(_ context.Context, c *Call) error {
	fmt.Fprint(c.Stdout, strings.TrimRight(admin.PropertyDefinitions(), "\n"), "\n")
	return nil
}
