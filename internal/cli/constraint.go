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
	"gpcs/internal/report"
)

func newConstraint() *cobra.Command {
	show := showConstraints("")
	options := []string{"-f", "--all", "--full", "--output-format"}
	return noun("constraint", "Manage resource constraints", show, options,
		unnamed(verb("config", "Show all constraints; those whose rules are over only with --all", withoutArgs(show), options...)),
		newConstraintLocation(),
		newConstraintOrder(),
		newConstraintColocation(),
		newConstraintTicket(),
		verb("delete <constraint id>...", "Remove constraints, or rules of location constraints, by their ids", deleteConstraints, "-f"),
		verb("remove <constraint id>...", "Remove constraints, or rules of location constraints, by their ids", deleteConstraints, "-f"),
		verb("ref <resource>...", "List the constraints that name a resource", constraintRef, "-f"),
		hidden(noun("rule", "Replaced with 'pcs constraint location rule' and 'pcs constraint delete'", nil, nil,
			replaced("delete", "constraint delete", deleteConstraints, "-f"),
			replaced("remove", "constraint delete", deleteConstraints, "-f"))),
		replaced("list", "constraint config", show, options...),
		replaced("show", "constraint config", show, options...),
	)
}

// showConstraints prints the constraints of a kind, all if it is "".
func showConstraints(kind string) handler {
	return func(ctx context.Context, c *Call) error {
		format, err := c.outputFormat()
		if err != nil {
			return err
		}
		if c.Has("--full") && format == "json" {
			return fail("Option '--full' is not compatible with '%s' output format.", format)
		}
		doc, err := c.readCIB(ctx)
		if err != nil {
			return err
		}
		list := admin.ReadConstraints(doc, time.Now()).Only(kind)
		if !c.Has("--all") {
			list = list.WithoutExpired()
		}
		switch format {
		case "json":
			fmt.Fprintln(c.Stdout, admin.JSONIndented(list))
		case "cmd":
			commands, warnings := list.Commands()
			for _, w := range warnings {
				c.say(report.NewWarning("CONSTRAINT_NOT_EXPORTED", w))
			}
			c.print(strings.Join(commands, ";\n"))
		default:
			c.print(strings.Join(list.Lines(c.Has("--full")), "\n"))
		}
		return nil
	}
}

// print writes text and a newline, nothing if there is no text.
func (c *Call) print(text string) {
	if text != "" {
		fmt.Fprintln(c.Stdout, text)
	}
}

func deleteConstraints(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	if err := uniqueWords(c.Args); err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.DeleteConstraints(doc, c.Args) })
}

func constraintRef(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	for _, resource := range slices.Compact(slices.Sorted(slices.Values(c.Args))) {
		fmt.Fprintf(c.Stdout, "Resource: %s\n", resource)
		ids := admin.ConstraintsReferring(doc, resource)
		if len(ids) == 0 {
			fmt.Fprintln(c.Stdout, "  No Matches")
		}
		for _, id := range ids {
			fmt.Fprintln(c.Stdout, "  "+id)
		}
	}
	return nil
}

// replaced is a verb of an older dialect: it does what the present form does
// and names that form.
func replaced(use, modern string, h handler, options ...string) *cobra.Command {
	cmd := verb(use, "Replaced with 'pcs "+modern+"'", func(ctx context.Context, c *Call) error {
		c.say(report.NewDeprecation("COMMAND_REPLACED", fmt.Sprintf(
			"This command is deprecated and will be removed. Please use 'pcs %s' instead.", modern)))
		return h(ctx, c)
	}, options...)
	cmd.Hidden = true
	return cmd
}

// parseSets reads "<id>... [options] [set <id>... [options]]... [setoptions
// <options>]", the words after the first "set".
func parseSets(words []string) ([]admin.SetArg, admin.Pairs, error) {
	var groups [][]string
	var optionWords []string
	inOptions := false
	current := []string{}
	for _, w := range words {
		switch {
		case w == "setoptions" && inOptions:
			return nil, nil, fail("Keyword 'setoptions' may be mentioned at most once")
		case w == "set" && !inOptions:
			groups, current = append(groups, current), []string{}
		case w == "setoptions":
			inOptions = true
		case inOptions:
			optionWords = append(optionWords, w)
		default:
			current = append(current, w)
		}
	}
	var sets []admin.SetArg
	for _, g := range append(groups, current) {
		set, err := parseSet(g)
		if err != nil {
			return nil, nil, err
		}
		sets = append(sets, set)
	}
	options, err := parsePairs(optionWords)
	return sets, options, err
}

func parseSet(words []string) (admin.SetArg, error) {
	var set admin.SetArg
	var optionWords []string
	for _, w := range words {
		if strings.Contains(w, "=") {
			optionWords = append(optionWords, w)
		} else {
			set.Resources = append(set.Resources, w)
		}
	}
	if len(set.Resources) == 0 {
		return set, errUsage
	}
	var err error
	set.Options, err = parsePairs(optionWords)
	return set, err
}

// setVerb is the verb "set" of a kind of constraint.
func setVerb(short string, add func(*cib.Document, []admin.SetArg, admin.Pairs, bool) report.List) *cobra.Command {
	return verb("set <resource>... [<options>] [set <resource>... [<options>]]... [setoptions <options>]", short,
		func(ctx context.Context, c *Call) error {
			sets, options, err := parseSets(c.Args)
			if err != nil {
				return err
			}
			return c.editCIB(ctx, func(doc *cib.Document) report.List {
				return add(doc, sets, options, c.Has("--force"))
			})
		}, "--force", "-f")
}
