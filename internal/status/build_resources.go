package status

import (
	"strconv"
	"strings"

	"gpcs/internal/engine/sched"
)

func (b *builder) resource(r *sched.Resource, parent *Resource) *Resource {
	v := &Resource{
		ID: shownID(r), Instance: r.ID, Defined: definedID(r), Class: r.Class, Provider: r.Provider, Type: r.Type, Parent: parent,
		Kind:       map[sched.Kind]Kind{sched.Group: Group, sched.Clone: Clone, sched.Bundle: Bundle}[r.Kind],
		Role:       r.Role.String(),
		TargetRole: r.Meta.Get("target-role"),
		Pending:    pendingWord(r),
		Implicit:   strings.EqualFold(r.Meta.Get("internal_rsc"), "true"),
		Orphan:     r.Removed, Managed: r.Managed, Maintenance: r.Maintenance, Blocked: r.Blocked,
		Failed: r.Failed, FailureIgnored: r.FailureIgnored,
		Unique: r.Unique && r.Kind == sched.Clone, Promotable: r.Promotable && r.Kind == sched.Clone, Max: r.CloneMax,
	}
	if v.Kind == "" {
		v.Kind = Primitive
	}
	if r.XML != nil {
		v.Description = r.XML.SelectAttrValue("description", "")
	}
	if v.Kind == Bundle {
		for _, e := range r.XML.ChildElements() {
			if image := e.SelectAttrValue("image", ""); image != "" {
				v.Container, v.Image = e.Tag, image
			}
		}
	}
	b.resources[r] = v
	for _, c := range r.Children {
		v.Children = append(v.Children, b.resource(c, v))
	}
	for _, rep := range r.Replicas() {
		v.Replicas = append(v.Replicas, Replica{Number: rep.Number, Address: rep.Address,
			IP: b.made(rep.IP), Container: b.made(rep.Container), Remote: b.made(rep.Connection), Inner: b.made(rep.Inner)})
	}
	return v
}

// made returns the view of a resource that was made before, nil for nil.
func (b *builder) made(r *sched.Resource) *Resource {
	if r == nil {
		return nil
	}
	return b.resources[r]
}

// shownID is the name that people know: instances of clones are told apart
// only where the clone says so.
func shownID(r *sched.Resource) string {
	if r.Unique {
		return r.ID
	}
	return definedID(r)
}

// definedID is the id that the configuration has.
func definedID(r *sched.Resource) string {
	if r.Number >= 0 {
		return strings.TrimSuffix(r.ID, ":"+strconv.Itoa(r.Number))
	}
	return r.ID
}

// pendingWord words the operation under way.
func pendingWord(r *sched.Resource) string {
	switch r.PendingTask {
	case "start":
		return "Starting"
	case "stop":
		return "Stopping"
	case "migrate_to", "migrate_from":
		return "Migrating"
	case "promote":
		return "Promoting"
	case "demote":
		return "Demoting"
	}
	if r.Monitoring {
		return "Monitoring"
	}
	return ""
}

// Resource finds a resource of the view by its id or instance id, or nil.
func (v *View) Resource(id string) *Resource {
	var found *Resource
	for _, top := range v.Top {
		if top.anyInside(func(r *Resource) bool {
			if r.ID == id || r.Instance == id {
				found = r
			}
			return found != nil
		}) {
			return found
		}
	}
	return nil
}

// expected is the value that the attribute of a ping resource has on a node
// where all hosts answer; "" for other attributes.
func (b *builder) expected(n *sched.Node, name string) string {
	for _, r := range n.Active {
		if r.Type != "ping" && r.Type != "pingd" || r.XML == nil {
			continue
		}
		values := map[string]string{"name": "pingd", "multiplier": "1"}
		for _, pair := range r.XML.FindElements("instance_attributes/nvpair") {
			values[pair.SelectAttrValue("name", "")] = pair.SelectAttrValue("value", "")
		}
		if values["name"] != name {
			continue
		}
		factor, _ := strconv.Atoi(values["multiplier"])
		return strconv.Itoa(factor * len(strings.Fields(values["host_list"])))
	}
	return ""
}
