package admin

import (
	"fmt"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/rule"
	"gpcs/internal/report"
)

// DefaultsOf names the section that holds sets of default values.
type DefaultsOf string

// The sections of defaults.
const (
	ResourceDefaults  DefaultsOf = "rsc_defaults"
	OperationDefaults DefaultsOf = "op_defaults"
)

// Defaults are the sets of a section.
type Defaults struct {
	Instance []Nvset `json:"instance_attributes"`
	Meta     []Nvset `json:"meta_attributes"`
}

// ReadDefaults reads the sets of a section; those whose time is over only if
// expired is set.
func ReadDefaults(doc *cib.Document, of DefaultsOf, expired bool, now time.Time) Defaults {
	d := Defaults{[]Nvset{}, []Nvset{}}
	section := doc.Find(string(of))
	if section == nil {
		return d
	}
	keep := func(sets []Nvset) []Nvset {
		kept := []Nvset{}
		for _, s := range sets {
			if expired || s.Rule == nil || s.Rule.Effect != rule.Expired {
				kept = append(kept, s)
			}
		}
		return kept
	}
	d.Instance = keep(readNvsets(section, "instance_attributes", now))
	d.Meta = keep(readNvsets(section, "meta_attributes", now))
	return d
}

// WithoutEffects makes sets look as if nobody had judged their rules.
func (d Defaults) WithoutEffects() Defaults {
	for _, sets := range [][]Nvset{d.Instance, d.Meta} {
		for i := range sets {
			if sets[i].Rule != nil {
				sets[i].Rule.Effect = rule.Unknown
			}
		}
	}
	return d
}

// Lines shows sets as text.
func (d Defaults) Lines(withIDs bool) []string {
	var lines []string
	for _, kind := range []struct {
		title string
		sets  []Nvset
	}{{"Meta Attrs", d.Meta}, {"Attributes", d.Instance}} {
		for _, set := range kind.sets {
			lines = append(lines, set.defaultsLines(kind.title, withIDs)...)
		}
	}
	return lines
}

func (s Nvset) defaultsLines(title string, withIDs bool) []string {
	head := title
	if s.Rule != nil {
		head += effectLabels[s.Rule.Effect]
	}
	head += ": " + s.ID
	if len(s.Options) > 0 {
		head += " " + nameValues(s.Options.Sorted())
	}
	var body []string
	for _, nv := range s.Pairs {
		body = append(body, nameValues(Pairs{{nv.Name, nv.Value}})+idSuffix(nv.ID, withIDs))
	}
	if s.Rule != nil {
		body = append(body, ruleLines(*s.Rule, withIDs)...)
	}
	return append([]string{head}, indent(body)...)
}

// Commands writes the commands that make the sets again.
func (d Defaults) Commands(of DefaultsOf) []string {
	noun := "resource defaults"
	if of == OperationDefaults {
		noun = "resource op defaults"
	}
	var commands []string
	for _, s := range d.Meta {
		options := append(Pairs{{"id", s.ID}}, s.Options...)
		parts := []string{"pcs -- " + noun + " set create " + strings.Join(shellPairs(options), " ")}
		if pairs := firstPairs([]Nvset{s}); len(pairs) > 0 {
			parts = append(parts, "  meta "+strings.Join(shellPairs(pairs), " "))
		}
		if s.Rule != nil {
			parts = append(parts, "  rule "+shellQuote(s.Rule.Text))
		}
		commands = append(commands, continued(parts...))
	}
	return commands
}

// overridden warns of what defaults do not do.
func overridden() report.Report {
	return report.NewWarning("DEFAULTS_CAN_BE_OVERRIDDEN", "Defaults do not apply to resources which override them with their own defined values")
}

// checkDefaults warns of meta attributes without effect, as far as it is known
// what the set is for.
func checkDefaults(of DefaultsOf, meta Pairs, forResources bool) report.List {
	switch {
	case of != ResourceDefaults || len(meta) == 0:
		return nil
	case forResources:
		return unknownMeta("Resource / stonith", append(append([]string{}, metaAttributes...), stonithMetaAttributes...), meta)
	}
	return report.List{metaNotChecked(resourceTags...)}
}

// CreateDefaults makes a new set of default values, for those that a rule
// picks if one is given.
func CreateDefaults(doc *cib.Document, of DefaultsOf, options, meta Pairs, rule string, force bool) report.List {
	var out report.List
	if rule != "" {
		out = append(out, ensureSchemaNew(doc, 3, 9)...)
	}
	ids := newIDs(doc)
	out = append(out, checkNames("", options, []string{"id", "score"}, report.Force, force)...)
	id, hasID := options.Get("id")
	if hasID {
		out = append(out, ids.checkNewID(id, "id")...)
	}
	if score, given := options.Get("score"); given && !isScore(score) {
		out = append(out, report.NewError("INVALID_SCORE", fmt.Sprintf("invalid score '%s', use integer or INFINITY or -INFINITY", score)))
	}
	var node *ruleNode
	used := map[string]bool{}
	if rule != "" {
		var bad report.List
		if node, bad = parseRule(rule); bad == nil {
			bad = checkRule(node, ruleKeywords{attributes: of == OperationDefaults, resource: true, op: of == OperationDefaults})
			usedKinds(node, used)
		}
		out = append(out, bad...)
	}
	out = append(out, checkDefaults(of, meta, used[nodeResource])...)
	if out.Failed() {
		return out
	}
	section := doc.Section(string(of))
	if !hasID {
		id = ids.unique(string(of) + "-meta_attributes")
	}
	set := cib.NewElement("meta_attributes", "id", id)
	for _, p := range options.Without("id") {
		set.CreateAttr(p.Name, p.Value)
	}
	section.AddChild(set)
	if node != nil {
		ids.writeRule(set, ids.below(set, "rule"), node, nil)
	}
	for _, p := range meta {
		if p.Value != "" {
			ids.addNvpair(set, p)
		}
	}
	return append(out, overridden())
}

