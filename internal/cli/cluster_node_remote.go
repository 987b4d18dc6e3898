package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// remoteNodeVerbs make and remove nodes that run Pacemaker Remote alone, and
// rename nodes in the CIB.
func remoteNodeVerbs() []*cobra.Command {
	options := []string{"-f", "--corosync_conf", "--force", "--request-timeout", "--skip-offline"}
	waits := append([]string{"--wait"}, options...)
	deletes := append([]string{"--no-stop", "--future"}, options...)
	removeRemote := func(word string) *cobra.Command {
		return verb(word+" <node identifier> [--no-stop] [--future]", "Take a remote node out of the cluster, by its name or address.",
			nodeRemoveRemote, deletes...)
	}
	removeGuest := func(word string) *cobra.Command {
		return verb(word+" <node identifier>", "Make a guest node a resource like any other, by its name, address or resource.",
			nodeRemoveGuest, waits...)
	}
	return []*cobra.Command{
		verb("add-remote <node name> [<node address>] [options] [op <operation action> <operation options> [<operation action> "+
			"<operation options>]...] [meta <meta options>] [--wait[=<n>]]", "Add a node that runs pacemaker_remote alone. Its key and service "+
			"have to be set up by hand.", nodeAddRemote, append([]string{"--no-default-ops"}, waits...)...),
		removeRemote("delete-remote"), removeRemote("remove-remote"),
		verb("add-guest <node name> <resource id> [options] [--wait[=<n>]]", "Make a guest node of a resource. Its key and service have to "+
			"be set up by hand.", nodeAddGuest, waits...),
		removeGuest("delete-guest"), removeGuest("remove-guest"),
		verb("rename-cib <old name> <new name>", "Rename a node in the constraints and fencing levels of the configuration.",
			nodeRenameCIB, "-f", "--force"),
		verb("rename-corosync <old name> <new name> [--skip-offline]", "Rename a node in corosync.conf on all nodes. The cluster must be "+
			"stopped on all nodes.", nodeRenameCorosync, "--request-timeout", "--skip-offline"),
	}
}

// notByUs says what a remote node still needs in a running cluster.
func notByUs(node string) report.Report {
	return report.NewWarning("PACEMAKER_REMOTE", fmt.Sprintf("the daemon of this cluster neither sets up nor connects to pacemaker_remote: "+
		"node '%s' is in the configuration, and nothing will be run on it", node))
}

// corosyncNodesFor lists the nodes of corosync.conf by all their addresses; of a
// file they are not looked at.
func (c *Call) corosyncNodesFor() ([]admin.RemoteNode, error) {
	if c.Has("-f") {
		c.say(report.NewInfo("COROSYNC_NODE_CONFLICT_CHECK_SKIPPED", "Unable to check if there is a conflict with nodes set in corosync "+
			"because the command does not run on a live cluster (e.g. -f was used)"))
		return nil, nil
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return nil, err
	}
	var nodes []admin.RemoteNode
	for _, n := range cluster.Nodes() {
		for _, a := range n.Addrs {
			nodes = append(nodes, admin.RemoteNode{Name: n.Name, Addr: a.Addr})
		}
	}
	return nodes, nil
}

// nodeAddressOf is the address of a node for which none was given.
func (c *Call) nodeAddressOf(name string) string {
	addr := name
	if known, err := c.knownHosts(); err == nil && len(known.Hosts[name].Dests) > 0 {
		addr = known.Hosts[name].Dests[0].Addr
	} else if len(known.Hosts) == 0 {
		c.noKnownHosts()
	}
	c.say(report.NewInfo("USING_DEFAULT_ADDRESS_FOR_HOST", fmt.Sprintf("No addresses specified for host '%s', using '%s'", name, addr)))
	return addr
}

// noKnownHosts warns that this node has no tokens of others, nor their addresses.
func (c *Call) noKnownHosts() {
	c.say(report.NewWarning("FILE_IO_ERROR", fmt.Sprintf("Unable to read the known-hosts file: No such file or directory: '%s'",
		c.Root.KnownHosts())))
}

