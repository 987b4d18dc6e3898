package admin

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
	"gpcs/internal/report"
)

const (
	propertySet    = "cluster_property_set"
	propertySetID  = "cib-bootstrap-options"
	fenceDelayOpt  = "fencing-watchdog-timeout"
	oldFenceDelay  = "stonith-watchdog-timeout"
	nameOfCluster  = "cluster-name"
	optionProperty = "cluster property"
)

// PropertyOptions say how properties are to be set.
type PropertyOptions struct {
	Force bool
	// Quiet leaves out notes that a name is an older one and what turning
	// fencing off means.
	Quiet bool
	// WatchdogS is after how many s this node's watchdog resets it, 0 = SBD is
	// not enabled.
	WatchdogS int64
}

// SetProperties sets cluster properties; an empty value removes one.
func SetProperties(doc *cib.Document, values Pairs, o PropertyOptions) report.List {
	set := firstPropertySet(doc)
	var wanted Pairs
	var gone []string
	for _, p := range values {
		if p.Value == "" {
			gone = append(gone, p.Name)
		} else {
			wanted = append(wanted, p)
		}
	}
	var out report.List
	for _, p := range properties() {
		if values.has(p.Name) {
			out = append(out, deprecatedProperty(p, o)...)
		}
	}
	out = append(out, checkRemoval(set, gone, o.Force)...)
	out = append(out, checkProperties(wanted, o)...)
	if out.Failed() {
		return out
	}
	b := newIDs(doc)
	if set == nil {
		set = cib.NewElement(propertySet, "id", b.unique(propertySetID))
		doc.Section("crm_config").AddChild(set)
	}
	for _, p := range values {
		if p.Value != "" && findNvpair(set, p.Name) == nil {
			set.AddChild(cib.NewElement("nvpair", "id", b.below(set, p.Name[:min(len(p.Name), propertyIDLength)]), "name", p.Name))
		}
		b.setNvpair(set, p)
	}
	return out
}

// propertyIDLength is how much of a property's name goes into the id of its nvpair.
const propertyIDLength = 20

func firstPropertySet(doc *cib.Document) *cib.Element {
	if section := doc.Find("crm_config"); section != nil {
		return section.SelectElement(propertySet)
	}
	return nil
}

// checkRemoval says which properties to be removed are not there.
func checkRemoval(set *cib.Element, names []string, force bool) report.List {
	var missing []string
	id := propertySetID
	if set != nil {
		id = elementID(set)
	}
	for _, n := range names {
		if set == nil || findNvpair(set, n) == nil {
			missing = append(missing, n)
		}
	}
	forbidden := forbiddenRemovals(names)
	if missing == nil {
		return forbidden
	}
	noun, pronoun := "property", "it is"
	if len(missing) > 1 {
		noun, pronoun = "properties", "they are"
	}
	text := fmt.Sprintf("Cannot remove %s %s, %s not present in property set '%s'", noun, quoteSorted(missing), pronoun, id)
	return append(report.List{report.Passed("CANNOT_REMOVE_ITEMS_NOT_IN_THE_CONTAINER", text, report.Force, force)}, forbidden...)
}

// forbiddenRemovals refuses to remove properties that the cluster sets itself.
func forbiddenRemovals(names []string) report.List {
	var forbidden, allowed []string
	for _, p := range properties() {
		switch {
		case !p.Generated && p.Name != nameOfCluster:
			allowed = append(allowed, p.Name)
		case p.Generated && slices.Contains(names, p.Name):
			forbidden = append(forbidden, p.Name)
		}
	}
	if forbidden == nil {
		return nil
	}
	return report.List{invalidOptions(optionProperty, forbidden, allowed, report.Never, false)}
}

