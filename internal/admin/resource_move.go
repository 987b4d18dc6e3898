package admin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/rule"
	"gpcs/internal/cib/value"
	"gpcs/internal/report"
)

// Steering is a location constraint that moves a resource or keeps it away, as
// crm_resource makes them: it can be told from others by its id.
type Steering struct {
	Resource string
	Node     string
	Ban      bool // keep away from Node; else prefer it
	Promoted bool // of the promoted instance only
	// Until is when the constraint ends; zero for never.
	Until time.Time
	// WrongLifetime is what is wrong with the lifetime said: it comes to light
	// after what is wrong with the resource.
	WrongLifetime string
}

// steeringTime is how crm_resource writes the end of a constraint.
const steeringTime = "2006-01-02 15:04:05Z"

// CheckSteering says what speaks against moving or banning a resource.
func CheckSteering(doc *cib.Document, s Steering) report.List {
	out := s.checkResource(doc)
	if s.Node != "" && !nodeKnown(doc, s.Node) {
		out = append(out, report.NewError("NODE_NOT_FOUND", fmt.Sprintf("Node '%s' does not appear to exist in configuration", s.Node)))
	}
	return out
}

func (s Steering) checkResource(doc *cib.Document) report.List {
	e := findElement(doc, s.Resource)
	switch {
	case e == nil:
		return report.List{notFound(s.Resource, resourceTags...)}
	case !isResource(e):
		return report.List{wrongKind(s.Resource, resourceTags...)}
	case isStonith(e):
		return report.List{report.NewError("COMMAND_ARGUMENT_TYPE_MISMATCH", "This command does not accept stonith resource.")}
	}
	var out report.List
	in, kind := innermost(e)
	switch {
	case kind == "bundle" && s.Ban:
		out = append(out, report.NewError("CANNOT_BAN_RESOURCE_BUNDLE_INNER", fmt.Sprintf(
			"Resource '%[1]s' is in a bundle and cannot be banned. If you want to ban the bundle, use the bundle id (%[2]s)", s.Resource, in)))
	case kind == "bundle":
		out = append(out, report.NewError("CANNOT_MOVE_RESOURCE_BUNDLE_INNER",
			"Resources cannot be moved out of their bundles. If you want to move a bundle, use the bundle id ("+in+")"))
	case kind == "clone" && !s.Ban:
		return report.List{report.NewError("CANNOT_MOVE_RESOURCE_CLONE_INNER", "to move clone resources you must use the clone id ("+in+")")}
	}
	hint := ""
	if kind == "promotable" {
		hint = " (" + in + ")"
	}
	switch {
	case s.Promoted && !isPromotable(e):
		out = append(out, report.NewError("CANNOT_MOVE_RESOURCE_MASTER_RESOURCE_NOT_PROMOTABLE",
			"when specifying --promoted you must use the promotable clone id"+hint))
	case !s.Promoted && !s.Ban && kind == "promotable":
		out = append(out, report.NewError("CANNOT_MOVE_RESOURCE_PROMOTABLE_INNER",
			"to move promotable clone resources you must use the promotable clone id"+hint))
	}
	return out
}

// innermost names the bundle or clone that a resource stands in, and its kind:
// "bundle", "promotable" or "clone".
func innermost(e *cib.Element) (id, kind string) {
	for p := parentResource(e); p != nil; p = parentResource(p) {
		switch {
		case p.Tag == "bundle":
			return elementID(p), "bundle"
		case isPromotable(p):
			return elementID(p), "promotable"
		case isClone(p):
			return elementID(p), "clone"
		}
	}
	return "", ""
}

// isPromotable tells a clone whose instances can be promoted.
func isPromotable(e *cib.Element) bool {
	if e.Tag == "master" {
		return true
	}
	v, _ := nvsetValue(e, "meta_attributes", "promotable")
	return e.Tag == "clone" && value.True(v)
}

// nodeKnown tells whether the document has a node of that name.
func nodeKnown(doc *cib.Document, name string) bool {
	if slices.Contains(knownNodes(doc), name) {
		return true
	}
	for _, r := range allResources(doc) {
		node, _ := nvsetValue(r, "meta_attributes", "remote-node")
		if node == name || isRemote(r) && elementID(r) == name {
			return true
		}
	}
	return false
}

// Steer makes a constraint that moves a resource or keeps it away. A resource
// prefers one node at a time, and none that it is kept from.
func Steer(doc *cib.Document, s Steering) report.List {
	if out := CheckSteering(doc, s); out.Failed() {
		return out
	}
	if s.WrongLifetime != "" {
		return stopf("%s", s.WrongLifetime)
	}
	constraints := doc.Section("constraints")
	prefer, ban := "cli-prefer-"+s.Resource, "cli-ban-"+s.Resource+"-on-"+s.Node
	id := s.id()
	dropConstraint(constraints, id)
	if s.Ban {
		if c := constraintByID(constraints, prefer); c != nil && steersTo(c) == s.Node {
			constraints.RemoveChild(c)
		}
	} else {
		dropConstraint(constraints, ban)
	}
	constraints.AddChild(s.element(doc, id))
	return s.said(id)
}

