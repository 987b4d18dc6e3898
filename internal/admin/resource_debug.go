package admin

import (
	"strings"

	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// DebugTarget is a primitive as its agent is run by hand.
type DebugTarget struct {
	Agent   agentmeta.Name
	Env     []string // OCF environment of the resource
	Timeout string   // of the action, as written; "" for none
}

// Debuggable finds a primitive whose agent can be run by hand. verb is the
// command that asks, action the agent's.
func Debuggable(doc *cib.Document, id, verb, action string) (DebugTarget, report.List) {
	e := findResource(doc, id)
	if e == nil {
		return DebugTarget{}, stopf("unable to find a resource: %s", id)
	}
	var inner []string
	for _, p := range primitives(e) {
		inner = append(inner, elementID(p))
	}
	switch {
	case isStonith(e):
		return DebugTarget{}, stopf("This command does not accept stonith resources.")
	case e.Tag == "group":
		return DebugTarget{}, stopf("unable to %s a group, try one of the group's resource(s) (%s)", verb, strings.Join(inner, ","))
	case isClone(e):
		return DebugTarget{}, stopf("unable to %s a clone, try the clone's resource: %s", verb, strings.Join(inner, ","))
	case e.Tag == "bundle":
		return DebugTarget{}, stopf("unable to %s a bundle, try the bundle's resource: %s", verb, strings.Join(inner, ","))
	}
	t := DebugTarget{Agent: agentName(e), Env: []string{"OCF_RESOURCE_INSTANCE=" + id, "OCF_RESKEY_CRM_meta_interval=0"}}
	for _, set := range e.SelectElements("instance_attributes") {
		if set.SelectElement("rule") == nil {
			for _, p := range nvsetPairs(set) {
				t.Env = append(t.Env, "OCF_RESKEY_"+p.Name+"="+p.Value)
			}
		}
	}
	for _, ops := range e.SelectElements("operations") {
		for _, op := range ops.SelectElements("op") {
			if op.SelectAttrValue("name", "") == action && t.Timeout == "" {
				t.Timeout = op.SelectAttrValue("timeout", "")
			}
		}
	}
	return t, nil
}

// TimeoutSeconds reads a timeout, or the default of operations where it is none.
func TimeoutSeconds(text string) int64 {
	if s, ok := seconds(text); ok && s > 0 {
		return s
	}
	return defaultTimeout
}

// defaultTimeout is how long an operation may take of which nothing is said,
// in seconds.
const defaultTimeout = 20
