package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newConstraintOrder() *cobra.Command {
	show := showConstraints("order")
	options := []string{"-f", "--all", "--full", "--output-format"}
	cmd := verb("order [<action>] <resource id> then [<action>] <resource id> [<options>]", "Manage the order of actions",
		orderOrShow(show), append(options, "--force")...)
	cmd.AddCommand(
		unnamed(verb("config", "Show order constraints", withoutArgs(show), options...)),
		setVerb("Make an order constraint of resource sets", admin.AddOrderSet),
		verb("delete <resource id>...", "Remove resources from all order constraints", deleteOrders, "-f"),
		verb("remove <resource id>...", "Remove resources from all order constraints", deleteOrders, "-f"),
		replaced("show", "constraint order config", show, options...),
	)
	return cmd
}

// orderOrShow adds a constraint, or shows all where no words are given.
func orderOrShow(show handler) handler {
	return func(ctx context.Context, c *Call) error {
		if len(c.Args) == 0 {
			return showOnly(ctx, c, show)
		}
		if err := c.supported([]string{"-f", "--force"}); err != nil {
			return err
		}
		firstID, thenID, options, err := parseOrder(c.Args)
		if err != nil && thenID == "" {
			return err
		}
		return c.editCIB(ctx, func(doc *cib.Document) report.List {
			if out := admin.Orderable(doc, firstID, thenID, c.Has("--force")); err != nil && !out.Failed() {
				return stop(err)
			}
			return admin.AddOrder(doc, firstID, thenID, options, c.Has("--force"))
		})
	}
}

// parseOrder reads "[action] a then [action] b [name=value]...". Options that
// cannot be read are an error that comes with the two ids. The options
// returned hold the actions, "start" where none was given.
func parseOrder(words []string) (firstID, thenID string, options admin.Pairs, err error) {
	if len(words) < 3 {
		return "", "", nil, errUsage
	}
	firstAction, rest := cutAction(words)
	if len(rest) < 3 || rest[1] != "then" {
		return "", "", nil, errUsage
	}
	first := rest[0]
	thenAction, rest := cutAction(rest[2:])
	if len(rest) == 0 {
		return "", "", nil, errUsage
	}
	if slices.Contains(rest[1:], "then") {
		return "", "", nil, onlyTwo("then", "order")
	}
	if options, err = parseFilled(symmetryWords(rest[1:])); err != nil {
		return first, rest[0], nil, err
	}
	return first, rest[0], append(options, admin.Pair{Name: "first-action", Value: firstAction}, admin.Pair{Name: "then-action", Value: thenAction}), nil
}

// cutAction takes the action that may stand before a resource.
func cutAction(words []string) (action string, rest []string) {
	if slices.Contains(admin.OrderActions, words[0]) {
		return words[0], words[1:]
	}
	return "start", words
}

// symmetryWords writes the options that may stand as a word alone in full.
func symmetryWords(words []string) []string {
	words = slices.Clone(words)
	for i, w := range words {
		switch w {
		case "symmetrical":
			words[i] = "symmetrical=true"
		case "nonsymmetrical":
			words[i] = "symmetrical=false"
		}
	}
	return words
}

// onlyTwo refuses a constraint of two resources that names a third one.
func onlyTwo(word, kind string) error {
	return usageError{
		message: fmt.Sprintf("Multiple '%s's cannot be specified.", word),
		hint: fmt.Sprintf("Use the 'pcs constraint %s set' command if you want to create a constraint for more than two resources.",
			kind),
	}
}

func deleteOrders(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.DeleteOrders(doc, c.Args) })
}
