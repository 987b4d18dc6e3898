package cli

import (
	"context"
	"fmt"

	"gpcs/internal/conf"
	"gpcs/internal/report"
)

// longestClusterName is how long a cluster's name may be, in bytes.
const longestClusterName = 256

// clusterRename carries out "cluster rename". The name in the CIB follows when
// the cluster starts.
func clusterRename(ctx context.Context, c *Call) error {
	if len(c.Args) != 1 {
		return errUsage
	}
	name := c.Args[0]
	reports := conf.ValidateClusterName(name, c.Has("--force"))
	if len(name) > longestClusterName {
		reports = append(reports, report.NewError("INVALID_OPTION_VALUE", fmt.Sprintf(
			"'%s' is not a valid cluster name value, use a string (min length: 1) (max length: %d)", name, longestClusterName)))
	}
	if err := c.conclude(reports); err != nil {
		return err
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	c.say(report.NewWarning("DLM_CLUSTER_RENAME_NEEDED", "The DLM cluster name in the shared volume groups metadata must be updated "+
		"to reflect the name of the cluster so that the volume groups can start"),
		report.NewWarning("GFS2_LOCK_TABLE_RENAME_NEEDED", "The lock table name on each GFS2 filesystem must be updated to reflect the "+
			"name of the cluster so that the filesystems can be mounted"))
	cluster.SetClusterName(name)
	return c.storeCorosyncConf(ctx, cluster, true)
}