// DeleteDefaults removes sets.
func DeleteDefaults(doc *cib.Document, of DefaultsOf, ids []string) report.List {
	var out report.List
	var found []*cib.Element
	for _, id := range ids {
		if set := defaultsSet(doc, of, id); set != nil {
			found = append(found, set)
		} else {
			out = append(out, noSuchSet(doc, of, id))
		}
	}
	if !out.Failed() {
		for _, set := range found {
			if parent := set.Parent(); parent != nil { // nil where an id was said twice
				parent.RemoveChild(set)
			}
		}
	}
	return out
}

// noSuchSet says that an id is none of a set of these defaults, and what else
// it is.
func noSuchSet(doc *cib.Document, of DefaultsOf, id string) report.Report {
	switch e := findElement(doc, id); {
	case e == nil:
		return report.NewError("ID_NOT_FOUND", fmt.Sprintf("options set '%s' does not exist", id))
	case isTag(e, "meta_attributes", "instance_attributes"):
		return report.NewError("OBJECT_WITH_ID_IN_UNEXPECTED_CONTEXT", fmt.Sprintf("%s '%s' exists but does not belong to '%s'", e.Tag, id, of))
	}
	return report.NewError("ID_BELONGS_TO_UNEXPECTED_TYPE", fmt.Sprintf("'%s' is not an options set", id))
}

func defaultsSet(doc *cib.Document, of DefaultsOf, id string) *cib.Element {
	if section := doc.Find(string(of)); section != nil {
		for _, set := range section.ChildElements() {
			if elementID(set) == id {
				return set
			}
		}
	}
	return nil
}

// UpdateDefaultsSet changes values of a set; an empty value removes one.
func UpdateDefaultsSet(doc *cib.Document, of DefaultsOf, id string, meta Pairs) report.List {
	set := defaultsSet(doc, of, id)
	if set == nil {
		return report.List{noSuchSet(doc, of, id)}
	}
	out := checkDefaults(of, meta, isForResources(set))
	ids := newIDs(doc)
	for _, p := range meta {
		ids.setNvpair(set, p)
	}
	return append(out, overridden())
}

// UpdateDefaults changes values of the only set, which is made if there is none.
func UpdateDefaults(doc *cib.Document, of DefaultsOf, meta Pairs) report.List {
	if len(meta) == 0 {
		return nil
	}
	section := doc.Find(string(of))
	if section == nil || section.SelectElement("meta_attributes") == nil {
		if !anyValue(meta) {
			return report.List{overridden()}
		}
		section = doc.Section(string(of))
		section.AddChild(cib.NewElement("meta_attributes", "id", newIDs(doc).unique(string(of)+"-meta_attributes")))
	}
	sets := section.SelectElements("meta_attributes")
	if len(sets) > 1 {
		command := "resource defaults"
		if of == OperationDefaults {
			command = "resource op defaults"
		}
		return report.List{report.NewError("CIB_NVSET_AMBIGUOUS_PROVIDE_NVSET_ID", fmt.Sprintf(
			"Several options sets exist, please use the 'pcs %s set update' command and specify an option set ID", command))}
	}
	ids := newIDs(doc)
	for _, p := range meta {
		ids.setNvpair(sets[0], p)
	}
	return append(report.List{overridden()}, checkDefaults(of, meta, isForResources(sets[0]))...)
}

// isForResources tells a set whose rule picks resources by their agents.
func isForResources(set *cib.Element) bool {
	rule := set.SelectElement("rule")
	return rule != nil && len(rule.FindElements(".//rsc_expression")) > 0
}

// SetResourceUtilization sets what a resource takes of its node; an empty
// value removes a name.
func SetResourceUtilization(doc *cib.Document, id string, values Pairs) report.List {
	e := findResource(doc, id, "primitive")
	if e == nil {
		return stopf("Unable to find a resource: %s", id)
	}
	for _, p := range values {
		if p.Value != "" && !integerForm.MatchString(p.Value) {
			return stopf("Value of utilization attribute must be integer: '%s=%s'", p.Name, p.Value)
		}
	}
	newIDs(doc).updateNvset(e, "utilization", values)
	return nil
}

// ResourceUtilization shows what resources take, of all or of one.
func ResourceUtilization(r Resources, id string) ([]string, report.List) {
	lines := []string{"Resource Utilization:"}
	found := id == ""
	for _, p := range r.Primitives {
		if id != "" && p.ID != id {
			continue
		}
		found = true
		if pairs := firstPairs(p.Utilization); len(pairs) > 0 || id != "" {
			lines = append(lines, " "+p.ID+": "+nameValues(pairs))
		}
	}
	if !found {
		return nil, stopf("Unable to find a resource: %s", id)
	}
	return lines, nil
}
