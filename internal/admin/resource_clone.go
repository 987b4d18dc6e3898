package admin

import (
	"fmt"

	"gpcs/internal/agentmeta"
	"gpcs/internal/report"
)

// cloneFits reports clone options that a resource's agent cannot live with:
// only OCF agents know of instances and promotion. What the agent's metadata
// does not show can be forced.
func cloneFits(meta Pairs, rscID string, name agentmeta.Name, agent agentmeta.Agent, force bool) report.List {
	var out report.List
	for _, option := range []string{"globally-unique", "promotable"} {
		v, given := meta.Get(option)
		if !given || !isTrue(v) {
			continue
		}
		text := fmt.Sprintf("Clone option '%s' is not compatible with '%s' resource agent of resource '%s'", option, name, rscID)
		switch {
		case !name.IsOCF():
			out = append(out, report.NewError("RESOURCE_CLONE_INCOMPATIBLE_META_ATTRIBUTES", text))
		case option == "promotable" && !agent.Void && !agent.Promotable():
			out = append(out, report.Passed("RESOURCE_CLONE_INCOMPATIBLE_META_ATTRIBUTES", text, report.Force, force))
		}
	}
	return out
}
