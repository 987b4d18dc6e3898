package admin

import (
	"fmt"
	"sort"
	"strings"

	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// attrCheck tests the instance attributes of one primitive.
type attrCheck struct {
	doc   *cib.Document
	agent agentmeta.Agent
	id    string // of the primitive, "" if it is new
	force bool
}

// kind is the word for options in messages.
func (c attrCheck) kind() string {
	if c.agent.Name.IsStonith() {
		return "stonith"
	}
	return "resource"
}

// created checks the attributes of a new resource.
func (c attrCheck) created(attrs Pairs) report.List {
	if c.agent.Void {
		return nil
	}
	out := c.empty(attrs)
	out = append(out, c.names(attrs)...)
	out = append(out, c.deprecated(attrs)...)
	out = append(out, c.required(attrs, attrs)...)
	return append(out, c.uniqueness(attrs, attrs)...)
}

// updated checks a change of attributes; an empty value removes one.
func (c attrCheck) updated(current, change Pairs) report.List {
	if c.agent.Void {
		return nil
	}
	final := current
	var removed, set Pairs
	for _, p := range change {
		if p.Value == "" {
			final = final.Without(p.Name)
			removed = append(removed, p)
			continue
		}
		final = final.With(p.Name, p.Value)
		if _, had := current.Get(p.Name); !had {
			set = append(set, p)
		}
	}
	out := c.names(set)
	out = append(out, c.deprecated(set)...)
	if len(removed) > 0 {
		out = append(out, c.required(final, removed)...)
	}
	return append(out, c.uniqueness(final, change)...)
}

func (c attrCheck) empty(attrs Pairs) report.List {
	var out report.List
	for _, p := range attrs {
		if p.Value == "" {
			out = append(out, report.NewError("INVALID_OPTION_VALUE", p.Name+" cannot be empty"))
		}
	}
	return out
}

func (c attrCheck) names(attrs Pairs) report.List {
	var allowed []string
	for _, p := range c.agent.Parameters {
		allowed = append(allowed, p.Name)
	}
	return checkNames(c.kind(), attrs, allowed, report.Force, c.force)
}

func (c attrCheck) deprecated(attrs Pairs) report.List {
	var out report.List
	for _, param := range c.agent.Parameters {
		if _, given := attrs.Get(param.Name); !given || !param.Deprecated {
			continue
		}
		text := fmt.Sprintf("%s option '%s' is deprecated and might be removed in a future release, therefore it should not be used",
			c.kind(), param.Name)
		if len(param.DeprecatedBy) > 0 {
			text += ", use " + quoteSorted(param.DeprecatedBy) + " instead"
		}
		// The action of a fence device is Pacemaker's to choose: setting it
		// can make a device do the wrong thing.
		if c.agent.Name.IsStonith() && param.Name == "action" {
			out = append(out, report.Passed("DEPRECATED_OPTION", text, report.Force, c.force))
			continue
		}
		out = append(out, report.NewWarning("DEPRECATED_OPTION", text))
	}
	return out
}

// required reports required parameters without a value. A parameter may be
// given under the name that it had before, so the two count as one. Only
// parameters that touched concerns are looked at in an update.
func (c attrCheck) required(final, touched Pairs) report.List {
	var missing []string
	var out report.List
	update := len(touched) > 0 && c.id != ""
	for _, p := range c.agent.Parameters {
		if !p.Required || p.Deprecated && len(p.DeprecatedBy) > 0 {
			continue
		}
		names := append([]string{p.Name}, c.obsoletedBy(p.Name)...)
		given, concerned := false, !update
		for _, n := range names {
			_, have := final.Get(n)
			_, hit := touched.Get(n)
			given, concerned = given || have, concerned || hit
		}
		switch {
		case given || !concerned:
		case len(names) == 1:
			missing = append(missing, p.Name)
		default:
			out = append(out, report.Passed("REQUIRED_OPTION_OF_ALTERNATIVES_IS_MISSING",
				fmt.Sprintf("%s option %s has to be specified", c.kind(), orDeprecated(names)), report.Force, c.force))
		}
	}
	if missing != nil {
		out = append(report.List{missingOptions(c.kind(), missing, report.Force, c.force)}, out...)
	}
	return out
}

// obsoletedBy lists the old names that a parameter replaces.
func (c attrCheck) obsoletedBy(name string) []string {
	var old []string
	for _, p := range c.agent.Parameters {
		for _, by := range p.DeprecatedBy {
			if by == name {
				old = append(old, p.Name)
			}
		}
	}
	return old
}

// orDeprecated lists a name and the old ones that it replaces.
func orDeprecated(names []string) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = "'" + n + "'"
		if i > 0 {
			words[i] += " (deprecated)"
		}
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// uniqueness reports sets of parameters whose values another resource of the
// same agent has (OCF 1.1: unique-group). Only groups that touched concerns
// are looked at.
func (c attrCheck) uniqueness(final, touched Pairs) report.List {
	groups := map[string][]string{}
	var order []string
	for _, p := range c.agent.Parameters {
		if p.UniqueGroup == "" {
			continue
		}
		if groups[p.UniqueGroup] == nil {
			order = append(order, p.UniqueGroup)
		}
		groups[p.UniqueGroup] = append(groups[p.UniqueGroup], p.Name)
	}
	var out report.List
	for _, group := range order {
		out = append(out, c.uniqueGroup(group, groups[group], final, touched)...)
	}
	return out
}

func (c attrCheck) uniqueGroup(group string, names []string, final, touched Pairs) report.List {
	sort.Strings(names)
	concerned, any := false, false
	values := make([]string, len(names))
	for i, n := range names {
		v, have := final.Get(n)
		_, hit := touched.Get(n)
		values[i], concerned, any = v, concerned || hit, any || have
	}
	if !concerned || !any {
		return nil
	}
	var same []string
	for _, r := range allResources(c.doc) {
		if elementID(r) != c.id && agentName(r) == c.agent.Name && hasValues(r, names, values) {
			same = append(same, elementID(r))
		}
	}
	if same == nil {
		return nil
	}
	return report.List{c.notUnique(group, names, values, same)}
}

func (c attrCheck) notUnique(group string, names, values, same []string) report.Report {
	what := fmt.Sprintf("Value %s of option %s is", report.Quote(values), report.Quote(names))
	attribute := "attribute"
	if len(names) > 1 {
		quoted := make([]string, len(values))
		for i, v := range values {
			quoted[i] = "'" + v + "'"
		}
		what = fmt.Sprintf("Values %s of options %s", strings.Join(quoted, ", "), report.Quote(names))
		if !strings.HasPrefix(group, agentmeta.LoneGroup) {
			what += fmt.Sprintf(" (group '%s')", group)
		}
		what += " are"
		attribute += "s"
	}
	value := "value"
	if len(values) > 1 {
		value = "values"
	}
	text := fmt.Sprintf("%s not unique across '%s' resources. Following resources are configured with the same %s of the instance %s: %s",
		what, c.agent.Name, value, attribute, quoteSorted(same))
	return report.Passed("RESOURCE_INSTANCE_ATTR_VALUE_NOT_UNIQUE", text, report.Force, c.force)
}

func hasValues(r *cib.Element, names, values []string) bool {
	for i, n := range names {
		if v, _ := nvsetValue(r, "instance_attributes", n); v != values[i] {
			return false
		}
	}
	return true
}

// agentName reads the agent of a primitive.
func agentName(r *cib.Element) agentmeta.Name {
	if r.Tag != "primitive" {
		return agentmeta.Name{}
	}
	return agentmeta.Name{
		Standard: r.SelectAttrValue("class", ""), Provider: r.SelectAttrValue("provider", ""), Type: r.SelectAttrValue("type", ""),
	}
}

// IsPlainResource tells a resource of whatever kind that is no fence device.
func IsPlainResource(doc *cib.Document, id string) bool {
	r := findResource(doc, id, resourceTags...)
	return r != nil && !isStonith(r)
}

// AgentOf returns the name of the agent of a primitive; false if the document
// has no primitive of that id.
func AgentOf(doc *cib.Document, id string) (agentmeta.Name, bool) {
	r := findResource(doc, id, "primitive")
	if r == nil {
		return agentmeta.Name{}, false
	}
	return agentName(r), true
}
