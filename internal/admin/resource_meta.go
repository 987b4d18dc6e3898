package admin

import (
	"fmt"

	"gpcs/internal/report"
)

// metaAttributes are the meta attributes of primitives that Pacemaker 3.0
// heeds.
var metaAttributes = []string{
	"allow-migrate", "allow-unhealthy-nodes", "container-attribute-target", "critical", "failure-timeout",
	"is-managed", "maintenance", "migration-threshold", "multiple-active", "priority", "remote-addr",
	"remote-allow-migrate", "remote-connect-timeout", "remote-node", "remote-port", "requires",
	"resource-stickiness", "target-role",
}

// stonithMetaAttributes are those that it heeds of fence devices besides.
var stonithMetaAttributes = []string{"provides"}

// checkMeta warns of meta attributes that have no effect on a primitive.
func checkMeta(meta Pairs, stonith bool) report.List {
	allowed, kind := metaAttributes, "Resource"
	if stonith {
		allowed, kind = append(append([]string{}, metaAttributes...), stonithMetaAttributes...), "Stonith"
	}
	return unknownMeta(kind, allowed, meta)
}

// unknownMeta warns of meta attributes that are not among those with effect.
func unknownMeta(kind string, allowed []string, meta Pairs) report.List {
	ok := map[string]bool{}
	for _, a := range allowed {
		ok[a] = true
	}
	var bad []string
	for _, p := range meta {
		if p.Value != "" && !ok[p.Name] {
			bad = append(bad, p.Name)
		}
	}
	if bad == nil {
		return nil
	}
	have := "has"
	if len(bad) > 1 {
		have = "have"
	}
	return report.List{report.NewWarning("META_ATTRS_UNKNOWN_TO_PCMK", fmt.Sprintf(
		"%s meta %s %s %s no effect on cluster resource handling, meta attributes with effect: %s",
		kind, plural(len(bad), "attribute"), quoteSorted(bad), have, quoteSorted(allowed)))}
}

// metaNotChecked warns that nobody knows whether meta attributes are right.
func metaNotChecked(tags ...string) report.Report {
	return report.NewWarning("META_ATTRS_NOT_VALIDATED_UNSUPPORTED_TYPE",
		fmt.Sprintf("Meta attributes of %s are not validated", kindNames(tags)))
}
