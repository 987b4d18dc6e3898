package admin

import (
	"fmt"
	"strings"
)

// Lines writes constraints as text, with ids if asked for. Kinds that have
// none are left out.
func (c Constraints) Lines(withIDs bool) []string {
	var lines []string
	section := func(title string, body []string) {
		if len(body) > 0 {
			lines = append(append(lines, title+" Constraints:"), indent(body)...)
		}
	}
	section("Location", textOf(c.Location, func(l Location) []string { return l.lines(withIDs) }))
	section("Location Set", textOf(c.LocationSet, func(s SetOf[LocationAttributes]) []string {
		return setLines(s.Sets, s.Attributes.ID, s.Attributes.setLines(withIDs), withIDs)
	}))
	section("Colocation", textOf(c.Colocation, func(l Colocation) []string { return l.lines(withIDs) }))
	section("Colocation Set", textOf(c.ColocationSet, func(s SetOf[ColocationAttributes]) []string {
		return setLines(s.Sets, s.Attributes.ID, s.Attributes.lines(withIDs), withIDs)
	}))
	section("Order", textOf(c.Order, func(o Order) []string { return o.lines(withIDs) }))
	section("Order Set", textOf(c.OrderSet, func(s SetOf[OrderAttributes]) []string {
		return setLines(s.Sets, s.Attributes.ID, pairsLine(s.Attributes.pairs()), withIDs)
	}))
	section("Ticket", textOf(c.Ticket, func(t Ticket) []string { return t.lines(withIDs) }))
	section("Ticket Set", textOf(c.TicketSet, func(s SetOf[TicketAttributes]) []string {
		pairs := append(Pairs{{"ticket", s.Attributes.Ticket}}, given("loss-policy", s.Attributes.LossPolicy)...)
		return setLines(s.Sets, s.Attributes.ID, pairsLine(pairs), withIDs)
	}))
	return lines
}

func textOf[T any](list []T, write func(T) []string) []string {
	var lines []string
	for _, item := range list {
		lines = append(lines, write(item)...)
	}
	return lines
}

// given returns a pair for a value that is there.
func given(name string, value *string) Pairs {
	if value == nil {
		return nil
	}
	return Pairs{{name, *value}}
}

// givenBool is given for booleans, which pcs writes as 0 and 1.
func givenBool(name string, value *bool) Pairs {
	switch {
	case value == nil:
		return nil
	case *value:
		return Pairs{{name, "1"}}
	}
	return Pairs{{name, "0"}}
}

func pairsLine(pairs Pairs) []string {
	if len(pairs) == 0 {
		return nil
	}
	return []string{nameValues(pairs)}
}

// rolePrefix is the role before "resource", with a blank, or nothing.
func rolePrefix(role *string) string {
	if role == nil {
		return ""
	}
	return *role + " "
}

func ruleBlock(title string, rules []Condition, withIDs bool) []string {
	if len(rules) == 0 {
		return nil
	}
	return append([]string{title + ":"}, indent(textOf(rules, func(c Condition) []string { return ruleLines(c, withIDs) }))...)
}

// preference writes a score as what it means for a node.
func preference(node string, score *string) string {
	value := "INFINITY"
	if score != nil {
		value = *score
	}
	verb := "prefers"
	if strings.HasPrefix(value, "-") {
		verb, value = "avoids", value[1:]
	}
	return fmt.Sprintf("%s node '%s' with score %s", verb, node, value)
}

func (l Location) lines(withIDs bool) []string {
	what := "resource"
	name := l.Resource
	if name == nil {
		what, name = "resource pattern", l.Pattern
	}
	if name == nil {
		name = new(string)
	}
	head := fmt.Sprintf("%s%s '%s'", rolePrefix(l.Role), what, *name)
	a := l.Attributes
	if a.Node != nil {
		head += " " + preference(*a.Node, a.Score)
	}
	return append([]string{head + idSuffix(a.ID, withIDs)}, indent(a.details(withIDs))...)
}

