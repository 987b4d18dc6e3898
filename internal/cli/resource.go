package cli

import (
	"github.com/spf13/cobra"

	"gpcs/internal/admin"
)

func newResource() *cobra.Command {
	verbs := append(debugVerbs(),
		newResourceCreate(),
		newResourceConfig(), newResourceRelations(),
		unnamed(verb("status [<resource id | tag id>] [node=<node>] [--hide-inactive]",
			"View resources: all, one, those of a tag, or those of a node.", resourceStatus, "-f", "--hide-inactive")),
		newFailcount(),
		newCleanup(),
		newRefresh(),
		newResourceDelete("delete"), newResourceDelete("remove"),
		newResourceUpdate(), newMeta(false), newDescription("resource"), newResourceRestart(), newResourceOp(),
		newResourceEnable(), newResourceDisable(), newResourceSafeDisable(), newResourceManage(), newResourceUnmanage(),
		newResourceGroup(), newResourceUngroup(),
		newResourceMove(), newResourceMoveWithConstraint(), newResourceBan(), newResourceClear(),
		newResourceRelocate(),
		newResourceStandards(), newResourceProviders(), newResourceAgents(), newResourceList(), newResourceDescribe(),
		newDefaults(admin.ResourceDefaults), newResourceUtilization(),
		newResourceBundle(),
		newResourceClone(), newResourcePromotable(), newResourceUnclone(),
	)
	return noun("resource", "Manage cluster resources", resourceStatus, []string{"-f", "--hide-inactive"}, verbs...)
}
