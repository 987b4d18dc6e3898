package status

import (
	"fmt"
	"strings"
)

// Simple words the cluster's state in one line for monitoring systems, and
// whether all is well.
func (v *View) Simple() (line string, ok bool) {
	var bad []string
	if v.Summary.DC == nil {
		bad = append(bad, "No DC")
	}
	online := 0
	for _, n := range v.Nodes {
		switch {
		case n.Online:
			online++
		case n.Standby:
			bad = append(bad, "standby node: "+n.Name)
		case n.Kind != Guest:
			bad = append(bad, "offline node: "+n.Name)
		}
	}
	if len(bad) > 0 {
		return "CLUSTER WARN: " + strings.Join(bad, ", "), false
	}
	return fmt.Sprintf("CLUSTER OK: %d node%s online, %d resource instance%s configured",
		online, plural(online), v.Summary.Instances, plural(v.Summary.Instances)), true
}