func (a LocationAttributes) details(withIDs bool) []string {
	lines := pairsLine(given("resource-discovery", a.Discovery))
	lines = append(lines, ruleBlock("Rules", a.Rules, withIDs)...)
	return append(lines, ruleBlock("Lifetime", a.Lifetime, withIDs)...)
}

func (a LocationAttributes) setLines(withIDs bool) []string {
	var lines []string
	if a.Node != nil {
		lines = append(lines, preference(*a.Node, a.Score))
	}
	return append(lines, a.details(withIDs)...)
}

func (c Colocation) lines(withIDs bool) []string {
	head := fmt.Sprintf("%sresource '%s' with %sresource '%s'", rolePrefix(c.Role), c.Resource, rolePrefix(c.WithRole), c.With)
	pairs := append(given("node-attribute", c.NodeAttribute), given("rsc-instance", c.Instance)...)
	pairs = append(pairs, given("with-rsc-instance", c.WithInstance)...)
	lines := append([]string{head + idSuffix(c.Attributes.ID, withIDs)}, indent(pairsLine(pairs))...)
	return append(lines, indent(c.Attributes.lines(withIDs))...)
}

func (a ColocationAttributes) lines(withIDs bool) []string {
	lines := pairsLine(append(given("score", a.Score), given("influence", a.Influence)...))
	return append(lines, ruleBlock("Lifetime", a.Lifetime, withIDs)...)
}

func (o Order) lines(withIDs bool) []string {
	head := fmt.Sprintf("%sresource '%s' then %sresource '%s'", rolePrefix(o.FirstAction), o.First, rolePrefix(o.ThenAction), o.Then)
	pairs := append(given("first-instance", o.FirstInstance), given("then-instance", o.ThenInstance)...)
	pairs = append(o.Attributes.pairs(), pairs...)
	return append([]string{head + idSuffix(o.Attributes.ID, withIDs)}, indent(pairsLine(pairs))...)
}

func (a OrderAttributes) pairs() Pairs {
	pairs := append(givenBool("symmetrical", a.Symmetrical), givenBool("require-all", a.RequireAll)...)
	return append(append(pairs, given("score", a.Score)...), given("kind", a.Kind)...)
}

func (t Ticket) lines(withIDs bool) []string {
	head := fmt.Sprintf("%sresource '%s' depends on ticket '%s'", rolePrefix(t.Role), t.Resource, t.Attributes.Ticket)
	return append([]string{head + idSuffix(t.Attributes.ID, withIDs)}, indent(pairsLine(given("loss-policy", t.Attributes.LossPolicy)))...)
}

func setLines(sets []ResourceSet, id string, attributes []string, withIDs bool) []string {
	lines := append([]string{titled("Set Constraint", id, withIDs)}, indent(attributes)...)
	for _, s := range sets {
		lines = append(lines, indent(s.lines(withIDs))...)
	}
	return lines
}

func titled(title, id string, withIDs bool) string {
	if withIDs {
		return title + ": " + id
	}
	return title + ":"
}

func (s ResourceSet) lines(withIDs bool) []string {
	quoted := make([]string, len(s.Resources))
	for i, r := range s.Resources {
		quoted[i] = "'" + r + "'"
	}
	lines := []string{titled("Resource Set", s.ID, withIDs), "  Resources: " + strings.Join(quoted, ", ")}
	return append(lines, indent(pairsLine(s.pairs()))...)
}

func (s ResourceSet) pairs() Pairs {
	pairs := append(givenBool("sequential", s.Sequential), givenBool("require-all", s.RequireAll)...)
	for _, p := range []Pairs{given("ordering", s.Ordering), given("action", s.Action), given("role", s.Role),
		given("score", s.Score), given("kind", s.Kind)} {
		pairs = append(pairs, p...)
	}
	return pairs
}
