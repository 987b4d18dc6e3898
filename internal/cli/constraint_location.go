package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newConstraintLocation() *cobra.Command {
	show := showConstraints("location")
	options := []string{"-f", "--all", "--full", "--output-format"}
	cmd := verb("location <resource> prefers|avoids|rule ...", "Manage which nodes resources prefer", locationOrShow(show),
		append(options, "--force")...)
	cmd.AddCommand(
		unnamed(verb("config [resources [<resource>...] | nodes [<node>...]]", "Show location constraints, in all or by resource or node",
			locationConfig(show), options...)),
		verb("add <id> <resource> <node> [score=<score>] [resource-discovery=<option>]", "Make a location constraint of an id",
			addLocation, "--force", "-f"),
		verb("delete <id>...", "Remove location constraints", deleteLocation, "-f"),
		verb("remove <id>...", "Remove location constraints", deleteLocation, "-f"),
		replaced("show", "constraint location config", locationConfig(show), options...),
	)
	return cmd
}

func locationOrShow(show handler) handler {
	return func(ctx context.Context, c *Call) error {
		if len(c.Args) == 0 {
			return showOnly(ctx, c, show)
		}
		if len(c.Args) < 3 {
			return errUsage
		}
		if err := c.supported([]string{"-f", "--force"}); err != nil {
			return err
		}
		resource, what := c.Args[0], c.Args[1]
		c.Args = c.Args[2:]
		switch {
		case what == "rule":
			return locationRule(ctx, c, resource)
		case what != "prefers" && what != "avoids":
			return errUsage
		}
		return preferNodes(ctx, c, resource, what == "avoids")
	}
}

// parseTarget reads "<id>", "%<id>", "resource%<id>" or "regexp%<pattern>".
func parseTarget(word string) (admin.Target, error) {
	kind, name, typed := strings.Cut(word, "%")
	switch {
	case !typed:
		return admin.Target{Name: word}, nil
	case kind == "" || kind == "resource":
		return admin.Target{Name: name}, nil
	case kind == "regexp":
		return admin.Target{Name: name, Pattern: true}, nil
	}
	return admin.Target{}, fail("'%s' is not an allowed type for '%s', use regexp, resource", kind, word)
}

// showOnly shows constraints where a command without words does so and one
// with words makes a constraint.
func showOnly(ctx context.Context, c *Call, show handler) error {
	if err := c.supported([]string{"-f", "--all", "--full", "--output-format"}); err != nil {
		return err
	}
	return show(ctx, c)
}

// nodesUnchecked says that nodes are not looked up, in a file or by force, and
// tells whether it did.
func (c *Call) nodesUnchecked() bool {
	if !c.Has("-f") && !c.Has("--force") {
		return false
	}
	c.say(report.NewWarning("NODE_VALIDATION_SKIPPED", "Validation for node existence in the cluster will be skipped"))
	return true
}

func preferNodes(ctx context.Context, c *Call, resource string, avoid bool) error {
	target, err := parseTarget(resource)
	if err != nil {
		return err
	}
	var nodes []admin.NodeScore
	var names []string
	for _, word := range c.Args {
		node, score, given := strings.Cut(word, "=")
		nodes = append(nodes, admin.NodeScore{Node: node, Score: score, Given: given})
		names = append(names, node)
	}
	check := !c.nodesUnchecked()
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		if check {
			if bad := admin.CheckNodes(doc, names); bad != nil {
				return bad
			}
		}
		return admin.PreferNodes(doc, target, nodes, avoid, c.Has("--force"))
	})
}

func addLocation(ctx context.Context, c *Call) error {
	if len(c.Args) < 4 {
		return errUsage
	}
	target, err := parseTarget(c.Args[1])
	if err != nil {
		return err
	}
	l := locationWords{admin.NewLocation{ID: c.Args[0], Target: target, Node: c.Args[2], Score: "INFINITY"}}
	words := c.Args[3:]
	if !strings.Contains(words[0], "=") {
		c.say(report.NewDeprecation("DEPRECATED_ARGUMENT", standaloneScore))
		l.Score, words = words[0], words[1:]
	}
	for _, w := range words {
		if err := l.addOption(w, c.Has("--force")); err != nil {
			return err
		}
	}
	check := !c.nodesUnchecked()
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		if check {
			if bad := admin.CheckNodes(doc, []string{l.Node}); bad != nil {
				return bad
			}
		}
		return admin.AddLocation(doc, l.NewLocation, c.Has("--force"))
	})
}

