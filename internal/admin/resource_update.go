package admin

import (
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// ResourceChange is what update changes of a resource. Empty values remove.
type ResourceChange struct {
	Attributes Pairs
	Meta       Pairs
	Operations []Pairs // each has a "name"; one with nothing else is left out
	Stonith    bool    // asked by the command for fence devices
	Force      bool
	SelfCheck  func(Pairs) report.List // has the agent check the attributes; may be nil
}

// UpdateResource changes attributes and operations of a primitive, or meta
// attributes of a clone.
func UpdateResource(doc *cib.Document, id string, change ResourceChange, agents Agents) report.List {
	e := findResource(doc, id, "primitive", "clone", "master")
	switch {
	case e == nil:
		return stopf("Unable to find resource: %s", id)
	case isStonith(e) && !change.Stonith:
		return notForStonith("update")
	case change.Stonith && !isStonith(e):
		return stopf("This command does not accept resources. Please use 'pcs resource update' instead.")
	case isClone(e):
		return updateClone(doc, e, change, agents)
	}
	return updatePrimitive(doc, e, change, agents)
}

func updateClone(doc *cib.Document, e *cib.Element, change ResourceChange, agents Agents) report.List {
	if len(change.Operations) > 0 {
		return stopf("op settings must be changed on base resource, not the clone")
	}
	meta := change.Attributes
	for _, p := range change.Meta {
		meta = meta.With(p.Name, p.Value)
	}
	inner := innerResource(e)
	var out report.List
	if inner != nil {
		if out = allFit(meta, inner, agents, change.Force).Alone(); out.Failed() {
			return out
		}
	}
	if anyValue(meta) {
		out = append(out, metaNotChecked("clone"))
	}
	ids := newIDs(doc)
	ids.cloneFromMaster(e)
	ids.updateNvset(e, "meta_attributes", meta)
	return out
}

func updatePrimitive(doc *cib.Document, e *cib.Element, change ResourceChange, agents Agents) report.List {
	var out report.List
	if len(change.Attributes) > 0 {
		out = append(out, updateAttributes(doc, e, change, agents)...)
		if out.Failed() {
			return out.Alone()
		}
	}
	if !change.Stonith && changesGuest(e, change.Meta) {
		if out = append(out, guestChange(doc, elementID(e), change.Meta, change.Force)...); out.Failed() {
			return out
		}
	}
	if anyValue(change.Meta) {
		noun := "resource"
		if change.Stonith {
			noun = "stonith"
		}
		out = append(out, report.NewWarning("META_ATTRS_NOT_VALIDATED_LOADING", "Meta attributes are not validated by this command. "+
			"For validation, please use 'pcs "+noun+" meta' instead."))
	}
	newIDs(doc).extendNvset(e, "meta_attributes", change.Meta)
	if e.SelectElement("operations") == nil {
		e.CreateElement("operations") // pcs makes one whether or not it has a use for it
	}
	for _, op := range change.Operations {
		if len(op) < 2 {
			continue
		}
		if out = append(out, replaceOperation(doc, e, op, agents, change.Force)...); out.Failed() {
			return out
		}
	}
	return out
}

func updateAttributes(doc *cib.Document, e *cib.Element, change ResourceChange, agents Agents) report.List {
	var current Pairs
	if set := e.SelectElement("instance_attributes"); set != nil {
		current = nvsetPairs(set)
	}
	agent := agents(agentName(e))
	out := attrCheck{doc: doc, agent: agent, id: elementID(e), force: change.Force}.updated(current, change.Attributes)
	if change.SelfCheck != nil {
		final := current
		for _, p := range change.Attributes {
			if final = final.Without(p.Name); p.Value != "" {
				final = final.With(p.Name, p.Value)
			}
		}
		out = append(out, recheck(change.SelfCheck, current, final)...)
	}
	if !out.Failed() {
		newIDs(doc).extendNvset(e, "instance_attributes", change.Attributes)
	}
	return out
}

// replaceOperation puts an operation in the place of the first of its name
// and role, or adds it.
func replaceOperation(doc *cib.Document, e *cib.Element, op Pairs, agents Agents, force bool) report.List {
	name, _ := op.Get("name")
	role, given := normalOperation(op).Get("role")
	if !given {
		role = ""
	}
	var before *cib.Element
	if operations := e.SelectElement("operations"); operations != nil {
		ops := operations.SelectElements("op")
		for i, old := range ops {
			if old.SelectAttrValue("name", "") == name && newRoleName(old.SelectAttrValue("role", "")) == role {
				operations.RemoveChild(old)
				if i+1 < len(ops) {
					before = ops[i+1]
				}
				break
			}
		}
	}
	return addOneOperation(doc, e, op, agents, before, false, force)
}

// recheck has the agent check changed attributes, if it had nothing against
// those before: what was wrong already need not stop a repair.
func recheck(check func(Pairs) report.List, before, after Pairs) report.List {
	was := check(before)
	if len(was) == 0 {
		return check(after)
	}
	_, output, _ := strings.Cut(was[0].Text, "\n")
	return report.List{report.NewWarning("AGENT_SELF_VALIDATION_SKIPPED_UPDATED_RESOURCE_MISCONFIGURED",
		"The resource was misconfigured before the update, therefore agent self-validation will not be run for the updated "+
			"configuration. Validation output of the original configuration:\n"+output)}
}
