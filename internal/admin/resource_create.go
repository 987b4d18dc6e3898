package admin

import (
	"fmt"
	"strings"

	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// NewResource is a primitive to be made.
type NewResource struct {
	ID           string
	Agent        agentmeta.Agent
	Attributes   Pairs
	Meta         Pairs
	Operations   []Pairs // each has a "name"
	MonitorsOnly bool    // of the operations that the agent advises, take monitors only
	Disabled     bool
	Force        bool
	SelfCheck    report.List // what the agent itself said about the attributes
	NodeCommand  bool        // asked by the command for remote nodes
}

// Clone says that a resource is put into a clone.
type Clone struct {
	ID         string // "" for one made from the resource's id
	Meta       Pairs
	Promotable bool
}

// Member says where in a group a resource goes: at the end, or beside another.
type Member struct {
	Group  string
	Beside string
	After  bool
}

// refuseStonith says that fence devices are made by another command.
func refuseStonith(agent agentmeta.Agent) report.List {
	if !agent.Name.IsStonith() {
		return nil
	}
	return report.List{report.NewError("COMMAND_ARGUMENT_TYPE_MISMATCH",
		"This command does not accept stonith resource. Use 'pcs stonith create' command instead.")}
}

// CreateResource makes a resource at the end of the resources.
func CreateResource(doc *cib.Document, r NewResource) report.List {
	out := refuseStonith(r.Agent)
	if out.Failed() {
		return out
	}
	ids := newIDs(doc)
	e, more := ids.makePrimitive(doc, r, r.Disabled)
	if out = append(out, more...); !out.Failed() {
		doc.Section("resources").AddChild(e)
	}
	return out
}

// CreateResourceInClone makes a resource in a clone of its own.
func CreateResourceInClone(doc *cib.Document, r NewResource, c Clone) report.List {
	out := refuseStonith(r.Agent)
	if out.Failed() {
		return out
	}
	ids := newIDs(doc)
	if c.ID != "" {
		out = append(out, ids.checkNewID(c.ID, "id")...)
	}
	if c.Promotable {
		c.Meta = c.Meta.With("promotable", "true")
	}
	if len(c.Meta) > 0 {
		out = append(out, metaNotChecked("clone"))
	}
	out = append(out, cloneFits(c.Meta, "", r.Agent.Name, r.Agent, r.Force)...)
	if out.Failed() {
		return out
	}
	e, more := ids.makePrimitive(doc, r, false)
	if out = append(out, more...); out.Failed() {
		return out
	}
	clone := ids.wrapInClone(e, c)
	if r.Disabled {
		ids.disable(clone)
	}
	doc.Section("resources").AddChild(clone)
	return out
}

// wrapInClone puts a detached resource into a new clone.
func (b *idBook) wrapInClone(e *cib.Element, c Clone) *cib.Element {
	id := c.ID
	if id == "" {
		id = b.unique(elementID(e) + "-clone")
	}
	clone := cib.NewElement("clone", "id", id)
	clone.AddChild(e)
	if len(c.Meta) > 0 {
		b.newNvset(clone, "meta_attributes", c.Meta)
	}
	return clone
}

// CreateResourceInGroup makes a resource in a group, which is made if there
// is none of that id.
func CreateResourceInGroup(doc *cib.Document, r NewResource, m Member) report.List {
	out := refuseStonith(r.Agent)
	if out.Failed() {
		return out
	}
	group, beside, more := memberPlace(doc, r.ID, m)
	if out = append(out, more...); out.Failed() {
		return out
	}
	ids := newIDs(doc)
	if group == nil {
		ids.book(m.Group)
	}
	e, more := ids.makePrimitive(doc, r, r.Disabled)
	if out = append(out, more...); out.Failed() {
		return out
	}
	if group == nil {
		group = cib.NewElement("group", "id", m.Group)
		doc.Section("resources").AddChild(group)
	}
	switch {
	case beside == nil:
		group.AddChild(e)
	case m.After:
		group.InsertChildAt(beside.Index()+1, e)
	default:
		group.InsertChildAt(beside.Index(), e)
	}
	return out
}

// memberPlace finds the group and the member that a new one goes beside.
func memberPlace(doc *cib.Document, id string, m Member) (group, beside *cib.Element, out report.List) {
	switch e := findElement(doc, m.Group); {
	case e == nil:
		out = checkID(m.Group, "group name")
	case e.Tag != "group":
		out = report.List{wrongKind(m.Group, "group")}
	default:
		group = e
	}
	if m.Beside == "" {
		return group, nil, out
	}
	beside = findElement(doc, m.Beside)
	switch {
	case beside == nil:
		out = append(out, report.NewError("ID_NOT_FOUND", fmt.Sprintf("'%s' does not exist", m.Beside)))
	case group == nil || beside.Parent() != group:
		out = append(out, notInGroup(m.Beside, m.Group))
	}
	if m.Beside == id && beside != nil {
		out = append(out, besideItself(id))
	}
	return group, beside, out
}

// notInGroup says that there is no such neighbour.
func notInGroup(beside, group string) report.Report {
	return report.NewError("ADD_REMOVE_ADJACENT_ITEM_NOT_IN_THE_CONTAINER", fmt.Sprintf(
		"There is no resource '%s' in the group '%s', cannot add resources next to it", beside, group))
}

// besideItself says that a resource cannot be its own neighbour.
func besideItself(id string) report.Report {
	return report.NewError("ADD_REMOVE_CANNOT_PUT_ITEM_NEXT_TO_ITSELF", fmt.Sprintf("Cannot put resource '%s' next to itself", id))
}

// CreateResourceInBundle makes a resource in a bundle that has none.
func CreateResourceInBundle(doc *cib.Document, r NewResource, bundleID string) report.List {
	out := refuseStonith(r.Agent)
	if out.Failed() {
		return out
	}
	bundle, missing := lookUp(doc, bundleID, "bundle")
	if missing != nil {
		return append(out, missing.Alone()...)
	}
	if in := bundle.SelectElement("primitive"); in != nil {
		return append(out, report.Stop("RESOURCE_BUNDLE_ALREADY_CONTAINS_A_RESOURCE", fmt.Sprintf(
			"bundle '%s' already contains resource '%s', a bundle may contain at most one resource", bundleID, elementID(in))))
	}
	ids := newIDs(doc)
	e, more := ids.makePrimitive(doc, r, r.Disabled)
	if out = append(out, more...); out.Failed() {
		return out
	}
	if !bundleReachable(bundle) {
		out = append(out, notReachable(r.ID, bundleID, r.Force))
	}
	bundle.AddChild(e)
	return out
}

// bundleReachable tells whether Pacemaker could reach its executor in the
// bundle's containers.
func bundleReachable(bundle *cib.Element) bool {
	network := bundle.SelectElement("network")
	return network != nil && (network.SelectAttrValue("control-port", "") != "" || network.SelectAttrValue("ip-range-start", "") != "")
}

// disable tells the cluster to keep a resource stopped.
func (b *idBook) disable(e *cib.Element) {
	b.markNvset(e, "meta_attributes", Pairs{{"target-role", "Stopped"}})
}

// makePrimitive checks a new primitive and returns it, detached.
func (b *idBook) makePrimitive(doc *cib.Document, r NewResource, disabled bool) (*cib.Element, report.List) {
	kind := "resource"
	if r.Agent.Name.IsStonith() {
		kind = "stonith"
	}
	out := remoteInsufficient(doc, r)
	if out.Failed() {
		return nil, out
	}
	if b.has(r.ID) {
		return nil, append(out, report.Stop("ID_ALREADY_EXISTS", fmt.Sprintf("'%s' already exists", r.ID)))
	}
	if bad := checkID(r.ID, kind+" name"); bad != nil {
		return nil, append(out, bad.Alone()...)
	}
	b.book(r.ID)
	ops, more := newOperations(r.Operations, r.Agent, r.MonitorsOnly, r.Force)
	if out = append(out, more...); out.Failed() {
		return nil, out
	}
	out = append(out, attrCheck{doc: doc, agent: r.Agent, force: r.Force}.created(r.Attributes)...)
	out = append(out, r.SelfCheck...)
	if out = append(out, checkMeta(r.Meta, kind == "stonith")...); out.Failed() {
		return nil, out
	}
	for _, op := range ops {
		if v, _ := op.Get("on-fail"); v == "demote" {
			out = append(out, ensureSchemaNew(doc, 3, 4)...)
		}
	}
	e, more := b.primitive(doc, r, ops, disabled)
	return e, append(out, more...)
}

// primitive builds the element in the order of Pacemaker's schema.
func (b *idBook) primitive(doc *cib.Document, r NewResource, ops []Pairs, disabled bool) (*cib.Element, report.List) {
	n := r.Agent.Name
	e := cib.NewElement("primitive", "id", r.ID, "class", n.Standard, "type", n.Type)
	if n.Provider != "" {
		e.CreateAttr("provider", n.Provider)
	}
	if len(r.Attributes) > 0 {
		b.newNvset(e, "instance_attributes", r.Attributes)
	}
	meta := r.Meta
	if disabled {
		meta = meta.With("target-role", "Stopped")
	}
	if len(meta) > 0 {
		b.newNvset(e, "meta_attributes", meta)
	}
	operations := cib.NewElement("operations")
	e.AddChild(operations)
	for _, op := range ops {
		if out := b.addOperation(doc, operations, r.ID, op); out.Failed() {
			return nil, out
		}
	}
	return e, nil
}

// SelfCheck turns what an agent said when asked to check parameters (its
// action validate-all) into a report; output is what it wrote.
func SelfCheck(ok bool, output string, force bool) report.List {
	if ok {
		return nil
	}
	hint := " (use --force to override)"
	if force {
		hint = ""
	}
	text := "Validation result from agent" + hint + ":\n  " + strings.Join(strings.Split(strings.TrimSpace(output), "\n"), "\n  ")
	if force {
		return report.List{report.NewWarning("AGENT_SELF_VALIDATION_RESULT", text)}
	}
	return report.List{report.NewError("AGENT_SELF_VALIDATION_RESULT", text)}
}