func checkProperties(wanted Pairs, o PropertyOptions) report.List {
	known := map[string]Property{}
	var allowed []string
	for _, p := range properties() {
		known[p.Name] = p
		if !p.Generated && p.Name != nameOfCluster {
			allowed = append(allowed, p.Name)
		}
	}
	var out report.List
	var unknown, forbidden []string
	for _, w := range wanted {
		p, ok := known[w.Name]
		switch {
		case !ok:
			unknown = append(unknown, w.Name)
		case p.Generated || p.Name == nameOfCluster:
			forbidden = append(forbidden, w.Name)
		}
	}
	if unknown != nil {
		out = append(out, invalidOptions(optionProperty, unknown, allowed, report.Force, o.Force))
	}
	if forbidden != nil {
		out = append(out, invalidOptions(optionProperty, forbidden, allowed, report.Never, false))
	}
	for _, w := range wanted {
		out = append(out, checkProperty(known[w.Name], w.Value, o)...)
	}
	if wanted.has(nameOfCluster) {
		out = append(out, report.NewError("CLUSTER_RENAME_NEEDED",
			"This command cannot be used for renaming a cluster, use 'pcs cluster rename'"))
	}
	if o.Quiet {
		return out
	}
	return append(out, fencingNotes(wanted)...)
}

// fencingNotes warns of what it means to turn fencing off.
func fencingNotes(wanted Pairs) report.List {
	var out report.List
	for _, name := range []string{"stonith-enabled", "fencing-enabled"} {
		if v, given := wanted.Get(name); given && value.IsBool(v) && !value.True(v) {
			out = append(out, report.NewWarning("NO_STONITH_MEANS_WOULD_BE_LEFT_DUE_TO_PROPERTIES", fmt.Sprintf(
				"Setting property %s to %s leaves the cluster with no enabled means to fence nodes, resulting in the cluster "+
					"not being able to recover from certain failure conditions", name, v)))
		}
	}
	return out
}

// deprecatedProperty warns of a property that is on its way out.
func deprecatedProperty(p Property, o PropertyOptions) report.List {
	if o.Quiet || p.ReplacedBy == "" && !p.Deprecated {
		return nil
	}
	text := fmt.Sprintf("cluster property option '%s' is deprecated and might be removed in a future release, "+
		"therefore it should not be used", p.Name)
	if p.ReplacedBy != "" {
		text += fmt.Sprintf(", use '%s' instead", p.ReplacedBy)
	}
	return report.List{report.NewWarning("DEPRECATED_OPTION", text)}
}

func checkProperty(p Property, value string, o PropertyOptions) report.List {
	var out report.List
	check, ok := propertyCheck(p)
	if !ok || check.ok(value) {
		if isFenceDelay(p.Name) {
			out = append(out, checkFenceDelay(p.Name, value, o)...)
		}
		return out
	}
	by := report.Force
	if isFenceDelay(p.Name) {
		by = report.Never
	}
	return append(out, invalidValue(p.Name, value, check.hint, by, o.Force && by != report.Never))
}

// checkFenceDelay compares the time that others wait for a watchdog with the
// time that the watchdog takes.
func checkFenceDelay(name, value string, o PropertyOptions) report.List {
	n, _ := seconds(value)
	switch {
	case o.WatchdogS == 0 && n > 0:
		return report.List{report.NewError("STONITH_WATCHDOG_TIMEOUT_CANNOT_BE_SET", name+" can only be unset or set to 0 while SBD is disabled")}
	case o.WatchdogS > 0 && n == 0:
		return report.List{report.Passed("STONITH_WATCHDOG_TIMEOUT_CANNOT_BE_UNSET",
			name+" cannot be unset or set to 0 while SBD is enabled without devices", report.Force, o.Force)}
	case o.WatchdogS > 0 && n > 0 && n <= o.WatchdogS:
		return report.List{report.Passed("STONITH_WATCHDOG_TIMEOUT_TOO_SMALL", fmt.Sprintf(
			"The %s must be greater than SBD watchdog timeout '%d', entered '%s'", name, o.WatchdogS, value), report.Force, o.Force)}
	}
	return nil
}

func isFenceDelay(name string) bool { return name == fenceDelayOpt || name == oldFenceDelay }

var (
	percentForm = regexp.MustCompile(`^\d+%$`)
	wholeForm   = regexp.MustCompile(`^\d+$`)
)

