package admin

import (
	"sort"
	"strings"
)

// Properties are all cluster properties in the order in which Pacemaker lists them.
func Properties() []Property { return properties() }

// KnownProperties lists what is known of cluster properties, by name: those
// named, or all; advanced ones only if asked for. unknown are names that are
// no property.
func KnownProperties(names []string, advanced bool) (known []Property, unknown []string) {
	wanted := map[string]bool{}
	for _, n := range names {
		wanted[n] = true
	}
	for _, p := range properties() {
		if wanted[p.Name] || len(names) == 0 && (advanced || !p.Advanced) {
			known = append(known, p)
		}
		delete(wanted, p.Name)
	}
	for n := range wanted {
		unknown = append(unknown, n)
	}
	sort.Slice(known, func(i, j int) bool { return known[i].Name < known[j].Name })
	sort.Strings(unknown)
	return known, unknown
}

// DefaultLines writes the defaults of properties.
func DefaultLines(list []Property) []string {
	var lines []string
	for _, p := range list {
		if p.Default != "" {
			lines = append(lines, p.Name+"="+p.Default)
		}
	}
	return lines
}

// DescriptionLines describes properties.
func DescriptionLines(list []Property) []string {
	var lines []string
	for _, p := range list {
		head := p.Name
		switch {
		case p.ReplacedBy != "":
			head += " (deprecated by " + p.ReplacedBy + ")"
		case p.Deprecated:
			head += " (deprecated)"
		}
		if p.Advanced {
			head += " (advanced use only)"
		}
		lines = append(lines, head, "  Description: "+p.Description)
		if p.Values != nil {
			lines = append(lines, "  Allowed values: "+quoteSorted(p.Values))
		} else {
			lines = append(lines, "  Type: "+p.Type)
		}
		if p.Default != "" {
			lines = append(lines, "  Default: "+p.Default)
		}
	}
	return lines
}

// readableNames are the names that web pages show; properties that have one
// are the ones most people look for.
var readableNames = map[string]string{
	"no-quorum-policy": "No Quorum Policy", "enable-acl": "Enable ACLs", "symmetric-cluster": "Symmetric",
	"start-failure-is-fatal": "Start Failure is Fatal", "fencing-enabled": "Fencing Enabled", "stonith-enabled": "Stonith Enabled",
	"stonith-action": "Stonith Action", "cluster-delay": "Cluster Delay", "batch-limit": "Batch Limit",
	"stop-removed-resources": "Stop Removed Resources", "stop-orphan-resources": "Stop Orphan Resources",
	"cancel-removed-actions": "Cancel Removed Actions", "stop-orphan-actions": "Stop Orphan Actions",
	"pe-error-series-max": "PE Error Storage", "pe-warn-series-max": "PE Warning Storage", "pe-input-series-max": "PE Input Storage",
}

// propertyDefinition is the form in which pcsd's web page reads properties.
type propertyDefinition struct {
	Name     string   `json:"name"`
	Short    string   `json:"shortdesc"`
	Long     string   `json:"longdesc"`
	Type     string   `json:"type"`
	Default  string   `json:"default"`
	Advanced bool     `json:"advanced"`
	Readable string   `json:"readable_name"`
	Source   string   `json:"source"`
	Values   []string `json:"enum,omitempty"`
}

// PropertyDefinitions writes all properties that can be set as one JSON
// object by name.
func PropertyDefinitions() string {
	var members []string
	for _, p := range properties() {
		if p.Generated && p.Name != "have-watchdog" {
			continue
		}
		d := propertyDefinition{
			Name: p.Name, Short: p.Description, Type: p.Type, Default: p.Default, Advanced: p.Advanced || readableNames[p.Name] == "",
			Readable: readableNames[p.Name], Source: "cluster-options", Values: p.Values,
		}
		if d.Readable == "" {
			d.Readable = p.Name
		}
		if p.Values != nil {
			d.Type = "enum"
		}
		members = append(members, JSONLine(p.Name)+": "+JSONLine(d))
	}
	return "{" + strings.Join(members, ", ") + "}"
}
