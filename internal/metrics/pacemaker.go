package metrics

import (
	"math"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/status"
)

// infinity is the score that stands for it.
const infinity = 1000000

// pacemaker are the families of the subsystem of that name.
func pacemaker(doc *cib.Document, now time.Time) ([]*Family, error) {
	view, err := status.New(doc, now)
	if err != nil {
		return nil, err
	}
	fails, thresholds := histories(view)
	enabled := gauge("ha_cluster_pacemaker_stonith_enabled", "Whether or not stonith is enabled")
	enabled.flag(view.Summary.Options.Stonith)
	changed := gauge("ha_cluster_pacemaker_config_last_change", "The timestamp of the last change of the cluster configuration")
	if at, err := time.ParseInLocation(time.ANSIC, view.Summary.LastChange.Time, now.Location()); err == nil {
		changed.add(float64(at.Unix()))
	}
	return []*Family{nodes(view), attributes(view), resources(view), locations(doc), fails, thresholds, enabled, changed}, nil
}

func nodes(view *status.View) *Family {
	f := gauge("ha_cluster_pacemaker_nodes", "The status of each node in the cluster; 1 means the node is in that status, 0 otherwise")
	for _, n := range view.Nodes {
		for _, s := range []struct {
			name string
			is   bool
		}{{"dc", n.DC}, {"expected_up", n.ExpectedUp}, {"maintenance", n.Maintenance}, {"online", n.Online}, {"pending", n.Pending},
			{"shutdown", n.Shutdown}, {"standby", n.Standby}, {"standby_onfail", n.StandbyOnFail}, {"unclean", n.Unclean}} {
			f.flag(s.is, "node", n.Name, "status", s.name, "type", string(n.Kind))
		}
	}
	return f
}

func attributes(view *status.View) *Family {
	f := gauge("ha_cluster_pacemaker_node_attributes", "Metadata attributes of each node; value is always 1")
	for _, n := range view.Nodes {
		for _, a := range n.Attributes {
			f.add(1, "node", n.Name, "name", a.Name, "value", a.Value)
		}
	}
	return f
}

func resources(view *status.View) *Family {
	f := gauge("ha_cluster_pacemaker_resources", "The status of each resource in the cluster; 1 means the resource is in that status, 0 otherwise")
	for _, r := range view.Top {
		within(f, r, "", "")
	}
	return f
}

// within adds the primitives of a resource. The members of a bundle are listed
// with it as their clone.
func within(f *Family, r *status.Resource, group, clone string) {
	switch r.Kind {
	case status.Primitive:
		primitive(f, r, group, clone)
		return
	case status.Group:
		group = r.ID
	default:
		clone = r.ID
	}
	for _, c := range r.Children {
		within(f, c, group, clone)
	}
}

func primitive(f *Family, r *status.Resource, group, clone string) {
	on := []string{""}
	if len(r.Active) > 0 {
		on = nil
	}
	for _, n := range r.Active {
		on = append(on, n.Name)
	}
	for _, node := range on {
		for _, s := range []struct {
			name string
			is   bool
		}{{"active", r.RunsAnywhere()}, {"blocked", r.Blocked}, {"failed", r.Failed}, {"failure_ignored", r.FailureIgnored}, {"orphaned", r.Orphan}} {
			f.flag(s.is, "agent", r.Agent(), "clone", clone, "group", group, "managed", strconv.FormatBool(r.Managed), "node", node,
				"resource", r.ID, "role", strings.ToLower(r.RoleNow()), "status", s.name)
		}
	}
}

// histories are the fail counts and migration thresholds. That of the fail
// counts has no type: a gauge must not be named _count.
func histories(view *status.View) (fails, thresholds *Family) {
	fails = &Family{Name: "ha_cluster_pacemaker_fail_count", Help: "The Fail count number per node and resource id", Kind: "untyped"}
	thresholds = gauge("ha_cluster_pacemaker_migration_threshold", "The migration_threshold number per node and resource id")
	for _, h := range view.History {
		for _, r := range h.Resources {
			count, _ := strconv.ParseFloat(r.FailCount, 64) // "" is none
			if count >= infinity {
				count = math.Inf(1)
			}
			fails.add(count, "node", h.Node.Name, "resource", r.ID)
			if threshold, err := strconv.ParseFloat(r.Threshold, 64); err == nil {
				thresholds.add(threshold, "node", h.Node.Name, "resource", r.ID)
			}
		}
	}
	return fails, thresholds
}

// locations are the location constraints as they are written; one with a rule
// has no node, and a score of 0.
func locations(doc *cib.Document) *Family {
	f := gauge("ha_cluster_pacemaker_location_constraints", "Resource location constraints. The value indicates the score.")
	section := doc.Find("constraints")
	if section == nil {
		return f
	}
	for _, e := range section.SelectElements("rsc_location") {
		get := func(name string) string { return e.SelectAttrValue(name, "") }
		f.add(score(get("score")), "constraint", get("id"), "node", get("node"), "resource", get("rsc"), "role", strings.ToLower(get("role")))
	}
	return f
}

func score(text string) float64 {
	switch strings.ToUpper(text) {
	case "INFINITY", "+INFINITY":
		return math.Inf(1)
	case "-INFINITY":
		return math.Inf(-1)
	}
	n, _ := strconv.ParseFloat(text, 64) // none is 0
	return n
}
