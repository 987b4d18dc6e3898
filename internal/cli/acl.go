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

func newACL() *cobra.Command {
	return noun("acl", "Manage access control lists", aclConfig, []string{"-f"},
		unnamed(verb("config", "Show roles and who holds them", withoutArgs(aclConfig), "-f")),
		verb("enable", "Turn access control on", withoutArgs(aclSwitch(true)), "-f"),
		verb("disable", "Turn access control off", withoutArgs(aclSwitch(false)), "-f"),
		noun("role", "Manage roles", nil, nil,
			verb("create <role id> [description=<text>] [((read | write | deny) (xpath <query> | id <id>))...]", "Make a role", roleCreate, "-f"),
			verb("delete <role id> [--autodelete]", "Remove a role", roleDelete, "--autodelete", "-f"),
			verb("remove <role id> [--autodelete]", "Remove a role", roleDelete, "--autodelete", "-f"),
			verb("assign <role id> [to] [user|group] <name>", "Give a role to a user or group", roleAssign, "-f"),
			verb("unassign <role id> [from] [user|group] <name> [--autodelete]", "Take a role from a user or group", roleUnassign, "--autodelete", "-f"),
		),
		aclHolders("user", admin.ACLUser),
		aclHolders("group", admin.ACLGroup),
		noun("permission", "Manage permissions of roles", nil, nil,
			verb("add <role id> ((read | write | deny) (xpath <query> | id <id>))...", "Add permissions to a role", permissionAdd, "-f"),
			verb("delete <permission id>", "Remove a permission", permissionDelete, "-f"),
			verb("remove <permission id>", "Remove a permission", permissionDelete, "-f"),
		),
		replaced("show", "acl config", withoutArgs(aclConfig), "-f"),
	)
}

// aclHolders are the verbs for users or for groups.
func aclHolders(kind, tag string) *cobra.Command {
	create := func(ctx context.Context, c *Call) error {
		if len(c.Args) == 0 {
			return errUsage
		}
		return c.editCIB(ctx, func(doc *cib.Document) report.List {
			return admin.CreateHolder(doc, tag, c.Args[0], c.Args[1:])
		})
	}
	remove := func(ctx context.Context, c *Call) error {
		if len(c.Args) != 1 {
			return errUsage
		}
		return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.DeleteHolder(doc, tag, c.Args[0]) })
	}
	return noun(kind, "Manage "+kind+"s that hold roles", nil, nil,
		verb("create <name> [<role id>]...", "Add a "+kind+" with roles", create, "-f"),
		verb("delete <name>", "Remove a "+kind, remove, "-f"),
		verb("remove <name>", "Remove a "+kind, remove, "-f"),
	)
}

func aclConfig(ctx context.Context, c *Call) error {
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	c.printLines(admin.ACLLines(doc))
	return nil
}

func aclSwitch(on bool) handler {
	return func(ctx context.Context, c *Call) error {
		return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.EnableACL(doc, on) })
	}
}

// parsePermissions reads "<kind> <scope> <value>" groups.
func parsePermissions(words []string) ([]admin.Permission, error) {
	if len(words)%3 != 0 {
		return nil, errUsage
	}
	var permissions []admin.Permission
	for group := range slices.Chunk(words, 3) {
		permissions = append(permissions, admin.Permission{
			Kind: strings.ToLower(group[0]), Scope: strings.ToLower(group[1]), Value: group[2],
		})
	}
	return permissions, nil
}

func roleCreate(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	words, description := c.Args[1:], ""
	if len(words) > 0 && strings.HasPrefix(words[0], "description=") && words[0] != "description=" {
		description, words = strings.TrimPrefix(words[0], "description="), words[1:]
	}
	permissions, err := parsePermissions(words)
	if err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.CreateRole(doc, c.Args[0], description, permissions)
	})
}

func roleDelete(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	c.deprecatedAutodelete()
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.DeleteRole(doc, c.Args[0], c.Has("--autodelete"))
	})
}

func (c *Call) deprecatedAutodelete() {
	if c.Has("--autodelete") {
		c.say(report.NewDeprecation("DEPRECATED_OPTION", "Flag '--autodelete' is deprecated and might be removed in a future release."))
	}
}

// parseHolder reads "<role> [to] [user|group] <name>"; link is "to" or "from".
func parseHolder(words []string, link string) (role, tag, name string, err error) {
	if len(words) < 2 {
		return "", "", "", errUsage
	}
	role, words = words[0], words[1:]
	if words[0] == link {
		words = words[1:]
	}
	if len(words) == 2 {
		switch words[0] {
		case "user":
			tag = admin.ACLUser
		case "group":
			tag = admin.ACLGroup
		default:
			return "", "", "", errUsage
		}
		words = words[1:]
	}
	if len(words) != 1 {
		return "", "", "", errUsage
	}
	return role, tag, words[0], nil
}

func roleAssign(ctx context.Context, c *Call) error {
	role, tag, name, err := parseHolder(c.Args, "to")
	if err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.AssignRole(doc, role, tag, name) })
}

func roleUnassign(ctx context.Context, c *Call) error {
	role, tag, name, err := parseHolder(c.Args, "from")
	if err != nil {
		return err
	}
	c.deprecatedAutodelete()
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.UnassignRole(doc, role, tag, name, c.Has("--autodelete"))
	})
}

func permissionAdd(ctx context.Context, c *Call) error {
	if len(c.Args) < 4 {
		return errUsage
	}
	permissions, err := parsePermissions(c.Args[1:])
	if err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.AddPermissions(doc, c.Args[0], permissions)
	})
}

func permissionDelete(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.DeletePermission(doc, c.Args[0]) })
}
