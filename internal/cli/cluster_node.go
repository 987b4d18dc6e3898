package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/api"
	"gpcs/internal/cib"
	"gpcs/internal/client"
	"gpcs/internal/conf"
	"gpcs/internal/report"
)

func newClusterNode() *cobra.Command {
	const removeForm, removeHelp = "<node name> [<node name>]...", "Take nodes out of the cluster while it runs: what they run is " +
		"moved to the others, their cluster configuration is destroyed, and the others go on without them."
	removeFlags := []string{"--force", "--skip-offline", "--request-timeout"}
	cmd := noun("node", "Add nodes to the cluster and take them out.", nil, nil,
		verb("add <node name> [addr=<node address>]... [watchdog=<watchdog path>] [device=<SBD device path>]... "+
			"[--start [--wait[=<n>]]] [--enable] [--no-watchdog-validation]",
			"Add a node to the cluster while it runs: all nodes get the new configuration or none. Without an address the node "+
				"is reached under the one that it has in 'pcs host auth'.",
			clusterNodeAdd, "--force", "--skip-offline", "--wait", "--start", "--enable", "--no-watchdog-validation", "--request-timeout"),
		verb("delete "+removeForm, removeHelp, clusterNodeRemove, removeFlags...),
		verb("remove "+removeForm, removeHelp, clusterNodeRemove, removeFlags...),
		verb("clear <node name>", "Make the cluster forget a node that was taken out of it.", clusterNodeClear, "--force"),
	)
	cmd.AddCommand(remoteNodeVerbs()...)
	return cmd
}

// clusterNodeClear carries out "cluster node clear".
func clusterNodeClear(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	doc, err := liveCIB(ctx, c)
	if err != nil {
		return err
	}
	known := cluster.NodeNames()
	for _, n := range admin.RemoteNodes(doc) {
		known = append(known, n.Name)
	}
	if slices.Contains(known, c.Args[0]) {
		still := report.Passed("NODE_TO_CLEAR_IS_STILL_IN_CLUSTER", fmt.Sprintf("node '%s' seems to be still in the cluster; this "+
			"command should be used only with nodes that have been removed from the cluster", c.Args[0]), report.Force, c.Has("--force"))
		if err := c.conclude(report.List{still}); err != nil {
			return err
		}
	}
	return c.doHere(ctx, api.ClusterCommand{Do: "forget", Nodes: c.Args},
		fmt.Sprintf("Unable to remove node(s) '%s' from pacemaker", c.Args[0]))
}

// otherNodes lists remote and guest nodes, which are in the CIB alone. If it
// cannot be read they cannot be considered, which --force lets pass.
func (c *Call) otherNodes(ctx context.Context) ([]conf.OtherNode, report.List) {
	var doc *cib.Document
	daemon, err := c.local()
	if err == nil {
		doc, err = daemon.CIB(ctx, false)
	}
	if err != nil {
		return nil, report.List{report.Passed("CIB_LOAD_ERROR_GET_NODES_FOR_VALIDATION", "Unable to load CIB to get guest and remote "+
			"nodes from it, those nodes cannot be considered in configuration validation", report.Force, c.Has("--force"))}
	}
	var others []conf.OtherNode
	for _, n := range admin.RemoteNodes(doc) {
		others = append(others, conf.OtherNode(n))
	}
	return others, nil
}

// memberTargets returns the daemons of the cluster's nodes. A node without a
// token cannot be spoken to, which --skip-offline lets pass where it may.
func (c *Call) memberTargets(names []string, maySkip bool) ([]*client.Target, report.List, error) {
	known, err := c.knownHosts()
	if err != nil {
		return nil, nil, err
	}
	peers, err := c.peers()
	if err != nil {
		return nil, nil, err
	}
	var targets []*client.Target
	for _, n := range names {
		if h, ok := known.Hosts[n]; ok {
			targets = append(targets, peers.Host(n, h))
		}
	}
	reports := unknownHosts(names, known)
	if maySkip && len(reports) > 0 {
		reports[0] = report.Passed(reports[0].Code, reports[0].Text, report.SkipOffline, c.Has("--skip-offline"))
	}
	return targets, reports, nil
}

// online returns those of the targets that answer and accept our tokens.
func (c *Call) online(ctx context.Context, targets []*client.Target) (online []*client.Target, reports report.List) {
	client.Each(ctx, targets, func(ctx context.Context, t *client.Target) (string, error) {
		return t.Remote(ctx, "check_auth", map[string][]string{"check_auth_only": {"1"}})
	}, func(t *client.Target, _ string, err error) {
		var f *client.Failure
		switch {
		case err == nil:
			online = append(online, t)
		case errors.As(err, &f) && f.Status != 0:
			reports = append(reports, callFailed(err))
		case c.Has("--skip-offline"):
			reports = append(reports, report.NewWarning("OMITTING_NODE", "Omitting node '"+t.Name+"'"))
		default:
			failed := callFailed(err)
			failed.Pass = report.SkipOffline
			reports = append(reports, failed)
		}
	})
	slices.SortFunc(online, func(a, b *client.Target) int { return cmp.Compare(a.Name, b.Name) })
	return online, reports
}

func targetNames(targets []*client.Target) []string {
	var names []string
	for _, t := range targets {
		names = append(names, t.Name)
	}
	slices.Sort(names)
	return names
}

// errNoNodeLeft says that there is nobody to do a thing on.
var errNoNodeLeft = report.NewError("UNABLE_TO_PERFORM_OPERATION_ON_ANY_NODE",
	"Unable to perform operation on any available node/host, therefore it is not possible to continue")
