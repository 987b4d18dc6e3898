package status

import (
	"encoding/json"
	"slices"
)

// JSON prints the view as one object. Its names are those of the XML form;
// lists are arrays, truth values are booleans, times are as the document or
// the history has them.
func (v *View) JSON() []byte {
	type object = map[string]any
	s := v.Summary
	summary := object{
		"stack": s.Stack, "quorate": s.Quorate, "nodes_configured": s.Nodes, "resources_configured": s.Instances,
		"resources_disabled": s.Disabled, "resources_blocked": s.Blocked, "dc": nil,
		"last_change": object{"time": s.LastChange.Time, "user": s.LastChange.User, "client": s.LastChange.Client,
			"origin": s.LastChange.Origin},
	}
	if s.DC != nil {
		summary["dc"] = s.DC.Name
	}
	nodes := []object{}
	for _, n := range v.Nodes {
		attributes := object{}
		for _, a := range n.Attributes {
			attributes[a.Name] = a.Value
		}
		nodes = append(nodes, object{
			"name": n.Name, "id": n.ID, "type": n.Kind, "state": n.state(), "online": n.Online, "standby": n.Standby,
			"maintenance": n.Maintenance, "pending": n.Pending, "unclean": n.Unclean, "health": n.Health,
			"resources_running": len(n.Running), "attributes": attributes,
		})
	}
	resources := []object{}
	for _, r := range v.Top {
		resources = append(resources, r.object())
	}
	failures := []object{}
	for _, f := range v.Failed {
		failures = append(failures, object{
			"resource": f.Resource, "node": f.Node.Name, "operation": f.Task, "interval_ms": f.IntervalMS,
			"exit_status": f.RC, "execution": (&printer{}).stateText(f.State), "reason": f.Reason, "at": f.Changed,
		})
	}
	fencing := []object{}
	for _, r := range slices.Concat(v.Fencing, v.Underway) {
		fencing = append(fencing, object{
			"action": r.Action, "target": r.Target, "status": r.State, "client": r.Client, "origin": r.Origin,
			"delegate": r.Delegate, "devices": r.Device, "proof": r.Proof, "reason": r.Reason, "completed_ms": r.CompletedMS,
		})
	}
	data, err := json.MarshalIndent(object{
		"at": v.Now.Unix(), "summary": summary, "nodes": nodes, "resources": resources, "failures": failures, "fencing": fencing,
	}, "", "  ")
	if err != nil {
		panic(err) // maps of strings, numbers and truth values always have a form
	}
	return append(data, '\n')
}

func (r *Resource) object() map[string]any {
	on := []string{}
	for _, n := range r.location() {
		on = append(on, n.Name)
	}
	o := map[string]any{
		"id": r.ID, "kind": r.Kind, "active": r.active(true), "nodes": on, "managed": r.Managed, "failed": r.Failed,
		"disabled": r.Disabled(), "blocked": r.Blocked, "orphaned": r.Orphan, "maintenance": r.Maintenance,
	}
	if r.Kind == Primitive {
		o["agent"], o["role"], o["pending"] = r.Agent(), r.shownRole(), r.Pending
		return o
	}
	children := []map[string]any{}
	for _, c := range r.Children {
		children = append(children, c.object())
	}
	o["children"] = children
	return o
}
