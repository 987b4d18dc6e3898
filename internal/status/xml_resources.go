package status

import "gpcs/internal/cib"

func (x *xmlDoc) resources(root *cib.Element) {
	list := cib.NewElement("resources")
	for _, r := range x.view.Top {
		if x.listed(r) {
			x.resource(list, r)
		}
	}
	if len(x.view.Top) > 0 && !x.ByNode || len(list.ChildElements()) > 0 {
		root.AddChild(list)
	}
}

func (x *xmlDoc) resource(parent *cib.Element, r *Resource) {
	switch r.Kind {
	case Group:
		x.group(parent, r)
	case Clone:
		x.clone(parent, r)
	case Bundle:
		x.bundle(parent, r)
	default:
		x.primitive(parent, r)
	}
}

func (x *xmlDoc) primitive(parent *cib.Element, r *Resource) {
	e := add(parent, "resource", "id", r.ID, "resource_agent", r.Agent(), "role", r.RoleNow())
	if r.TargetRole != "" {
		e.CreateAttr("target_role", r.TargetRole)
	}
	attrs(e, "active", yes(r.active(true)), "orphaned", yes(r.Orphan))
	if x.Release3 {
		e.CreateAttr("removed", yes(r.Orphan))
	}
	e.CreateAttr("blocked", yes(r.Blocked))
	x.upkeep(e, r)
	attrs(e, "failed", yes(r.Failed), "failure_ignored", yes(r.FailureIgnored),
		"nodes_running_on", number(len(r.Active)))
	if r.Pending == "Monitoring" {
		e.CreateAttr("pending", r.Pending)
	}
	if r.LockedTo != nil {
		e.CreateAttr("locked_to", r.LockedTo.Name)
	}
	if r.Description != "" && x.describes() {
		e.CreateAttr("description", r.Description)
	}
	for _, n := range r.Active {
		add(e, "node", "name", n.Name, "id", n.ID, "cached", yes(n.Online))
	}
}

func (x *xmlDoc) group(parent *cib.Element, r *Resource) {
	shown := 0
	for _, m := range r.Children {
		if !x.Release3 || x.onlyResource(m) {
			shown++
		}
	}
	e := add(parent, "group", "id", r.Instance, "number_resources", number(shown))
	x.upkeep(e, r)
	e.CreateAttr("disabled", yes(r.Disabled()))
	for _, m := range r.Children {
		if x.onlyResource(m) {
			x.primitive(e, m)
		}
	}
}

func (x *xmlDoc) clone(parent *cib.Element, r *Resource) {
	e := add(parent, "clone", "id", r.ID, "multi_state", yes(r.Promotable), "unique", yes(r.Unique))
	x.upkeep(e, r)
	attrs(e, "disabled", yes(r.Disabled()), "failed", yes(r.Failed), "failure_ignored", yes(r.FailureIgnored))
	if r.TargetRole != "" {
		e.CreateAttr("target_role", r.TargetRole)
	}
	for _, c := range r.Children {
		if !x.elsewhere(c) && x.onlyResource(c) {
			x.resource(e, c)
		}
	}
}

func (x *xmlDoc) bundle(parent *cib.Element, r *Resource) {
	e := add(parent, "bundle", "id", r.ID, "type", r.Container, "image", r.Image, "unique", yes(r.Unique))
	x.upkeep(e, r)
	e.CreateAttr("failed", yes(r.Failed))
	for _, rep := range r.Replicas {
		if x.OnlyNode != nil && x.elsewhere(rep.Container) {
			continue
		}
		members := x.members(rep)
		if len(members) == 0 {
			continue
		}
		replica := add(e, "replica", "id", number(rep.Number))
		for _, m := range members {
			x.primitive(replica, m)
		}
	}
}

// upkeep says whether the cluster looks after a resource.
func (x *xmlDoc) upkeep(e *cib.Element, r *Resource) {
	if x.Release3 {
		e.CreateAttr("maintenance", yes(r.Maintenance))
	}
	e.CreateAttr("managed", yes(r.Managed))
}
