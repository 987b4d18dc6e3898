package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/status"
)

func newConfig() *cobra.Command {
	options := []string{"-f", "--corosync_conf", "--show-secrets"}
	return noun("config", "View and manage the configuration of the cluster", configShow, options,
		unnamed(verb("show", "Show the whole configuration of the cluster", withoutArgs(configShow), options...)),
		newConfigCheckpoint(), newConfigBackup(), newConfigRestore(),
	)
}

func configShow(ctx context.Context, c *Call) error {
	doc, err := c.readCIB(ctx)
	if err != nil {
		return err
	}
	name := admin.ClusterNameIn(doc)
	var nodes []string
	corosync, unread := c.corosyncConf()
	if unread == nil {
		name, nodes = corosync.ClusterName(), corosync.NodeNames()
	} else if !c.Has("-f") {
		return unread
	}
	fmt.Fprintf(c.Stdout, "Cluster Name: %s\n", name)
	fmt.Fprint(c.Stdout, status.ConfiguredNodesText(nodes, documentNodes(doc)))
	c.printLines(admin.ConfigLines(doc, c.Has("--show-secrets"), time.Now()))
	if unread == nil && (!c.Has("-f") || c.Has("--corosync_conf")) {
		if text := strings.TrimRight(corosync.QuorumText(), "\n"); text != "" {
			fmt.Fprintf(c.Stdout, "\nQuorum:\n  %s\n", strings.ReplaceAll(text, "\n", "\n  "))
		}
	}
	return nil
}
