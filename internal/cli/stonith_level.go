package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
	"gpcs/internal/status"
)

func newStonithLevel() *cobra.Command {
	return noun("level", "Manage fencing levels", levelConfig, []string{"-f", "--output-format"},
		unnamed(verb("config [--output-format text|cmd|json]", "Show fencing levels.", withoutArgs(levelConfig), "-f", "--output-format")),
		verb("add <level> <target> <stonith id> [<stonith id>...] [id=<level id>]",
			"Make a fencing level of devices for a node, for those that match regexp%<pattern>, or for those with attrib%<name>=<value>.",
			levelAdd, "-f", "--force"),
		verb("delete <level> [target <target>] [stonith <stonith id>...]", "Remove fencing levels.", levelDelete, "-f"),
		verb("remove <level> [target <target>] [stonith <stonith id>...]", "Remove fencing levels.", levelDelete, "-f"),
		verb("clear [target <target> | stonith <stonith id>...]",
			"Remove all fencing levels, or those of a target or of devices.", levelClear, "-f"),
		verb("verify", "Check that the nodes and devices of fencing levels exist.", levelVerify, "-f"),
	)
}

func levelConfig(ctx context.Context, c *Call) error {
	format, doc, err := c.toShow(ctx)
	if err != nil {
		return err
	}
	switch format {
	case "json":
		fmt.Fprintln(c.Stdout, admin.JSONLine(admin.ReadLevels(doc)))
	case "cmd":
		c.printLines([]string{strings.Join(admin.ReadLevels(doc).Commands(), ";\n")})
	default:
		fmt.Fprint(c.Stdout, status.LevelsText(doc, ""))
	}
	return nil
}

// levelTarget reads a target: a node's name or kind%value.
func levelTarget(word string) (*admin.LevelTarget, error) {
	kind, value, found := strings.Cut(word, "%")
	switch {
	case !found:
		return &admin.LevelTarget{Kind: "node", Value: word}, nil
	case kind == "node" || kind == "regexp":
		return &admin.LevelTarget{Kind: kind, Value: value}, nil
	case kind == "attrib":
		if !strings.Contains(value, "=") {
			return nil, fail("missing value of '%s' option", value)
		}
		return &admin.LevelTarget{Kind: kind, Value: value}, nil
	}
	return nil, fail("'%s' is not an allowed type for '%s', use attrib, node, regexp", kind, word)
}

func levelAdd(ctx context.Context, c *Call) error {
	if len(c.Args) < 3 {
		return errUsage
	}
	target, err := levelTarget(c.Args[1])
	if err != nil {
		return err
	}
	level := admin.Level{Index: c.Args[0], Target: target}
	for _, word := range c.Args[2:] {
		if id, isID := strings.CutPrefix(word, "id="); isID {
			level.ID = id
		} else {
			level.Devices = append(level.Devices, word)
		}
	}
	if len(level.Devices) == 0 {
		return errUsage
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.AddLevel(doc, level, c.Has("--force")) })
}

// levelWords reads "target" and "stonith" with what follows them.
func levelWords(words []string) (admin.Level, error) {
	var level admin.Level
	g := splitKeywords(words, "target", "stonith")
	if len(g.first) > 0 {
		return level, errUsage
	}
	var empty []string
	for _, k := range []string{"target", "stonith"} {
		if g.has(k) && len(g.groups[k]) == 0 {
			empty = append(empty, "'"+k+"'")
		}
	}
	if empty != nil {
		return level, fail("Missing value after %s", strings.Join(empty, " and "))
	}
	targets := g.groups["target"]
	if len(targets) > 1 {
		return level, fail("At most one target can be specified")
	}
	level.Devices = g.groups["stonith"]
	if len(targets) == 0 {
		return level, nil
	}
	var err error
	level.Target, err = levelTarget(targets[0])
	return level, err
}

func levelDelete(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	level, err := levelWords(c.Args[1:])
	if err != nil {
		return err
	}
	level.Index = c.Args[0]
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.DeleteLevels(doc, level) })
}

func levelClear(ctx context.Context, c *Call) error {
	level, err := levelWords(c.Args)
	if err != nil {
		return err
	}
	if level.Target != nil && len(level.Devices) > 0 {
		return fail("Only one of 'target' and 'stonith' can be used")
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.DeleteLevels(doc, level) })
}

func levelVerify(ctx context.Context, c *Call) error {
	if len(c.Args) > 0 {
		return errUsage
	}
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	return c.conclude(admin.VerifyLevels(doc))
}
