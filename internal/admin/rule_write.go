package admin

import (
	"strings"

	"gpcs/internal/cib"
)

// writeRule appends a rule element with an id of its own and the given
// attributes to parent.
func (b *idBook) writeRule(parent *cib.Element, id string, n *ruleNode, attributes Pairs) *cib.Element {
	if n.op == "" {
		n = &ruleNode{op: ruleBooleanAnd, parts: []*ruleNode{n}}
	}
	rule := cib.NewElement("rule", "id", id, ruleNameBoolean, n.op)
	for _, a := range attributes {
		rule.CreateAttr(a.Name, a.Value)
	}
	parent.AddChild(rule)
	for _, part := range n.parts {
		if part.op != "" {
			b.writeRule(rule, b.below(rule, "rule"), part, nil)
		} else {
			rule.AddChild(b.expressionElement(rule, part))
		}
	}
	return rule
}

func (b *idBook) expressionElement(rule *cib.Element, n *ruleNode) *cib.Element {
	switch n.kind {
	case nodeDefined:
		return cib.NewElement("expression", "id", b.below(rule, "expr"), "attribute", n.attribute, "operation", n.operation)
	case nodeCompare:
		e := cib.NewElement("expression", "id", b.below(rule, "expr"),
			"attribute", n.attribute, "operation", n.operation, "value", n.value)
		setAttr(e, "type", n.valueType)
		return e
	case nodeResource:
		return b.resourceExpression(rule, n)
	case nodeOp:
		e := cib.NewElement("op_expression", "id", b.below(rule, "op-"+n.value), "name", n.value)
		setAttr(e, "interval", n.interval)
		return e
	}
	return b.dateExpression(rule, n)
}

func (b *idBook) resourceExpression(rule *cib.Element, n *ruleNode) *cib.Element {
	words := []string{"rsc"}
	for _, w := range []string{n.class, n.provider, n.agent} {
		if w != "" {
			words = append(words, w)
		}
	}
	e := cib.NewElement("rsc_expression", "id", b.below(rule, strings.Join(words, "-")))
	setAttr(e, "class", n.class)
	setAttr(e, "provider", n.provider)
	setAttr(e, "type", n.agent)
	return e
}

func (b *idBook) dateExpression(rule *cib.Element, n *ruleNode) *cib.Element {
	e := cib.NewElement("date_expression", "id", b.below(rule, "expr"))
	switch n.kind {
	case nodeDate:
		e.CreateAttr("operation", n.operation)
		e.CreateAttr(map[string]string{"gt": "start", "lt": "end"}[n.operation], n.value)
	case nodeRange:
		e.CreateAttr("operation", "in_range")
		setAttr(e, "start", n.start)
		setAttr(e, "end", n.end)
		if n.hasSpan {
			b.datePart(e, "duration", "duration", n.parameter)
		}
	case nodeSpec:
		e.CreateAttr("operation", "date_spec")
		b.datePart(e, "date_spec", "datespec", n.parameter)
	}
	return e
}

func (b *idBook) datePart(parent *cib.Element, tag, suffix string, pairs Pairs) {
	e := cib.NewElement(tag)
	for _, p := range pairs {
		e.CreateAttr(p.Name, p.Value)
	}
	e.CreateAttr("id", b.below(parent, suffix))
	parent.AddChild(e)
}

// setAttr sets an attribute unless the value is empty.
func setAttr(e *cib.Element, name, value string) {
	if value != "" {
		e.CreateAttr(name, value)
	}
}
