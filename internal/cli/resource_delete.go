package cli

import (
	"context"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newResourceDelete(word string) *cobra.Command {
	return verb(word+" <resource id|group id|bundle id|clone id>... [--no-stop] [--future]",
		"Delete resources and what cannot be without them: groups and clones left empty, constraints. "+
			"They are stopped first, unless --no-stop or --force is given.", resourceDelete,
		"-f", "--force", "--future", "--no-stop")
}

func resourceDelete(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	return c.deleteResources(ctx, c.Args, false)
}

// deleteResources deletes resources or fence devices. In a running cluster
// they are stopped before: what is deleted while it runs is left to itself.
func (c *Call) deleteResources(ctx context.Context, ids []string, stonith bool) error {
	if twice := repeatedWord(ids); twice != "" {
		return fail("duplicate argument: '%s'", twice)
	}
	_, file := c.Value("-f")
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.DeleteResources(doc, ids, stonith, file)
	})
}

func repeatedWord(words []string) string {
	seen := map[string]bool{}
	for _, w := range words {
		if seen[w] {
			return w
		}
		seen[w] = true
	}
	return ""
}
