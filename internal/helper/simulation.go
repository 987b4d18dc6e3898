package helper

import (
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
)

// DecisionXML is a line of the "Transition Summary" as crm_simulate's XML has it.
func DecisionXML(d sched.Decision) *cib.Element {
	if d.Node {
		e := cib.NewElement("node_action", "task", d.Change, "node", d.Resource)
		if d.Reason != "" {
			e.CreateAttr("reason", d.Reason)
		}
		return e
	}
	e := cib.NewElement("rsc_action", "action", strings.ToLower(d.Change), "resource", d.Resource)
	for _, a := range movement(d) {
		e.CreateAttr(a[0], a[1])
	}
	if d.Reason != "" {
		e.CreateAttr("reason", d.Reason)
	}
	if d.Blocked {
		e.CreateAttr("blocked", "true")
	}
	return e
}

// movement says from where to where, and from which role to which, something goes.
func movement(d sched.Decision) [][2]string {
	role, next := [2]string{"role", d.Role.String()}, [2]string{"next-role", d.NextRole.String()}
	roles := d.Role > sched.RoleStarted || d.NextRole > sched.RoleUnpromoted
	only := func(node string) [][2]string {
		if roles {
			return [][2]string{role, {"node", node}}
		}
		return [][2]string{{"node", node}}
	}
	switch stays := d.From == d.To; {
	case d.Role <= sched.RoleStopped && d.Change == "Start":
		return [][2]string{{"node", d.To}}
	case d.Role <= sched.RoleStopped && roles:
		return [][2]string{role, next, {"dest", d.To}}
	case d.To == "" || d.Change == "Recover" && stays:
		return only(d.From)
	case d.Role == d.NextRole && stays && roles:
		return [][2]string{role, {"source", d.From}}
	case stays && roles:
		return [][2]string{role, next, {"source", d.From}}
	case stays:
		return [][2]string{{"source", d.From}}
	case roles && d.Role == d.NextRole:
		return [][2]string{{"source", d.From}, {"dest", d.To}, role}
	case roles:
		return [][2]string{role, {"source", d.From}, next, {"dest", d.To}}
	}
	return [][2]string{{"source", d.From}, {"dest", d.To}}
}

// ReckoningXML is a score or a use as crm_simulate's XML has it,
// nil where it is told in text alone.
func ReckoningXML(r sched.Reckoning) *cib.Element {
	var e *cib.Element
	switch score := sched.ScoreText(r.Score); r.Kind {
	case sched.NodeScore:
		return cib.NewElement("node_weight", "function", r.Stage, "node", r.Node, "score", score, "id", r.Resource)
	case sched.PromotionScore:
		e = cib.NewElement("promotion_score", "id", r.Resource, "score", score)
		if r.Node != "" {
			e.CreateAttr("node", r.Node)
		}
		return e
	case sched.Capacity:
		e = cib.NewElement("capacity", "node", r.Node, "comment", r.Stage)
	case sched.SecretsDiffer:
		return nil
	default:
		e = cib.NewElement("utilization", "resource", r.Resource, "node", r.Node, "function", r.Stage)
	}
	for _, a := range r.Amounts {
		e.CreateAttr(a.Name, a.Value)
	}
	return e
}
