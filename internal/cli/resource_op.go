package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newResourceOp() *cobra.Command {
	return noun("op", "Manage operations of resources", nil, nil,
		append(opVerbs(false), newDefaults(admin.OperationDefaults))...)
}

// opVerbs are the verbs for operations of resources or of fence devices.
func opVerbs(stonith bool) []*cobra.Command {
	remove := func(ctx context.Context, c *Call) error { return c.deleteOperation(ctx, stonith) }
	return []*cobra.Command{
		verb("add <resource id> <operation action> [operation properties]", "Add an operation.",
			func(ctx context.Context, c *Call) error { return c.addOperation(ctx, stonith) }, "-f", "--force"),
		verb("delete <operation id> | <resource id> <operation action> [<operation properties>...]",
			"Remove operations: that of an id, or those of a name; with properties, those that have just these.", remove, "-f"),
		verb("remove <operation id> | <resource id> <operation action> [<operation properties>...]",
			"Remove operations: that of an id, or those of a name; with properties, those that have just these.", remove, "-f"),
	}
}

func (c *Call) addOperation(ctx context.Context, stonith bool) error {
	if stonith && len(c.Args) > 0 {
		if err := c.refuseResources(ctx, c.Args[:1], "op add"); err != nil {
			return err
		}
	}
	if len(c.Args) < 2 {
		return errUsage
	}
	if strings.Contains(c.Args[1], "=") {
		return fail("%s does not appear to be a valid operation action", c.Args[1])
	}
	// Words that are no options are passed over, as pcs does.
	options := slices.DeleteFunc(slices.Clone(c.Args[2:]), func(w string) bool { return !strings.Contains(w, "=") })
	op, err := c.operationPairs(c.Args[1], options)
	if err != nil {
		return err
	}
	agents := func(name agentmeta.Name) agentmeta.Agent { return c.agentOrVoid(ctx, name) }
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.AddOperation(doc, c.Args[0], op, agents, stonith, c.Has("--force"))
	})
}

func (c *Call) deleteOperation(ctx context.Context, stonith bool) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	if stonith {
		if err := c.refuseResources(ctx, c.Args[:1], "op delete"); err != nil {
			return err
		}
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.DeleteOperation(doc, c.Args, stonith) })
}
