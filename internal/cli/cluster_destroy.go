package cli

import (
	"context"
	"fmt"
	"net/url"

	"gpcs/internal/api"
)

const destroyWarning = "This would kill all cluster processes and then PERMANENTLY remove cluster state and configuration"

// clusterDestroy carries out "cluster destroy".
func clusterDestroy(ctx context.Context, c *Call) error {
	if c.interactive() && !c.Has("--yes") && !c.Has("--force") {
		fmt.Fprintln(c.Stderr, "Warning: It is recommended to run 'pcs cluster stop' before destroying the cluster.")
		if yes, err := c.confirm(ctx, destroyWarning); err != nil || !yes {
			return err
		}
	}
	if !c.Has("--all") {
		return c.destroyHere(ctx)
	}
	if state, err := c.localState(ctx); err != nil || !state.Running {
		fmt.Fprintln(c.Stderr, "Warning: Unable to load CIB to get guest and remote nodes from it, those nodes will not be deconfigured.")
	}
	nodes, err := c.clusterNodes()
	if err != nil {
		return err
	}
	// Resources are stopped while there is still a quorum. A node where that
	// fails is destroyed all the same: that ends what is left there.
	if _, err := c.onNodes(ctx, nodes, patiently("cluster_stop", url.Values{"component": {"pacemaker"}, "force": {"1"}})); err != nil {
		return err
	}
	failed, err := c.onNodes(ctx, nodes, patiently("cluster_destroy", nil))
	if err == nil && len(failed) > 0 {
		err = fail("unable to destroy cluster\n%s", lines(failed, nodes))
	}
	return err
}

func (c *Call) destroyHere(ctx context.Context) error {
	fmt.Fprintln(c.Stderr, "Shutting down pacemaker/corosync services...")
	if err := c.doHere(ctx, api.ClusterCommand{Do: "destroy"}, "unable to destroy cluster"); err != nil {
		return err
	}
	fmt.Fprintln(c.Stderr, "Killing any remaining services...")
	fmt.Fprintln(c.Stderr, "Removing all cluster configuration files...")
	return nil
}
