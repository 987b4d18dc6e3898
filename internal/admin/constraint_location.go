package admin

import (
	"fmt"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// Target is what a location constraint is about: a resource, or the pattern
// of resource names if Pattern is true.
type Target struct {
	Name    string
	Pattern bool
}

func (t Target) attribute() string {
	if t.Pattern {
		return "rsc-pattern"
	}
	return "rsc"
}

func (t Target) check(doc *cib.Document, force bool) report.List {
	if t.Pattern {
		return nil
	}
	return checkPlainResource(doc, t.Name, force)
}

// NewLocation is a location constraint to be made.
type NewLocation struct {
	ID, Node, Score string
	Target          Target
	Options         Pairs
}

// AddLocation adds a location constraint of an id; one of that id, or of the
// same resource and node, makes way.
func AddLocation(doc *cib.Document, l NewLocation, force bool) report.List {
	if !isScore(l.Score) {
		return report.List{badScore(l.Score)}
	}
	if bad := checkID(l.ID, "constraint id"); bad != nil {
		return bad[:1].Alone()
	}
	if bad := l.Target.check(doc, force); bad != nil {
		return bad
	}
	section := constraintSection(doc)
	for _, c := range section.SelectElements("rsc_location") {
		sameTarget := c.SelectAttrValue(l.Target.attribute(), "") == l.Target.Name && c.SelectAttrValue("node", "") == l.Node
		if elementID(c) == l.ID || sameTarget {
			section.RemoveChild(c)
		}
	}
	e := cib.NewElement("rsc_location", "id", l.ID, l.Target.attribute(), l.Target.Name, "node", l.Node, "score", l.Score)
	for _, o := range l.Options {
		e.CreateAttr(o.Name, o.Value)
	}
	section.AddChild(e)
	return nil
}

// NodeScore is a node with a score as the administrator wrote it.
type NodeScore struct {
	Node, Score string
	Given       bool // whether there was a score
}

// PreferNodes adds location constraints that let a resource prefer nodes, or
// avoid them.
func PreferNodes(doc *cib.Document, target Target, nodes []NodeScore, avoid, force bool) report.List {
	var wanted []NewLocation
	for _, n := range nodes {
		score := n.Score
		switch {
		case !n.Given:
			score = "INFINITY"
		case !isScore(score):
			return report.List{badScore(score)}
		}
		if avoid {
			score = negated(score)
		}
		id := sanitizeID(fmt.Sprintf("location-%s-%s-%s", target.Name, n.Node, score))
		wanted = append(wanted, NewLocation{ID: id, Node: n.Node, Score: score, Target: target})
	}
	for _, l := range wanted {
		if bad := AddLocation(doc, l, force); bad != nil {
			return bad
		}
	}
	return nil
}

func negated(score string) string {
	score = strings.TrimPrefix(score, "+")
	if rest, negative := strings.CutPrefix(score, "-"); negative {
		return rest
	}
	return "-" + score
}

// CheckNodes says which nodes the document does not know.
func CheckNodes(doc *cib.Document, nodes []string) report.List {
	known := map[string]bool{}
	for _, n := range knownNodes(doc) {
		known[n] = true
	}
	var out report.List
	for _, n := range nodes {
		if !known[n] {
			out = append(out, report.Stop("NODE_NOT_FOUND",
				fmt.Sprintf("Node '%s' does not appear to exist in configuration, use --force to override", n)))
		}
	}
	return out
}

// DeleteLocations removes location constraints by their ids.
func DeleteLocations(doc *cib.Document, ids []string) report.List {
	return deleteByID(doc, ids, "location constraints", false, "rsc_location")
}

// AddLocationRule adds a location constraint that holds on the nodes, or at
// the times, that a rule describes. options are those of the rule and, as
// constraint-id and resource-discovery, of the constraint.
func AddLocationRule(doc *cib.Document, target Target, options Pairs, expression string, force bool, now time.Time) report.List {
	var out report.List
	out = append(out, ensureSchemaNew(doc, 3, 9)...)
	b := newIDs(doc)
	node, bad := checkLocationRule(doc, b, target, options, expression, force)
	out = append(out, bad...)
	if out.Failed() {
		return out
	}
	e := cib.NewElement("rsc_location")
	if v, given := options.Get("resource-discovery"); given {
		e.CreateAttr("resource-discovery", v)
	}
	id, ownID := options.Get("constraint-id")
	if ownID {
		b.book(id)
	} else {
		id = b.unique(sanitizeID("location-" + target.Name))
	}
	e.CreateAttr("id", id)
	e.CreateAttr(target.attribute(), target.Name)
	ruleID, ownID := options.Get("id")
	if ownID {
		b.book(ruleID)
	} else {
		ruleID = b.below(e, "rule")
	}
	b.writeRule(e, ruleID, node, ruleAttributes(options))
	section := constraintSection(doc)
	same := sameRules(section, e)
	section.AddChild(e)
	return append(out, duplicates(constraintLinesAt(same, now), force)...)
}

// ruleAttributes are the attributes of the rule element: role and score, the
// latter INFINITY by default.
func ruleAttributes(options Pairs) Pairs {
	attributes := options.Without("id").Without("constraint-id").Without("resource-discovery")
	if v, given := attributes.Get("role"); given {
		attributes = attributes.With("role", capitalized(v))
	}
	if !attributes.has("score") && !attributes.has("score-attribute") {
		attributes = append(attributes, Pair{"score", "INFINITY"})
	}
	return attributes
}

func checkLocationRule(doc *cib.Document, b *idBook, target Target, options Pairs, expression string, force bool) (*ruleNode, report.List) {
	var out report.List
	if !target.Pattern {
		out = append(out, checkSetResource(doc, target.Name, force)...)
	}
	if id, given := options.Get("constraint-id"); given {
		out = append(out, b.checkConstraintID(id)...)
	}
	out = append(out, checkValues(options, report.Force, force, oneOf("resource-discovery", discoveryModes...))...)
	if options.has("score") && options.has("score-attribute") {
		out = append(out, exclusiveOptions("rule", []string{"score", "score-attribute"}))
	}
	if id, given := options.Get("id"); given {
		bad := checkID(id, "rule id")
		if bad == nil && b.has(id) {
			bad = report.List{report.NewError("ID_ALREADY_EXISTS", "'"+id+"' already exists")}
		}
		out = append(out, bad...)
	}
	if v, given := options.Get("score"); given && !isScore(v) {
		out = append(out, report.NewError("INVALID_SCORE", fmt.Sprintf("invalid score '%s', use integer or INFINITY or -INFINITY", v)))
	}
	if v, given := options.Get("role"); given && !oneOf("role", "Promoted", "Unpromoted").ok(capitalized(v)) {
		out = append(out, invalidValue("role", v, quoteSorted([]string{"Promoted", "Unpromoted"}), report.Never, false))
	}
	if strings.TrimSpace(expression) == "" {
		return nil, append(out, report.NewError("RULE_NO_EXPRESSION_SPECIFIED", "No rule expression was specified"))
	}
	node, bad := parseRule(expression)
	if bad == nil {
		bad = checkRule(node, ruleKeywords{attributes: true})
	}
	return node, append(out, bad...)
}

// discoveryModes are the values of resource-discovery.
var discoveryModes = []string{"always", "exclusive", "never"}

// sameRules finds the constraints of the same target with a rule of the same
// meaning.
func sameRules(section, e *cib.Element) []*cib.Element {
	want := conditionText(e.SelectElement("rule"))
	var same []*cib.Element
	for _, c := range section.SelectElements("rsc_location") {
		if c.SelectAttrValue("rsc", "") != e.SelectAttrValue("rsc", "") || c.SelectAttrValue("rsc-pattern", "") != e.SelectAttrValue("rsc-pattern", "") {
			continue
		}
		for _, r := range c.SelectElements("rule") {
			if conditionText(r) == want {
				same = append(same, c)
				break
			}
		}
	}
	return same
}

// constraintLines shows constraints with their ids, without the headings of
// their kinds.
func constraintLines(list []*cib.Element) []string { return constraintLinesAt(list, time.Time{}) }

func constraintLinesAt(list []*cib.Element, now time.Time) []string {
	var lines []string
	for _, e := range list {
		c := noConstraints()
		c.add(e, now)
		for _, line := range c.Lines(true)[1:] {
			lines = append(lines, strings.TrimPrefix(line, "  "))
		}
	}
	return lines
}
