package admin

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// grouped collects lines under headings, headings in the order of their names.
type grouped map[string]map[string][]string

func (g grouped) add(heading, part string, lines ...string) {
	if g[heading] == nil {
		g[heading] = map[string][]string{}
	}
	g[heading][part] = append(g[heading][part], lines...)
}

func (g grouped) lines(parts ...string) []string {
	if len(g) == 0 {
		return nil
	}
	headings := slices.Sorted(maps.Keys(g))
	var body []string
	for _, h := range headings {
		body = append(body, h)
		for _, part := range parts {
			if lines := g[h][part]; lines != nil {
				body = append(body, "  "+part+":")
				body = append(body, indent(indent(lines))...)
			}
		}
	}
	return append([]string{"Location Constraints:"}, indent(body)...)
}

// split tells what a location constraint says of its node.
func (a LocationAttributes) split() (avoids bool, score string) {
	score = "INFINITY"
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

// LocationsByResource shows plain location constraints by resource or
// pattern; only those named ("id", "resource%id", "regexp%pattern") if any are.
func (c Constraints) LocationsByResource(only []string, withIDs bool) []string {
	g := grouped{}
	for _, l := range c.Location {
		heading, _ := l.name()
		if len(only) > 0 && !l.named(only) {
			continue
		}
		a := l.Attributes
		if a.Node != nil {
			part := "Prefers"
			avoids, score := a.split()
			if avoids {
				part = "Avoids"
			}
			g.add(heading, part, fmt.Sprintf("node '%s' with score %s%s", *a.Node, score, idSuffix(a.ID, withIDs)))
			continue
		}
		g.add(heading, "Rules", textOf(a.Rules, func(r Condition) []string { return ruleLines(r, withIDs) })...)
	}
	return g.lines("Prefers", "Avoids", "Rules")
}

func (l Location) named(only []string) bool {
	if l.Resource != nil {
		return slices.Contains(only, *l.Resource) || slices.Contains(only, "%"+*l.Resource) || slices.Contains(only, "resource%"+*l.Resource)
	}
	return slices.Contains(only, "regexp%"+deref(l.Pattern))
}

// LocationsByNode shows plain location constraints by node; only those nodes
// named, if any are. Constraints with rules have no node and are left out.
func (c Constraints) LocationsByNode(only []string, withIDs bool) []string {
	g := grouped{}
	for _, l := range c.Location {
		a := l.Attributes
		if a.Node == nil || len(only) > 0 && !slices.Contains(only, *a.Node) {
			continue
		}
		part := "Preferred by"
		avoids, score := a.split()
		if avoids {
			part = "Avoided by"
		}
		_, words := l.name()
		g.add("Node: "+*a.Node, part, fmt.Sprintf("%s with score %s%s", words, score, idSuffix(a.ID, withIDs)))
	}
	return g.lines("Preferred by", "Avoided by")
}