const (
	hintPropertyBool = "a pacemaker boolean value: '0', '1', 'false', 'n', 'no', 'off', 'on', 'true', 'y', 'yes'"
	hintPcmkInteger  = "an integer or INFINITY or -INFINITY"
	hintDuration     = "time interval (e.g. 1, 2s, 3m, 4h, PT1H2M3S, ...)"
	hintPercentage   = "a non-negative integer followed by '%' (e.g. 0%, 50%, 200%, ...)"
)

// isTimeOrDuration tells a time with a unit and a duration of ISO 8601.
func isTimeOrDuration(text string) bool {
	if _, ok := seconds(text); ok {
		return true
	}
	_, ok := value.ReadDuration(text)
	return ok
}

// propertyCheck is the rule for the values of a type; ok is false for types
// that take anything.
func propertyCheck(p Property) (check valueRule, ok bool) {
	switch p.Type {
	case "boolean":
		return valueRule{p.Name, value.IsBool, hintPropertyBool}, true
	case "duration", "timeout":
		if isFenceDelay(p.Name) {
			return timeRule(p.Name), true
		}
		return valueRule{p.Name, isTimeOrDuration, hintDuration}, true
	case "integer", "score":
		return valueRule{p.Name, isScore, hintPcmkInteger}, true
	case "nonnegative_integer":
		return valueRule{p.Name, wholeForm.MatchString, hintNonNegative}, true
	case "percentage":
		return valueRule{p.Name, percentForm.MatchString, hintPercentage}, true
	case "select":
		return oneOf(p.Name, p.Values...), true
	}
	return valueRule{}, false
}

// PropertySets are all sets of cluster properties of a document.
type PropertySets struct {
	Sets []Nvset `json:"nvsets"`
}

// ReadProperties reads the cluster properties that are set, by name. Only the
// first set counts, as for pcs.
func ReadProperties(doc *cib.Document, now time.Time) PropertySets {
	section := doc.Find("crm_config")
	if section == nil {
		return PropertySets{Sets: []Nvset{}}
	}
	sets := readNvsets(section, propertySet, now)
	return PropertySets{Sets: sets[:min(len(sets), 1)]}
}

// Lines writes the properties as text. With all, properties that are not set
// are shown with their defaults; with names, only those, set or not.
func (s PropertySets) Lines(all bool, names []string) []string {
	sets := s.Sets
	if len(sets) == 0 && (all || len(names) > 0) {
		sets = []Nvset{{}}
	}
	var lines []string
	for _, set := range sets {
		values := map[string]string{}
		if all || len(names) > 0 {
			for _, p := range properties() {
				if p.Default != "" {
					values[p.Name] = p.Default + " (default)"
				}
			}
		}
		for _, p := range set.Pairs {
			values[p.Name] = quoteFor(p.Value, "= ")
		}
		lines = append(lines, propertyLines(set, only(values, names))...)
	}
	return lines
}

func only(values map[string]string, names []string) []string {
	var kept []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if len(names) == 0 || slices.Contains(names, name) {
			kept = append(kept, name+"="+values[name])
		}
	}
	return kept
}

func propertyLines(s Nvset, values []string) []string {
	head := "Cluster Properties:"
	if s.ID != "" {
		head += " " + s.ID
	}
	if len(s.Options) > 0 {
		head += " " + nameValues(s.Options.Sorted())
	}
	lines := append([]string{head}, indent(values)...)
	if s.Rule != nil {
		lines = append(lines, indent(ruleLines(*s.Rule, false))...)
	}
	return lines
}

// Command writes the properties as the command that sets them; those that
// the cluster itself sets, and its name, no command can set.
func (s PropertySets) Command() string {
	fixed := map[string]bool{nameOfCluster: true}
	for _, p := range properties() {
		if p.Generated {
			fixed[p.Name] = true
		}
	}
	parts := []string{"pcs property set --force --"}
	if len(s.Sets) > 0 {
		for _, p := range s.Sets[0].Pairs {
			if !fixed[p.Name] {
				parts = append(parts, shellQuote(p.Name+"="+p.Value))
			}
		}
	}
	if len(parts) == 1 {
		return ""
	}
	return strings.Join(parts, " \\\n  ")
}
