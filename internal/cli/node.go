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

func newNode() *cobra.Command {
	modes := []string{"--all", "--wait", "-f"}
	settings := []string{"-f", "--force", "--name", "--output-format"}
	return noun("node", "Manage cluster nodes", nil, nil,
		verb("attribute [[<node>] [--name <name>] | <node> <name>=<value>...]", "Show attributes of nodes, or set them",
			nodeAttribute, settings...),
		verb("utilization [[<node>] [--name <name>] | <node> <name>=<value>...]", "Show what nodes have to give, or set it",
			nodeUtilization, settings...),
		verb("standby [--all | <node>...] [--wait[=n]]", "Let nodes run no resources", nodeMode("standby", true), modes...),
		verb("unstandby [--all | <node>...] [--wait[=n]]", "Let nodes run resources again", nodeMode("standby", false), modes...),
		verb("maintenance [--all | <node>...] [--wait[=n]]", "Leave the resources of nodes alone", nodeMode("maintenance", true), modes...),
		verb("unmaintenance [--all | <node>...] [--wait[=n]]", "Manage the resources of nodes again", nodeMode("maintenance", false), modes...),
	)
}

// nodeMode puts nodes into a mode or takes them out of it: the nodes named,
// all, or the one it is called on.
func nodeMode(mode string, on bool) handler {
	return func(ctx context.Context, c *Call) error {
		names, all := c.Args, c.Has("--all")
		if len(names) > 0 && all {
			return fail("Cannot specify both --all and a list of nodes.")
		}
		if len(names) == 0 && !all && c.Has("-f") {
			return fail("Node(s) must be specified if -f is used")
		}
		wait, err := c.waitSeconds()
		if err != nil {
			return err
		}
		if len(names) == 0 && !all {
			state, err := c.localState(ctx)
			if err != nil {
				return err
			}
			names = []string{state.Node}
		}
		return c.editCIBAndWait(ctx, wait, nil, func(doc *cib.Document) report.List {
			return admin.SetNodeMode(doc, mode, on, names, all)
		})
	}
}

// nodeQuery says what of which nodes to show; set is whether there is
// something to set instead.
func nodeQuery(c *Call) (node, name, format string, set bool, err error) {
	if format, err = c.outputFormat(); err != nil {
		return "", "", "", false, err
	}
	name, named := c.Value("--name")
	if len(c.Args) > 0 {
		node = c.Args[0]
	}
	set = len(c.Args) > 1
	switch {
	case set && named:
		err = errUsage
	case format == "text" && !(set && c.Has("--output-format")):
	case set:
		err = errUsage
	case named || node != "":
		err = fail("filtering is not supported with --output-format=cmd|json")
	}
	return node, name, format, set, err
}

func nodeAttribute(ctx context.Context, c *Call) error {
	node, name, format, set, err := nodeQuery(c)
	if err != nil {
		return err
	}
	if !set {
		return showNodes(ctx, c, node, name, format, false)
	}
	values, err := parsePairs(c.Args[1:])
	if err != nil {
		return err
	}
	missing := false
	err = c.editCIB(ctx, func(doc *cib.Document) report.List {
		out := admin.SetNodeAttributes(doc, node, values, c.Has("--force"))
		missing = len(out) > 0 && out[0].Code == admin.ErrNoAttribute
		return out
	})
	if err != nil && missing {
		return ExitError{Code: 2}
	}
	return err
}

func nodeUtilization(ctx context.Context, c *Call) error {
	node, name, format, set, err := nodeQuery(c)
	if err != nil {
		return err
	}
	if !set {
		return showNodes(ctx, c, node, name, format, true)
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	c.say(admin.UtilizationHint(doc)...)
	values, err := parsePairs(c.Args[1:])
	if err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.SetNodeUtilization(doc, node, values) })
}

func showNodes(ctx context.Context, c *Call, node, name, format string, utilization bool) error {
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	nodes := admin.ReadNodes(doc, time.Now())
	switch format {
	case "json":
		fmt.Fprintln(c.Stdout, admin.JSONLine(nodes))
		return nil
	case "cmd":
		c.print(strings.Join(nodes.Commands(utilization), ";\n"))
		return nil
	}
	if utilization {
		c.say(admin.UtilizationHint(doc)...)
	}
	if node != "" && !nodes.Has(node) {
		return fail("Unable to find a node: %s", node)
	}
	c.printLines(nodes.Lines(utilization, node, name))
	return nil
}
