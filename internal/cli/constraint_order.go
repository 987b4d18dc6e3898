package cli

import (
	"context"
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
		unnamed(verb("config", "Show order constraints", noWords(show), options...)),
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
			return show(ctx, c)
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
	then := slices.Index(words, "then")
	if then >= 0 && slices.Contains(words[then+1:], "then") {
		return "", "", nil, usageError{
			message: "Multiple 'then's cannot be specified.",
			hint:    "Use the 'pcs constraint order set' command if you want to create a constraint for more than two resources.",
		}
	}
	if then < 1 || then == len(words)-1 {
		return "", "", nil, errUsage
	}
	firstAction, rest := cutAction(words[:then])
	if len(rest) != 1 {
		return "", "", nil, errUsage
	}
	firstID = rest[0]
	thenAction, rest := cutAction(words[then+1:])
	if len(rest) == 0 {
		return "", "", nil, errUsage
	}
	thenID = rest[0]
	if options, err = parsePairs(rest[1:]); err == nil {
		err = noEmptyValues(options)
	}
	if err != nil {
		return firstID, thenID, nil, err
	}
	return firstID, thenID, options.With("first-action", firstAction).With("then-action", thenAction), nil
}

func cutAction(words []string) (action string, rest []string) {
	if slices.Contains(admin.OrderActions, words[0]) && len(words) > 1 {
		return words[0], words[1:]
	}
	return "start", words
}

func deleteOrders(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.DeleteOrders(doc, c.Args) })
}
