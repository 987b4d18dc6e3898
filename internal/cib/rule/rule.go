package rule

import (
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// Env is what a rule may ask about. The zero Env knows no node, no resource
// and no operation; what asks for them does not hold.
type Env struct {
	Now       int64                                      // seconds since the epoch; dates are read in UTC
	Attribute func(name string) (string, bool)           // of the node, the built-in ones (#uname, ...) included
	Reference func(source, name string) (string, bool)   // value-source "param" and "meta"; false: take the text itself
	Resource  *Resource                                  // for rsc_expression
	Operation *Operation                                 // for op_expression
	Match     []string                                   // what a location's rsc-pattern matched, for %0 to %9
	Deref     func(e *cib.Element) (target *cib.Element) // follows id-ref
	Recheck   func(at int64)                             // told when the answer may change with time alone, in seconds since the epoch
}

// Resource is what rsc_expression compares.
type Resource struct{ Class, Provider, Type string }

// Operation is what op_expression compares.
type Operation struct {
	Name       string
	IntervalMS int64
}

// Holds tells whether a rule holds. A rule without expressions does, unless it
// says "or".
func Holds(rule *cib.Element, env *Env) bool {
	rule = env.deref(rule)
	or := strings.EqualFold(rule.SelectAttrValue("boolean-op", "and"), "or")
	known := false
	for _, e := range rule.ChildElements() {
		holds, isExpression := env.expression(e)
		if !isExpression {
			continue
		}
		if holds == or {
			return or
		}
		known = true
	}
	return !or && (known || len(rule.ChildElements()) == 0)
}

// expression judges one part of a rule; ok is false for what is none.
func (env *Env) expression(e *cib.Element) (holds, ok bool) {
	switch e.Tag {
	case "rule":
		return Holds(e, env), true
	case "expression":
		return env.attributeHolds(e), true
	case "date_expression":
		return env.dateHolds(e), true
	case "rsc_expression":
		r := env.Resource
		return r != nil && matches(e, "class", r.Class) && matches(e, "provider", r.Provider) && matches(e, "type", r.Type), true
	case "op_expression":
		o := env.Operation
		return o != nil && matches(e, "name", o.Name) && intervalMatches(e, o.IntervalMS), true
	}
	return false, false
}

func (env *Env) deref(e *cib.Element) *cib.Element {
	if env.Deref == nil {
		return e
	}
	return env.Deref(e)
}

func (env *Env) recheck(at int64) {
	if env.Recheck != nil {
		env.Recheck(at)
	}
}

func matches(e *cib.Element, name, have string) bool {
	want := e.SelectAttrValue(name, "")
	return want == "" || want == have
}

func intervalMatches(e *cib.Element, interval int64) bool {
	text := e.SelectAttrValue("interval", "")
	ms, ok := value.Milliseconds(text)
	return text == "" || ok && ms == interval
}

func (env *Env) attributeHolds(e *cib.Element) bool {
	op := strings.ToLower(e.SelectAttrValue("operation", ""))
	have, ok := "", false
	if env.Attribute != nil {
		have, ok = env.Attribute(Expand(e.SelectAttrValue("attribute", ""), env.Match))
	}
	switch op {
	case "defined":
		return ok
	case "not_defined":
		return !ok
	}
	want := e.SelectAttrValue("value", "")
	if source := e.SelectAttrValue("value-source", "literal"); source != "literal" && env.Reference != nil {
		if v, known := env.Reference(source, want); known {
			want = v
		}
	}
	if !ok {
		return op == "ne"
	}
	return agrees(op, compareValues(have, want, e.SelectAttrValue("type", ""), op))
}

// Expand puts what a location's rsc-pattern matched in place of %0 to %9.
func Expand(s string, match []string) string {
	if len(match) == 0 || !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
			if n := int(s[i+1] - '0'); n < len(match) {
				b.WriteString(match[n])
			}
			i++
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
