package main

import (
	"fmt"
	"math/rand/v2"

	"gpcs/internal/cib"
)

func changeScore(r *rand.Rand, in *input) string {
	var list []*cib.Element
	for _, e := range in.doc.FindElements("configuration/constraints//*") {
		if e.SelectAttr("score") != nil {
			list = append(list, e)
		}
	}
	e := one(r, list...)
	if e == nil {
		return ""
	}
	v := score(r)
	e.CreateAttr("score", v)
	return fmt.Sprintf("%s score=%s", id(e), v)
}

func changeConstraint(r *rand.Rand, in *input) string {
	e := one(r, in.doc.FindElements("configuration/constraints/*")...)
	if e == nil {
		return ""
	}
	target := e
	if s := e.SelectElements("resource_set"); len(s) > 0 {
		target = one(r, s...)
	}
	var p []string
	switch {
	case r.IntN(6) == 0:
		e.Parent().RemoveChild(e)
		return "no " + id(e)
	case target != e:
		p = one(r, []string{"sequential", "false"}, []string{"sequential", "true"}, []string{"require-all", "false"}, []string{"require-all", "true"},
			[]string{"role", "Master"}, []string{"role", "Slave"}, []string{"action", "promote"}, []string{"action", "stop"}, []string{"score", "-INFINITY"}, []string{"score", "100"})
	case e.Tag == "rsc_order":
		e.RemoveAttr("score")
		p = one(r, []string{"kind", "Mandatory"}, []string{"kind", "Optional"}, []string{"kind", "Serialize"}, []string{"symmetrical", "false"},
			[]string{"symmetrical", "true"}, []string{"first-action", "promote"}, []string{"then-action", "promote"}, []string{"first-action", "start"},
			[]string{"first-action", "stop"}, []string{"first-action", "demote"}, []string{"then-action", "stop"}, []string{"require-all", "false"})
	case e.Tag == "rsc_colocation":
		p = one(r, []string{"rsc-role", "Master"}, []string{"with-rsc-role", "Master"}, []string{"with-rsc-role", "Slave"}, []string{"rsc-role", "Slave"},
			[]string{"rsc-role", "Started"}, []string{"score", "-INFINITY"}, []string{"score", "INFINITY"}, []string{"score", "100"},
			[]string{"influence", "false"}, []string{"node-attribute", "site"})
	case e.Tag == "rsc_location":
		p = one(r, []string{"role", "Master"}, []string{"score", "INFINITY"}, []string{"score", "-INFINITY"}, []string{"resource-discovery", "never"},
			[]string{"resource-discovery", "exclusive"})
		if p[0] == "score" && e.SelectElement("rule") != nil {
			return ""
		}
	default:
		p = one(r, []string{"loss-policy", "stop"}, []string{"loss-policy", "fence"}, []string{"loss-policy", "freeze"}, []string{"loss-policy", "demote"})
	}
	target.CreateAttr(p[0], p[1])
	return fmt.Sprintf("%s %s=%s", id(target), p[0], p[1])
}

// two are two different resources.
func two(r *rand.Rand, in *input) (a, b string) {
	list := tops(r, in)
	if len(list) < 2 {
		return "", ""
	}
	p := r.Perm(len(list))
	return list[p[0]], list[p[1]]
}

// xid is an id that is not in use yet.
func xid(in *input) string { return fmt.Sprintf("x%d", len(in.doc.FindElements("//*"))) }

func addOrder(r *rand.Rand, in *input) string {
	a, b := two(r, in)
	if a == "" || constraints(in) == nil {
		return ""
	}
	e, what := addTo(constraints(in), "rsc_order", "id", xid(in), "first", a, "then", b)
	for _, p := range [][]string{{"kind", "Mandatory", "Optional", "Serialize"}, {"symmetrical", "false", "true", "true"},
		{"first-action", "start", "promote", "stop", "demote"}, {"then-action", "start", "promote", "stop", "demote"}} {
		if v := one(r, p[1:]...); r.IntN(3) == 0 {
			e.CreateAttr(p[0], v)
			what += " " + p[0] + " " + v
		}
	}
	return what
}

func addColocation(r *rand.Rand, in *input) string {
	a, b := two(r, in)
	if a == "" || constraints(in) == nil {
		return ""
	}
	e, what := addTo(constraints(in), "rsc_colocation", "id", xid(in), "rsc", a, "with-rsc", b, "score", score(r))
	for _, p := range [][]string{{"rsc-role", "Master", "Slave", "Started"}, {"with-rsc-role", "Master", "Slave", "Started"}, {"influence", "false", "true"}, {"node-attribute", "site"}} {
		if v := one(r, p[1:]...); r.IntN(5) == 0 {
			e.CreateAttr(p[0], v)
			what += " " + p[0] + " " + v
		}
	}
	return what
}

func addLocation(r *rand.Rand, in *input) string {
	a, n := one(r, tops(r, in)...), one(r, nodes(in)...)
	if a == "" || n == nil || constraints(in) == nil {
		return ""
	}
	e, what := addTo(constraints(in), "rsc_location", "id", xid(in), "rsc", a, "node", n.SelectAttrValue("uname", ""), "score", score(r))
	switch r.IntN(6) {
	case 0:
		e.CreateAttr("role", "Master")
		what += " role Master"
	case 1:
		v := one(r, "never", "exclusive")
		e.CreateAttr("resource-discovery", v)
		what += " discovery " + v
	}
	return what
}

