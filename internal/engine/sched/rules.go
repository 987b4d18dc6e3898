package sched

import (
	"regexp"
	"strconv"

	"gpcs/internal/cib"
	"gpcs/internal/cib/rule"
)

// ruleEnv is what the rules at one place of the configuration may ask about.
type ruleEnv struct {
	node  *Node          // nil: no node attributes
	rsc   *Resource      // source of value-source="param" and "meta"
	kind  *rule.Resource // rsc_expression may match
	op    *rule.Operation
	match []string // what a location's rsc-pattern matched
}

// ruleKind is a resource as rules see it.
func ruleKind(r *Resource) *rule.Resource {
	return &rule.Resource{Class: r.Class, Provider: r.Provider, Type: r.Type}
}

// passes tells whether a rule holds.
func (c *Cluster) passes(e *cib.Element, env *ruleEnv) bool {
	asked := rule.Env{Now: c.Now, Resource: env.kind, Operation: env.op, Match: env.match, Deref: c.deref, Recheck: c.recheck}
	if env.node != nil {
		asked.Attribute = func(name string) (string, bool) { return c.nodeAttribute(env.node, name) }
	}
	if env.rsc != nil {
		asked.Reference = func(source, name string) (string, bool) {
			switch source {
			case "param":
				return c.params(env.rsc, env.node).Get(name), true
			case "meta":
				return env.rsc.Meta.Get(name), true
			}
			return "", false
		}
	}
	return rule.Holds(e, &asked)
}

// nodeAttribute is a node attribute, built-in ones included.
func (c *Cluster) nodeAttribute(n *Node, name string) (string, bool) {
	switch name {
	case "#uname":
		return n.Name, true
	case "#id":
		return n.ID, true
	case "#is_dc":
		return strconv.FormatBool(n.DC), true
	case "#kind":
		return [...]string{"cluster", "remote", "container"}[n.Kind], true
	case "#cluster-name":
		if v, ok := c.Config.Values.Lookup("cluster-name"); ok {
			return v, true
		}
	case "#site-name":
		if v, ok := n.Attributes.Lookup("site-name"); ok {
			return v, true
		}
		if v, ok := c.Config.Values.Lookup("cluster-name"); ok {
			return v, true
		}
	}
	return n.Attributes.Lookup(name)
}

// recheck notes a time, in seconds since the epoch, at which the result may
// change without a change of the document.
func (c *Cluster) recheck(t int64) {
	if t > c.Now && (c.recheckBy == 0 || t < c.recheckBy) {
		c.recheckBy = t
	}
}

// patternMatch applies a location's rsc-pattern: POSIX extended, close to Go's syntax.
func patternMatch(pattern, id string) []string {
	re, err := regexp.CompilePOSIX(pattern)
	if err != nil {
		return nil
	}
	return re.FindStringSubmatch(id)
}
