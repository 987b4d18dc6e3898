package cli

import (
	"context"
	"fmt"

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
// resources are stopped before: what is deleted while it runs is left to
// itself.
func (c *Call) deleteResources(ctx context.Context, ids []string, stonith bool) error {
	if err := uniqueWords(ids); err != nil {
		return err
	}
	_, file := c.Value("-f")
	if !file && !stonith && !c.Has("--no-stop") && !c.Has("--force") {
		if err := c.stopBeforeDelete(ctx, ids); err != nil {
			return err
		}
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List {
		return admin.DeleteResources(doc, ids, admin.Deletion{Stonith: stonith, Offline: file, Force: c.Has("--force")})
	})
}

// stopBeforeDelete stops the resources of ids and what goes with them, and
// fails if they do not stop.
func (c *Call) stopBeforeDelete(ctx context.Context, ids []string) error {
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	going, reports := admin.PrimitivesOf(doc, ids)
	if reports.Failed() {
		return c.conclude(reports)
	}
	running, err := c.runningOf(ctx, going)
	if err != nil || len(running) == 0 {
		return err
	}
	c.say(report.NewInfo("STOPPING_RESOURCES_BEFORE_DELETING", fmt.Sprintf("Stopping %s %s before deletion",
		pluralWord("resource", len(running)), report.Quote(running))))
	if err := c.quietly(ctx, func(doc *cib.Document) report.List { return admin.DisableResources(doc, running) }); err != nil {
		return err
	}
	if err := c.applied(ctx, 0); err != nil {
		return err
	}
	if running, err = c.runningOf(ctx, running); err != nil || len(running) == 0 {
		return err
	}
	return c.conclude(report.List{report.Passed("CANNOT_STOP_RESOURCES_BEFORE_DELETING", fmt.Sprintf(
		"Cannot stop %s %s before deleting", pluralWord("resource", len(running)), report.Quote(running)), report.Force, false)})
}

// runningOf picks the resources that are active.
func (c *Call) runningOf(ctx context.Context, ids []string) ([]string, error) {
	var running []string
	for _, id := range ids {
		where, err := c.whereabouts(ctx, id)
		if err != nil {
			return nil, err
		}
		if len(where.nodes(false)) > 0 {
			running = append(running, id)
		}
	}
	return running, nil
}

func pluralWord(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