// nodeAddRemote carries out "cluster node add-remote".
func nodeAddRemote(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		return errUsage
	}
	name, addr, rest := c.Args[0], "", c.Args[1:]
	if len(rest) > 0 && !strings.Contains(rest[0], "=") && !slices.Contains([]string{"op", "meta"}, rest[0]) {
		addr, rest = rest[0], rest[1:]
	}
	var words createWords
	if err := words.primitiveWords(splitKeywords(rest, "op", "meta")); err != nil {
		return err
	}
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	nodes, err := c.corosyncNodesFor()
	if err != nil {
		return err
	}
	agent, reports := c.agent(ctx, agentmeta.Name{Standard: "ocf", Provider: "pacemaker", Type: "remote"}, false)
	if err := c.conclude(reports); err != nil {
		return err
	}
	if addr == "" {
		addr = c.nodeAddressOf(name)
	}
	r := admin.NewResource{ID: name, Agent: agent, Attributes: words.options, Meta: words.meta, Operations: words.operations,
		MonitorsOnly: c.Has("--no-default-ops"), Force: c.Has("--force")}
	return c.editCIBAndWait(ctx, wait, []string{name}, func(doc *cib.Document) report.List {
		return c.withoutRemote(name, admin.AddRemote(doc, r, addr, nodes, c.Has("-f")))
	})
}

// withoutRemote adds to the reports on a new node what it lacks in a cluster.
func (c *Call) withoutRemote(node string, reports report.List) report.List {
	if !c.Has("-f") && !reports.Failed() {
		reports = append(reports, notByUs(node))
	}
	return reports
}

// nodeAddGuest carries out "cluster node add-guest".
func nodeAddGuest(ctx context.Context, c *Call) error {
	if len(c.Args) < 2 {
		return errUsage
	}
	options, err := parsePairs(c.Args[2:])
	if err != nil {
		return err
	}
	wait, err := c.resourceWait()
	if err != nil {
		return err
	}
	nodes, err := c.corosyncNodesFor()
	if err != nil {
		return err
	}
	if _, given := options.Get("remote-addr"); !given {
		options = options.With("remote-addr", c.nodeAddressOf(c.Args[0]))
	}
	return c.editCIBAndWait(ctx, wait, c.Args[1:2], func(doc *cib.Document) report.List {
		return c.withoutRemote(c.Args[0], admin.AddGuest(doc, c.Args[0], c.Args[1], options, nodes, c.Has("-f")))
	})
}

// nodeRemoval says how a node is removed.
func (c *Call) nodeRemoval() admin.NodeRemoval {
	return admin.NodeRemoval{Force: c.Has("--force"), Offline: c.Has("-f")}
}

// nodeRemoveRemote carries out "cluster node delete-remote" and "remove-remote".
func nodeRemoveRemote(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.RemoveRemote(doc, c.Args[0], c.nodeRemoval()) })
}

// nodeRemoveGuest carries out "cluster node delete-guest" and "remove-guest".
func nodeRemoveGuest(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.RemoveGuest(doc, c.Args[0], c.nodeRemoval()) })
}

// nodeRenameCIB carries out "cluster node rename-cib".
func nodeRenameCIB(ctx context.Context, c *Call) error {
	if len(c.Args) != 2 {
		return errUsage
	}
	return c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.RenameNode(doc, c.Args[0], c.Args[1]) })
}

// nodeRenameCorosync carries out "cluster node rename-corosync". What else
// knows the node by its name follows by other commands.
func nodeRenameCorosync(ctx context.Context, c *Call) error {
	if len(c.Args) != 2 {
		return errUsage
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	known, err := c.knownHosts()
	if err != nil {
		return err
	}
	old, name := c.Args[0], c.Args[1]
	if _, ok := known.Hosts[name]; !ok {
		return fail("host '%s' is not known: run 'pcs host auth %s' first, so that the node can be reached under its new name; nothing was changed", name, name)
	}
	if err := c.conclude(cluster.RenameNode(old, name)); err != nil {
		return err
	}
	if err := c.storeCorosyncConf(ctx, cluster, true); err != nil {
		return err
	}
	c.say(report.NewInfo("COROSYNC_NODE_RENAMED", fmt.Sprintf("Run 'pcs cluster node rename-cib %s %s' when the cluster is started again", old, name)))
	return nil
}
