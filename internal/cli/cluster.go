package cli

import "github.com/spf13/cobra"

func newCluster() *cobra.Command {
	cmd := noun("cluster", "Configure cluster options and nodes.", nil, nil,
		clusterSetupVerb(),
		noun("config", "Show or change the configuration of corosync.", clusterConfigShow,
			[]string{"--corosync_conf", "--output-format"},
			unnamed(verb("[show] [--output-format text|cmd|json] [--corosync_conf <path>]", "Show the configuration of corosync.",
				withoutArgs(clusterConfigShow), "--corosync_conf", "--output-format")),
			verb("update [transport <transport options>] [compression <compression options>] [crypto <crypto options>] "+
				"[totem <totem options>] [--corosync_conf <path>]", "Change options of corosync; an empty value removes an option.",
				clusterConfigUpdate, "--corosync_conf", "--request-timeout"),
			noun("uuid", "Manage the UUID of the cluster.", nil, nil,
				verb("generate [--corosync_conf <path>] [--force]", "Give the cluster a new UUID.",
					withoutArgs(clusterUUIDGenerate), "--corosync_conf", "--force", "--request-timeout")),
		),
		verb("start [--all | <node>... ] [--wait[=<n>]] [--request-timeout=<seconds>]",
			"Start the cluster on this node, the named nodes or all nodes.", clusterStart,
			"--wait", "--request-timeout", "--all", "--corosync_conf"),
		verb("stop [--all | <node>... ] [--request-timeout=<seconds>]",
			"Stop the cluster on this node, the named nodes or all nodes.", clusterStop,
			"--wait", "--request-timeout", "--pacemaker", "--corosync", "--all", "--force"),
		verb("kill", "End the cluster on this node at once, leaving its resources as they are.", withoutArgs(clusterKill)),
		verb("enable [--all | <node>... ]", "Start the cluster at boot on this node, the named nodes or all nodes.",
			clusterEnable, "--all", "--request-timeout"),
		verb("disable [--all | <node>... ]", "Do not start the cluster at boot on this node, the named nodes or all nodes.",
			clusterDisable, "--all", "--request-timeout"),
		verb("auth [-u <username>] [-p <password>]", "Get tokens from the nodes of this node's cluster.",
			withoutArgs(clusterAuth), "--corosync_conf", "--request-timeout", "-u", "-p"),
		verb("status", "View the state of the cluster without its resources.", withoutArgs(clusterStatus),
			"-f", "--request-timeout"),
		noun("sync", "Send corosync.conf of this node to all nodes.", clusterSync, []string{"--request-timeout"},
			verb("corosync", "Send corosync.conf of this node to all nodes.", withoutArgs(clusterSync), "--request-timeout")),
		verb("corosync [node]", "Print corosync.conf of this node or of another one.", clusterCorosync, "--request-timeout"),
		noun("reload", "Take up changed configuration.", nil, nil,
			verb("corosync", "Take up a changed corosync.conf on this node.", withoutArgs(clusterReload))),
		verb("destroy [--all] [--yes]", "Take this node or all nodes out of the cluster and remove its configuration for good.",
			withoutArgs(clusterDestroy), "--all", "--force", "--request-timeout", "--yes"),
	)
	cmd.AddCommand(newClusterNode(), newClusterLink(), newClusterUIDGID(), newClusterReport(), addition(newLostChanges()),
		noun("authkey", "Change the key of the cluster.", nil, nil,
			verb("corosync [<path>]", "Give all nodes a new key, or the one of a file, and take it into use at once.",
				clusterAuthkeyCorosync, "--force", "--request-timeout", "--skip-offline")),
		verb("rename <new cluster name>", "Change the name of the cluster. The cluster must be stopped on all nodes. Volume groups of "+
			"LVM shared by DLM and GFS2 filesystems hold the name too and must be changed by hand.",
			clusterRename, "--force", "--request-timeout", "--skip-offline"))
	cmd.AddCommand(clusterCIBVerbs()...)
	cmd.AddCommand(oldClusterVerbs()...)
	return cmd
}
