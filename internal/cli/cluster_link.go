package cli

import (
	"context"

	"github.com/spf13/cobra"

	"gpcs/internal/conf"
)

func newClusterLink() *cobra.Command {
	const removeForm, removeHelp = "<linknumber> [<linknumber>]...", "Remove links from the running cluster."
	return noun("link", "Add, change and remove links between the nodes.", nil, nil,
		verb("add <node_name>=<node_address>... [options <link options>]", "Add a link to the running cluster.",
			clusterLinkAdd, "--force", "--request-timeout", "--skip-offline"),
		verb("delete "+removeForm, removeHelp, clusterLinkRemove, "--request-timeout", "--skip-offline"),
		verb("remove "+removeForm, removeHelp, clusterLinkRemove, "--request-timeout", "--skip-offline"),
		verb("update <linknumber> [<node_name>=<node_address>...] [options <link options>]",
			"Change addresses or options of a link. The cluster must be stopped on all nodes.",
			clusterLinkUpdate, "--force", "--request-timeout", "--skip-offline"),
	)
}

// parseLink reads "NODE=ADDRESS... [options NAME=VALUE...]".
func parseLink(words []string) (l conf.LinkChange, err error) {
	g := splitKeywords(words, "options")
	if len(g.each["options"]) > 1 {
		return l, fail("'options' cannot be used more than once")
	}
	if l.Addrs, err = optionMap(g.first); err != nil {
		return l, err
	}
	l.Options, err = optionMap(g.groups["options"])
	return l, err
}

// clusterLinkAdd carries out "cluster link add".
func clusterLinkAdd(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	l, err := parseLink(c.Args)
	if err != nil {
		return err
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	reports := cluster.MissingNames()
	others, missing := c.otherNodes(ctx)
	reports = append(reports, missing...)
	reports = append(reports, cluster.ValidateAddLink(l, others, resolves(ctx), c.Has("--force"))...)
	if err := c.conclude(reports); err != nil {
		return err
	}
	cluster.AddLink(l)
	return c.storeCorosyncConf(ctx, cluster, false)
}

// clusterLinkRemove carries out "cluster link remove".
func clusterLinkRemove(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	if err := c.conclude(cluster.ValidateRemoveLinks(c.Args)); err != nil {
		return err
	}
	cluster.RemoveLinks(c.Args)
	return c.storeCorosyncConf(ctx, cluster, false)
}

// clusterLinkUpdate carries out "cluster link update".
func clusterLinkUpdate(ctx context.Context, c *Call) error {
	if len(c.Args) < 2 {
		return errUsage
	}
	l, err := parseLink(c.Args[1:])
	if err != nil {
		return err
	}
	l.Number = c.Args[0]
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	if err := c.conclude(cluster.ValidateUpdateLink(l, resolves(ctx), c.Has("--force"))); err != nil {
		return err
	}
	cluster.UpdateLink(l)
	return c.storeCorosyncConf(ctx, cluster, true)
}
