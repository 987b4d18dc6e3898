package admin

import (
	"fmt"
	"strings"
)

// Commands writes constraints as the commands that make them, one a line or
// several lines joined by backslashes. warnings name those that no command
// can make.
func (c Constraints) Commands() (commands, warnings []string) {
	note := func(command, obstacle string) {
		if obstacle != "" {
			warnings = append(warnings, obstacle+" but not supported by this command. Command for creating the constraint is omitted.")
			return
		}
		commands = append(commands, command)
	}
	for _, s := range c.LocationSet {
		warnings = append(warnings, fmt.Sprintf("Location set constraint with id '%s' configured but it's not supported by this command."+
			" Command for creating the constraint is omitted.", s.Attributes.ID))
	}
	for _, l := range c.Location {
		note(l.command(), l.obstacle())
	}
	for _, l := range c.Colocation {
		note(l.command(), l.obstacle())
	}
	for _, s := range c.ColocationSet {
		a := s.Attributes
		note(setCommand("colocation", s.Sets, Pairs{{"id", a.ID}}, given("score", a.Score)),
			first(lifetimeObstacle(a.ID, a.Lifetime), optionObstacle("constraint", a.ID, given("influence", a.Influence)), setsObstacle(s.Sets)))
	}
	for _, o := range c.Order {
		note(o.command(), optionObstacle("constraint", o.Attributes.ID,
			append(given("first-instance", o.FirstInstance), given("then-instance", o.ThenInstance)...)))
	}
	for _, s := range c.OrderSet {
		a := s.Attributes
		note(setCommand("order", s.Sets, Pairs{{"id", a.ID}}, a.pairs()),
			first(optionObstacle("constraint", a.ID, append(givenBool("require-all", a.RequireAll), given("score", a.Score)...)), setsObstacle(s.Sets)))
	}
	for _, t := range c.Ticket {
		note(t.command(), "")
	}
	for _, s := range c.TicketSet {
		a := s.Attributes
		note(setCommand("ticket", s.Sets, Pairs{{"id", a.ID}, {"ticket", a.Ticket}}, given("loss-policy", a.LossPolicy)), setsObstacle(s.Sets))
	}
	return commands, warnings
}

// first returns the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func optionObstacle(what, id string, options Pairs) string {
	if len(options) == 0 {
		return ""
	}
	return fmt.Sprintf("Option '%s' detected in %s '%s'", options[0].Name, what, id)
}

func lifetimeObstacle(id string, lifetime []Condition) string {
	if len(lifetime) == 0 {
		return ""
	}
	return fmt.Sprintf("Lifetime configuration detected in constraint '%s'", id)
}

func setsObstacle(sets []ResourceSet) string {
	for _, s := range sets {
		unknown := append(given("ordering", s.Ordering), given("score", s.Score)...)
		if o := optionObstacle("resource set", s.ID, append(unknown, given("kind", s.Kind)...)); o != "" {
			return o
		}
	}
	return ""
}

func (l Location) obstacle() string {
	a := l.Attributes
	switch {
	case l.Role != nil:
		return fmt.Sprintf("Resource role detected in constraint '%s'", a.ID)
	case len(a.Rules) > 1:
		return fmt.Sprintf("Multiple rules detected in constraint '%s'", a.ID)
	}
	return lifetimeObstacle(a.ID, a.Lifetime)
}

func (c Colocation) obstacle() string {
	options := append(given("influence", c.Attributes.Influence), given("node-attribute", c.NodeAttribute)...)
	options = append(append(options, given("rsc-instance", c.Instance)...), given("with-rsc-instance", c.WithInstance)...)
	return first(lifetimeObstacle(c.Attributes.ID, c.Attributes.Lifetime), optionObstacle("constraint", c.Attributes.ID, options))
}

const commandStart = "pcs -- constraint "

// commandLines joins the parts of a command, each but the first on a line of
// its own.
func commandLines(parts ...string) string {
	kept := parts[:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " \\\n  ")
}

func joined(lists ...Pairs) string {
	var words []string
	for _, l := range lists {
		words = append(words, shellPairs(l)...)
	}
	return strings.Join(words, " ")
}

// target is the resource of a location constraint as commands take it.
func (l Location) target() string {
	if l.Resource != nil {
		return shellQuote("resource%" + *l.Resource)
	}
	return shellQuote("regexp%" + deref(l.Pattern))
}

func (l Location) command() string {
	a := l.Attributes
	discovery := joined(given("resource-discovery", a.Discovery))
	if len(a.Rules) == 0 {
		words := []string{"location add", shellQuote(a.ID), l.target(), shellQuote(deref(a.Node))}
		if a.Score != nil {
			words = append(words, shellQuote("score="+*a.Score))
		}
		return commandLines(commandStart+strings.Join(words, " "), discovery)
	}
	r := a.Rules[0]
	options := joined(Pairs{{"id", r.ID}, {"constraint-id", a.ID}}, given("resource-discovery", a.Discovery),
		r.Options.Without(ruleNameBoolean).Sorted())
	return commandLines(commandStart+"location "+l.target()+" rule", options, shellQuote(r.Text))
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func withWord(word *string, id string) string {
	if word == nil {
		return shellQuote(id)
	}
	return shellQuote(*word) + " " + shellQuote(id)
}

func (c Colocation) command() string {
	a := c.Attributes
	return commandLines(commandStart+"colocation add "+withWord(c.Role, c.Resource)+" with "+withWord(c.WithRole, c.With),
		joined(Pairs{{"id", a.ID}}, given("score", a.Score)))
}

func (o Order) command() string {
	return commandLines(commandStart+"order "+withWord(o.FirstAction, o.First)+" then "+withWord(o.ThenAction, o.Then),
		joined(Pairs{{"id", o.Attributes.ID}}, o.Attributes.pairs()))
}

func (t Ticket) command() string {
	a := t.Attributes
	return commandLines(commandStart+"ticket add "+shellQuote(a.Ticket)+" "+withWord(t.Role, t.Resource),
		joined(Pairs{{"id", a.ID}}, given("loss-policy", a.LossPolicy)))
}

func setCommand(kind string, sets []ResourceSet, options ...Pairs) string {
	parts := []string{commandStart + kind}
	for _, s := range sets {
		words := []string{"set"}
		for _, r := range s.Resources {
			words = append(words, shellQuote(r))
		}
		parts = append(parts, strings.Join(append(words, shellPairs(s.pairs())...), " "))
	}
	return commandLines(append(parts, "setoptions "+joined(options...))...)
}
