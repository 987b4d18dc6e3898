package cli

import (
	"context"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newResourceClone() *cobra.Command {
	return verb("clone <resource id | group id> [<clone id>] [meta <clone meta options>] [--wait[=n]]",
		"Run a resource or group on several nodes at once.",
		func(ctx context.Context, c *Call) error { return c.cloneResource(ctx, false) }, "-f", "--force", "--wait")
}

func newResourcePromotable() *cobra.Command {
	return verb("promotable <resource id | group id> [<clone id>] [meta <clone meta options>] [--wait[=n]]",
		"Run a resource or group on several nodes at once, some of them promoted.",
		func(ctx context.Context, c *Call) error { return c.cloneResource(ctx, true) }, "-f", "--force", "--wait")
}

func newResourceUnclone() *cobra.Command {
	return verb("unclone <clone id | resource id | group id> [--wait[=n]]",
		"Take a resource or group out of its clone.", resourceUnclone, "-f", "--wait")
}

func (c *Call) cloneResource(ctx context.Context, promotable bool) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	id, words := cloneID(c.Args[1:])
	if id == "meta" || id == "op" {
		id, words = "", c.Args[1:]
	}
	g := splitKeywords(words, "meta", "op")
	pairs, wrong := parsePairs(append(g.first, g.groups["meta"]...))
	if g.has("op") {
		wrong = fail("op settings must be changed on base resource, not the clone")
	}
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	clone := admin.Clone{ID: id, Meta: pairs, Promotable: promotable}
	var asked report.List
	agents := func(name agentmeta.Name) agentmeta.Agent {
		agent, reports := c.agent(ctx, name, true)
		asked = append(asked, reports...)
		return agent
	}
	return c.editCIBAndWait(ctx, wait, c.Args[:1], func(doc *cib.Document) report.List {
		if out := admin.Cloneable(doc, c.Args[0]); out.Failed() {
			return out
		}
		asked = nil
		if len(g.first) > 0 && !g.has("op") {
			asked = append(asked, report.NewDeprecation("DEPRECATED_SYNTAX", "configuring meta attributes without specifying the 'meta' "+
				"keyword is deprecated and will be removed in a future release"))
		}
		if wrong != nil {
			return append(asked, stop(wrong)...)
		}
		out := admin.CloneResource(doc, c.Args[0], clone, agents, c.Has("--force"))
		if asked.Failed() {
			return asked.Alone()
		}
		return append(asked, out...)
	})
}

func resourceUnclone(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	return c.editCIBAndWait(ctx, wait, c.Args[:1], func(doc *cib.Document) report.List {
		return admin.Unclone(doc, c.Args[0])
	})
}