func addSet(r *rand.Rand, in *input) string {
	list := tops(r, in)
	if len(list) < 2 || constraints(in) == nil {
		return ""
	}
	tag := one(r, "rsc_order", "rsc_order", "rsc_colocation")
	e, what := addTo(constraints(in), tag, "id", xid(in))
	if tag == "rsc_order" {
		e.CreateAttr("kind", one(r, "Mandatory", "Mandatory", "Optional", "Serialize"))
		if r.IntN(4) == 0 {
			e.CreateAttr("symmetrical", "false")
		}
	} else {
		e.CreateAttr("score", score(r))
	}
	what += " kind " + e.SelectAttrValue("kind", e.SelectAttrValue("score", ""))
	p := r.Perm(len(list))
	for i := range 1 + r.IntN(2) {
		set := cib.NewElement("resource_set", "id", fmt.Sprintf("%s-%d", id(e), i), "sequential", one(r, "true", "false"))
		if tag == "rsc_order" && set.SelectAttrValue("sequential", "") == "false" {
			set.CreateAttr("require-all", one(r, "true", "false"))
		}
		if r.IntN(5) == 0 {
			if tag == "rsc_order" {
				set.CreateAttr("action", one(r, "start", "stop", "promote", "demote"))
			} else {
				set.CreateAttr("role", one(r, "Started", "Slave", "Master"))
			}
		}
		what += " ["
		for range 1 + r.IntN(3) {
			if len(p) == 0 {
				break
			}
			set.AddChild(cib.NewElement("resource_ref", "id", list[p[0]]))
			what += " " + list[p[0]]
			p = p[1:]
		}
		what += " ]"
		if len(set.ChildElements()) > 0 {
			e.AddChild(set)
		}
	}
	return what
}

func addRule(r *rand.Rand, in *input) string {
	a := one(r, tops(r, in)...)
	if a == "" || constraints(in) == nil {
		return ""
	}
	name := xid(in)
	e, what := addTo(constraints(in), "rsc_location", "id", name, "rsc", a)
	rule := cib.NewElement("rule", "id", name+"-r", "score", score(r))
	if r.IntN(4) == 0 {
		rule.CreateAttr("role", "Master")
	}
	if r.IntN(3) == 0 {
		rule.CreateAttr("boolean-op", one(r, "or", "and"))
	}
	e.AddChild(rule)
	for i := range 1 + r.IntN(2) {
		rule.AddChild(expression(r, in, fmt.Sprintf("%s-e%d", name, i)))
	}
	return what + " " + string(cib.Print(rule))
}

// expression is one of a rule.
func expression(r *rand.Rand, in *input, name string) *cib.Element {
	if r.IntN(3) == 0 {
		d := cib.NewElement("date_expression", "id", name)
		switch r.IntN(4) {
		case 0:
			d.CreateAttr("operation", "gt")
			d.CreateAttr("start", one(r, "2005-01-01", "2035-01-01T00:00:00Z"))
		case 1:
			d.CreateAttr("operation", "lt")
			d.CreateAttr("end", one(r, "2005-01-01", "2035-001"))
		case 2:
			d.CreateAttr("operation", "in_range")
			d.CreateAttr("start", one(r, "2005-01-01", "2014-W10-1"))
			if r.IntN(2) == 0 {
				d.CreateAttr("end", one(r, "2010-01-01", "2040-01-01"))
			} else {
				d.AddChild(cib.NewElement("duration", "id", name+"-d", one(r, "years", "months", "hours"), one(r, "1", "30", "500")))
			}
		default:
			d.CreateAttr("operation", "date_spec")
			k := one(r, "years", "months", "hours", "weekdays", "monthdays")
			v := map[string][]string{"years": {"2005-2040", "2014", "2030-"}, "months": {"1-6", "1-12"}, "hours": {"0-23", "9-16"}, "weekdays": {"1-5", "6-7"}, "monthdays": {"1-31", "5"}}[k]
			d.AddChild(cib.NewElement("date_spec", "id", name+"-s", k, one(r, v...)))
		}
		return d
	}
	e := cib.NewElement("expression", "id", name, "attribute", "#uname", "operation", one(r, "eq", "ne", "lt", "gte"))
	switch r.IntN(4) {
	case 0:
		e.CreateAttr("attribute", one(r, "site", "standby", "pingd", "#kind", "#is_dc"))
		e.CreateAttr("operation", one(r, "defined", "not_defined"))
	case 1:
		e.CreateAttr("attribute", one(r, "pingd", "cpu", "site", "#kind"))
		e.CreateAttr("type", one(r, "number", "string", "version"))
		e.CreateAttr("operation", one(r, "eq", "ne", "lt", "lte", "gt", "gte"))
		e.CreateAttr("value", one(r, "0", "100", "a", "remote", "cluster"))
	default:
		v := "nobody"
		if n := one(r, nodes(in)...); n != nil {
			v = n.SelectAttrValue("uname", "")
		}
		e.CreateAttr("value", v)
	}
	return e
}

func addTicket(r *rand.Rand, in *input) string {
	a := one(r, tops(r, in)...)
	if a == "" || constraints(in) == nil {
		return ""
	}
	e, what := addTo(constraints(in), "rsc_ticket", "id", xid(in), "rsc", a, "ticket", "ticketX", "loss-policy", one(r, "stop", "demote", "fence", "freeze"))
	if r.IntN(4) == 0 {
		e.CreateAttr("rsc-role", "Master")
		what += " Master"
	}
	if status := in.doc.SelectElement("status"); status != nil && r.IntN(3) != 0 {
		_, more := addTo(sub(status, "tickets"), "ticket_state", "id", "ticketX", "granted", one(r, "true", "false"), "standby", one(r, "true", "false", "false"))
		what += " " + more
	}
	return what
}