// locationWords is a location constraint as its words are read.
type locationWords struct{ admin.NewLocation }

// addOption takes one option; force lets unknown ones and unknown values pass.
func (l *locationWords) addOption(word string, force bool) error {
	name, value, err := splitPair(word)
	switch {
	case err != nil:
		return err
	case value == "":
		return fail("value of '%s' option is empty", name)
	case name == "score":
		l.Score = value
		return nil
	case force:
	case name != "resource-discovery":
		return fail("bad option '%s', use --force to override", name)
	case value != "always" && value != "exclusive" && value != "never":
		return fail("invalid resource-discovery value '%s', allowed values are: 'always', 'exclusive', 'never', use --force to override", value)
	}
	l.Options = l.Options.With(name, value)
	return nil
}

func deleteLocation(ctx context.Context, c *Call) error {
	c.say(report.NewDeprecation("COMMAND_REPLACED",
		"This command is deprecated and will be removed. Please use 'pcs constraint delete' or 'pcs constraint remove' instead."))
	if len(c.Args) == 0 {
		return errUsage
	}
	if err := uniqueWords(c.Args); err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.DeleteLocations(doc, c.Args) })
}

// ruleOptions are the options before a rule's expression.
var ruleOptions = map[string]bool{
	"id": true, "role": true, "score": true, "score-attribute": true, "resource-discovery": true, "constraint-id": true,
}

func locationRule(ctx context.Context, c *Call, resource string) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	target, err := parseTarget(resource)
	if err != nil {
		return err
	}
	words := c.Args
	for len(words) > 0 {
		name, _, isOption := strings.Cut(words[0], "=")
		if !isOption || !ruleOptions[name] {
			break
		}
		words = words[1:]
	}
	options, err := parsePairs(c.Args[:len(c.Args)-len(words)])
	if err != nil {
		return err
	}
	if len(words) > 1 {
		c.say(report.NewDeprecation("DEPRECATED_ARGUMENT", "Specifying a rule as multiple arguments is deprecated and might be "+
			"removed in a future release, specify the rule as a single string instead"))
	}
	now := time.Now()
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.AddLocationRule(doc, target, options, strings.Join(words, " "), c.Has("--force"), now)
	})
}

// locationConfig shows location constraints as "constraint config" does, or
// by resource or node.
func locationConfig(show handler) handler {
	return func(ctx context.Context, c *Call) error {
		if len(c.Args) == 0 {
			return show(ctx, c)
		}
		by := c.Args[0]
		if by != "resources" && by != "nodes" {
			return fail("Unknown keyword '%s'. Allowed keywords: 'nodes', 'resources'", by)
		}
		if format, err := c.outputFormat(); err != nil {
			return err
		} else if format != "text" {
			return fail("Output formats other than 'text' are not supported together with grouping and filtering by nodes or resources")
		}
		doc, err := c.readCIB(ctx)
		if err != nil {
			return err
		}
		list := admin.ReadConstraints(doc, time.Now())
		if !c.Has("--all") {
			list = list.WithoutExpired()
		}
		var lines []string
		if by == "nodes" {
			if list.HaveRules(c.Args[1:]) {
				c.say(report.NewWarning("RULES_NOT_SHOWN", "Constraints with rules are not displayed."))
			}
			lines = list.LocationsByNode(c.Args[1:], c.Has("--full"))
		} else {
			var targets []admin.Target
			for _, word := range c.Args[1:] {
				target, err := parseTarget(word)
				if err != nil {
					return err
				}
				targets = append(targets, target)
			}
			lines = list.LocationsByResource(targets, c.Has("--full"))
		}
		c.print(strings.Join(lines, "\n"))
		return nil
	}
}
