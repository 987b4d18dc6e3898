package cli

import (
	"context"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newResourceEnable() *cobra.Command {
	return verb("enable <resource id | tag id>... [--wait[=n]]", "Let the cluster start resources.",
		func(ctx context.Context, c *Call) error { return c.resourceState(ctx, "enable", admin.EnableResources) }, "-f", "--wait")
}

func newResourceManage() *cobra.Command {
	return verb("manage <resource id | tag id>... [--monitor]",
		"Have the cluster look after resources again. --monitor switches their monitors on.",
		func(ctx context.Context, c *Call) error {
			return c.resourceState(ctx, "manage", func(doc *cib.Document, ids []string) report.List {
				return admin.ManageResources(doc, ids, c.Has("--monitor"))
			})
		}, "-f", "--monitor")
}

func newResourceUnmanage() *cobra.Command {
	return verb("unmanage <resource id | tag id>... [--monitor]",
		"Have the cluster neither start nor stop resources. --monitor switches their monitors off.",
		func(ctx context.Context, c *Call) error {
			return c.resourceState(ctx, "unmanage", func(doc *cib.Document, ids []string) report.List {
				return admin.UnmanageResources(doc, ids, c.Has("--monitor"))
			})
		}, "-f", "--monitor")
}

// resourceState carries out a verb that takes resources and tags. Fence
// devices have verbs of their own.
func (c *Call) resourceState(ctx context.Context, name string, edit func(*cib.Document, []string) report.List) error {
	if len(c.Args) == 0 {
		return fail("You must specify resource(s) to %s", name)
	}
	instead := ""
	if name == "enable" || name == "disable" {
		instead = "stonith " + name
	}
	if err := c.refuseStonith(ctx, c.Args, instead); err != nil {
		return err
	}
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	var expect *bool
	if name == "enable" || name == "disable" {
		running := name == "enable"
		expect = &running
	}
	var ids []string
	return c.editCIBAndExpect(ctx, wait, &ids, expect, func(doc *cib.Document) report.List {
		ids = admin.Selected(doc, c.Args)
		return edit(doc, c.Args)
	})
}

// refuseStonith fails if an id is that of a fence device; instead names the
// command to use, if there is one.
func (c *Call) refuseStonith(ctx context.Context, ids []string, instead string) error {
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if name, found := admin.AgentOf(doc, id); found && name.IsStonith() {
			if instead == "" {
				return fail("This command does not accept stonith resources.")
			}
			return fail("This command does not accept stonith resources. Please use 'pcs %s' instead.", instead)
		}
	}
	return nil
}

// newMeta is the verb that sets meta attributes of resources or of fence devices.
func newMeta(stonith bool) *cobra.Command {
	use, what := "meta <resource id | group id | clone id> <meta options> [--wait[=n]]", "a resource"
	if stonith {
		use, what = "meta <stonith id> <meta options> [--wait[=n]]", "a fence device"
	}
	return verb(use, "Set meta attributes of "+what+"; an empty value removes one.",
		func(ctx context.Context, c *Call) error { return c.setMeta(ctx, stonith) }, "-f", "--force", "--wait")
}

func (c *Call) setMeta(ctx context.Context, stonith bool) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	var err error
	if stonith {
		err = c.refuseResources(ctx, c.Args[:1], "meta")
	} else {
		err = c.refuseStonith(ctx, c.Args[:1], "stonith meta")
	}
	if err != nil {
		return err
	}
	pairs, err := parsePairs(c.Args[1:])
	if err != nil {
		return err
	}
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	return c.editCIBAndWait(ctx, wait, c.Args[:1], func(doc *cib.Document) report.List {
		return admin.UpdateMeta(doc, c.Args[0], pairs, c.Has("--force"))
	})
}

// newDescription is the verb for descriptions of resources or fence devices.
func newDescription(noun string) *cobra.Command {
	return verb("description <"+noun+" id> [<text>]", "Show the description, or set it; an empty text removes it.",
		elementDescription, "-f")
}

func newResourceRestart() *cobra.Command {
	return verb("restart <resource id> [--wait=n]", "Stop a resource and start it again.", resourceRestart, "--wait")
}

// resourceRestart stops and starts a resource, and lets it start again even
// if the cluster did not get as far as stopping it.
func resourceRestart(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	id := c.Args[0]
	if err := c.refuseStonith(ctx, c.Args, ""); err != nil {
		return err
	}
	wait, err := c.waitSeconds()
	if err != nil {
		return err
	}
	limit := wait
	if limit <= 0 {
		limit = longestWait
	}
	where, err := c.whereabouts(ctx, id)
	if err != nil {
		return err
	}
	if len(where.nodes(false)) == 0 {
		return fail("Error restarting resource: %s", where.text(id))
	}
	if err := c.quietly(ctx, func(doc *cib.Document) report.List { return admin.DisableResources(doc, c.Args) }); err != nil {
		return err
	}
	stopped, waitErr := c.waitIdle(ctx, limit)
	if err := c.quietly(ctx, func(doc *cib.Document) report.List { return admin.EnableResources(doc, c.Args) }); err != nil {
		return err
	}
	if waitErr != nil {
		return waitErr
	}
	started, err := c.waitIdle(ctx, limit)
	if err != nil {
		return err
	}
	if !stopped || !started {
		return fail("Error restarting resource: waiting timeout")
	}
	c.say(report.NewInfo("RESOURCE_RESTARTED", id+" successfully restarted"))
	return nil
}
