package admin

import (
	"fmt"
	"slices"
	"strings"
)

// section is what is shown below one heading.
type section struct {
	heading string
	parts   map[string][]string
	rules   []string
}

// sections are in the order in which their headings came up.
type sections []section

func (s *sections) at(heading string) *section {
	for i := range *s {
		if (*s)[i].heading == heading {
			return &(*s)[i]
		}
	}
	*s = append(*s, section{heading: heading, parts: map[string][]string{}})
	return &(*s)[len(*s)-1]
}

func (s sections) lines(parts ...string) []string {
	var body []string
	for _, one := range s {
		body = append(body, one.heading)
		for _, part := range parts {
			if lines := one.parts[part]; lines != nil {
				body = append(body, "  "+part+":")
				body = append(body, indent(indent(lines))...)
			}
		}
		body = append(body, indent(one.rules)...)
	}
	return body
}

func locationLines(body []string) []string {
	if len(body) == 0 {
		return nil
	}
	return append([]string{"Location Constraints:"}, indent(body)...)
}

// split tells what a location constraint says of its node.
func (a LocationAttributes) split() (avoids bool, score string) {
	score = "0"
	if a.Score != nil {
		score = *a.Score
	}
	rest, avoids := strings.CutPrefix(score, "-")
	return avoids, rest
}

// name returns the heading of what the constraint is about, and its words in a sentence.
func (l Location) name() (heading, words string) {
	if l.Resource != nil {
		return "Resource: " + *l.Resource, fmt.Sprintf("resource '%s'", *l.Resource)
	}
	return "Resource pattern: " + deref(l.Pattern), fmt.Sprintf("resource pattern '%s'", deref(l.Pattern))
}

// LocationsByResource shows plain location constraints by resource, then by
// pattern; only those targets, if any are given.
func (c Constraints) LocationsByResource(only []Target, withIDs bool) []string {
	var resources, patterns sections
	for _, l := range c.Location {
		if len(only) > 0 && !l.about(only) {
			continue
		}
		heading, _ := l.name()
		group := &resources
		if l.Resource == nil {
			group = &patterns
		}
		at, a := group.at(heading), l.Attributes
		if len(a.Rules) > 0 {
			title := "Constraint:"
			if withIDs {
				title += " " + a.ID
			}
			rules := textOf(a.Rules, func(r Condition) []string { return ruleLines(r, withIDs) })
			at.rules = append(at.rules, title, "  Rules:")
			at.rules = append(at.rules, indent(indent(rules))...)
			continue
		}
		part := "Prefers"
		avoids, score := a.split()
		if avoids {
			part = "Avoids"
		}
		at.parts[part] = append(at.parts[part], fmt.Sprintf("node '%s' with score %s%s", deref(a.Node), score, idSuffix(a.ID, withIDs)))
	}
	return locationLines(append(resources.lines("Prefers", "Avoids"), patterns.lines("Prefers", "Avoids")...))
}

func (l Location) about(targets []Target) bool {
	if l.Resource != nil {
		return slices.Contains(targets, Target{Name: *l.Resource})
	}
	return slices.Contains(targets, Target{Name: deref(l.Pattern), Pattern: true})
}

// HaveRules tells whether any location constraint, of the nodes if some are
// named, holds by rules: LocationsByNode leaves these out.
func (c Constraints) HaveRules(nodes []string) bool {
	return slices.ContainsFunc(c.Location, func(l Location) bool {
		return len(l.Attributes.Rules) > 0 && (len(nodes) == 0 || slices.Contains(nodes, deref(l.Attributes.Node)))
	})
}

// LocationsByNode shows plain location constraints by node; only those nodes
// named, if any are. Constraints with rules have no node and are left out.
func (c Constraints) LocationsByNode(only []string, withIDs bool) []string {
	var nodes sections
	for _, l := range c.Location {
		a := l.Attributes
		if a.Node == nil || len(a.Rules) > 0 || len(only) > 0 && !slices.Contains(only, *a.Node) {
			continue
		}
		part := "Preferred by"
		avoids, score := a.split()
		if avoids {
			part = "Avoided by"
		}
		_, words := l.name()
		at := nodes.at("Node: " + *a.Node)
		at.parts[part] = append(at.parts[part], fmt.Sprintf("%s with score %s%s", words, score, idSuffix(a.ID, withIDs)))
	}
	return locationLines(nodes.lines("Preferred by", "Avoided by"))
}
