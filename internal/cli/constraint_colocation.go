package cli

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newConstraintColocation() *cobra.Command {
	show := showConstraints("colocation")
	options := []string{"-f", "--all", "--full", "--output-format"}
	return noun("colocation", "Manage which resources run on one node", show, options,
		unnamed(verb("config", "Show colocation constraints", withoutArgs(show), options...)),
		verb("add [<role>] <source resource id> with [<role>] <target resource id> [score=<score>] [influence=<boolean>] [id=<id>]",
			"Let a resource run where another one runs", addColocation, "--force", "-f"),
		setVerb("Make a colocation constraint of resource sets", admin.AddColocationSet),
		verb("delete <source resource id> <target resource id>", "Remove colocation constraints between resources", deleteColocations, "-f"),
		verb("remove <source resource id> <target resource id>", "Remove colocation constraints between resources", deleteColocations, "-f"),
		replaced("show", "constraint colocation config", show, options...),
	)
}

const standaloneScore = "Specifying score as a standalone value is deprecated and might be removed in a future release, use score=value instead"

var scoreWord = regexp.MustCompile(`^[+-]?(\d+|INFINITY)$`)

func addColocation(ctx context.Context, c *Call) error {
	wanted, note, err := parseColocation(c.Args)
	if note {
		c.say(report.NewDeprecation("DEPRECATED_ARGUMENT", standaloneScore))
	}
	if err != nil {
		return err
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.AddColocation(doc, wanted, c.Has("--force"))
	})
}

// parseColocation reads "[role] a with [role] b [score] [name=value]...".
// note tells whether the score stood alone. The score INFINITY may: that is
// what every tutorial writes, and it is the default anyway.
func parseColocation(words []string) (wanted admin.NewColocation, note bool, err error) {
	wanted.Score = "INFINITY"
	switch {
	case len(words) > 2 && words[2] == "with":
		wanted.Role, wanted.Resource, words = words[0], words[1], words[3:]
	case len(words) > 1 && words[1] == "with":
		wanted.Resource, words = words[0], words[2:]
	default:
		return wanted, false, errUsage
	}
	if slices.Contains(words, "with") {
		return wanted, false, onlyTwo("with", "colocation")
	}
	if len(words) == 0 {
		return wanted, false, errUsage
	}
	if len(words) > 1 && !strings.Contains(words[1], "=") && !scoreWord.MatchString(words[1]) {
		wanted.WithRole, words = words[0], words[1:]
	}
	wanted.With, words = words[0], words[1:]
	if len(words) > 0 && !strings.Contains(words[0], "=") {
		wanted.Score, words = words[0], words[1:]
		note = wanted.Score != "INFINITY"
	}
	wanted.Options, err = parseFilled(words)
	return wanted, note, err
}

func deleteColocations(ctx context.Context, c *Call) error {
	if len(c.Args) != 2 {
		return errUsage
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.DeleteColocations(doc, c.Args[0], c.Args[1])
	})
}