// element builds the constraint.
func (s Steering) element(doc *cib.Document, id string) *cib.Element {
	role, score := "Started", "INFINITY"
	if s.Promoted {
		role = roleFor(doc, "Promoted")
	}
	if s.Ban {
		score = "-INFINITY"
	}
	e := cib.NewElement("rsc_location", "id", id, "rsc", s.Resource, "role", role)
	if s.Until.IsZero() {
		e.CreateAttr("node", s.Node)
		e.CreateAttr("score", score)
		return e
	}
	ruleID, exprID, endID := id+"-rule", id+"-expr", id+"-lifetime"
	if !s.Ban {
		ruleID, exprID, endID = "cli-prefer-rule-"+s.Resource, "cli-prefer-expr-"+s.Resource, "cli-prefer-lifetime-end-"+s.Resource
	}
	rule := cib.NewElement("rule", "id", ruleID, "score", score, "boolean-op", "and")
	rule.AddChild(cib.NewElement("expression", "id", exprID, "attribute", "#uname", "operation", "eq", "value", s.Node, "type", "string"))
	rule.AddChild(cib.NewElement("date_expression", "id", endID, "operation", "lt", "end", s.Until.UTC().Format(steeringTime)))
	e.AddChild(rule)
	return e
}

// said is what is told of a new constraint.
func (s Steering) said(id string) report.List {
	var out report.List
	if !s.Until.IsZero() {
		out = append(out, report.NewInfo("MIGRATION_UNTIL", "Migration will take effect until: "+s.Until.UTC().Format(steeringTime)))
	}
	if s.Ban {
		doing := "running"
		if s.Promoted {
			doing = "being promoted"
		}
		return append(out, report.NewWarning("RESOURCE_BAN_PCMK_SUCCESS", fmt.Sprintf(
			"Creating location constraint '%s' with a score of -INFINITY for resource %s on %s.\n"+
				"\tThis will prevent %s from %s on %s until the constraint is removed\n"+
				"\tThis will be the case even if %s is the last node in the cluster", id, s.Resource, s.Node, s.Resource, doing, s.Node, s.Node)))
	}
	if s.Until.IsZero() {
		out = append(out, report.NewWarning("RESOURCE_MOVE_CONSTRAINT_CREATED", fmt.Sprintf(
			"A move constraint has been created and the resource '%s' may or may not move depending on other configuration", s.Resource)))
	}
	return out
}

func constraintByID(constraints *cib.Element, id string) *cib.Element {
	for _, c := range constraints.ChildElements() {
		if elementID(c) == id {
			return c
		}
	}
	return nil
}

func dropConstraint(constraints *cib.Element, id string) {
	if c := constraintByID(constraints, id); c != nil {
		constraints.RemoveChild(c)
	}
}

// steersTo returns the node that a constraint made by Steer is about.
func steersTo(c *cib.Element) string {
	if node := c.SelectAttrValue("node", ""); node != "" {
		return node
	}
	if rule := c.SelectElement("rule"); rule != nil {
		if expr := rule.SelectElement("expression"); expr != nil {
			return expr.SelectAttrValue("value", "")
		}
	}
	return ""
}

// LifetimeEnd adds an ISO 8601 duration ("PT1H", "P2D") to a time; false if
// the text is none.
func LifetimeEnd(text string, now time.Time) (time.Time, bool) {
	d, ok := value.ReadDuration(text)
	if !ok {
		return now, false
	}
	return d.After(now), true
}

// Unsteer removes the constraints that Steer made for a resource: all, those
// about one node, or (expired) those whose time is over at now.
func Unsteer(doc *cib.Document, s Steering, expired bool, now time.Time) report.List {
	if out := CheckSteering(doc, Steering{Resource: s.Resource, Promoted: s.Promoted, Ban: true}); out.Failed() {
		return out
	}
	if s.Node != "" && !nodeKnown(doc, s.Node) {
		return stopf("cannot clear resource '%s'\ncrm_resource: Node '%s' not found\nError performing operation: No such object", s.Resource, s.Node)
	}
	constraints := doc.Section("constraints")
	var out report.List
	for _, id := range Steers(doc, s, expired, now) {
		dropConstraint(constraints, id)
		out = append(out, report.NewInfo("REMOVING_CONSTRAINT", "Removing constraint: "+id))
	}
	return out
}

// Steers lists the ids of the constraints that moves and bans have made: those
// of one resource or ("") of all, about one node or all, or (expired) only
// those whose time is over at now.
func Steers(doc *cib.Document, s Steering, expired bool, now time.Time) []string {
	var bans, prefers []string
	for _, c := range doc.Section("constraints").SelectElements("rsc_location") {
		id := elementID(c)
		rsc := c.SelectAttrValue("rsc", "")
		if s.Resource != "" {
			rsc = s.Resource
		}
		prefer := id == "cli-prefer-"+rsc
		ban := strings.HasPrefix(id, "cli-ban-"+rsc+"-on-")
		switch {
		case !prefer && !ban, s.Node != "" && steersTo(c) != s.Node, expired && !steeringOver(c, now):
		case ban:
			bans = append(bans, id)
		default:
			prefers = append(prefers, id)
		}
	}
	return append(bans, prefers...)
}

// Constraint is the constraint that Steer makes, without looking whether it makes sense.
func (s Steering) Constraint(doc *cib.Document) *cib.Element { return s.element(doc, s.id()) }

func (s Steering) id() string {
	if s.Ban {
		return "cli-ban-" + s.Resource + "-on-" + s.Node
	}
	return "cli-prefer-" + s.Resource
}

// steeringOver tells whether a constraint's time is over.
func steeringOver(c *cib.Element, now time.Time) bool {
	limit := c.SelectElement("rule")
	return limit != nil && rule.EffectAt(limit, now) == rule.Expired
}
