package cli

import (
	"context"

	"github.com/spf13/cobra"

	"gpcs/internal/admin"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

func newUpdateScsiDevices() *cobra.Command {
	return verb("update-scsi-devices <stonith id> (set <device-path> [<device-path>...]) | "+
		"(add <device-path> [<device-path>...] delete|remove <device-path> [<device-path>...])",
		"Change the disks of a device of fence_scsi or fence_mpath. The nodes are unfenced with the new list by the cluster, "+
			"and what needs that is started again: unlike with pcs, resources are not spared.",
		updateScsiDevices, "--request-timeout", "--skip-offline")
}

func updateScsiDevices(ctx context.Context, c *Call) error {
	keywords := []string{"set", "add", "remove", "delete"}
	if len(c.Args) < 2 {
		return errUsage
	}
	g := splitKeywords(c.Args[1:], keywords...)
	if len(g.first) > 0 {
		return errUsage
	}
	if err := g.once(keywords...); err != nil {
		return err
	}
	change := admin.ScsiDevices{Set: g.groups["set"], Add: g.groups["add"], Remove: append(g.groups["remove"], g.groups["delete"]...)}
	changes := len(change.Add) + len(change.Remove)
	if g.has("set") && (len(change.Set) == 0 || changes > 0) || !g.has("set") && changes == 0 {
		return usageError{hint: "You must specify either list of set devices or at least one device for add or delete/remove devices"}
	}
	err := c.editCIB(ctx, func(doc *cib.Document) report.List { return admin.UpdateScsiDevices(doc, c.Args[0], change) })
	if err == nil {
		c.say(report.NewWarning("SCSI_RESTART", "The cluster unfences its nodes with the new devices; "+
			"resources that need unfencing are started again"))
	}
	return err
}
