package cli

import (
	"context"

	"gpcs/internal/conf"
)

// quorumUpdate carries out "quorum update".
func quorumUpdate(ctx context.Context, c *Call) error {
	options, err := optionMap(c.Args)
	if err != nil {
		return err
	}
	if len(options) == 0 {
		return errUsage
	}
	cluster, err := c.libCorosyncConf()
	if err != nil {
		return err
	}
	if err := c.conclude(conf.ValidateQuorum(cluster, options)); err != nil {
		return err
	}
	cluster.SetQuorumOptions(options)
	// votequorum reads its options at start: all nodes must do so together.
	return c.storeCorosyncConf(ctx, cluster, true)
}
