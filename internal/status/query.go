package status

import (
	"slices"
	"sort"
	"strings"
)

// StateQuery asks whether a resource is in a state. Members tells how many
// members of a group must be in it, Instances how many instances of a clone
// or bundle: "any", "all" or "none".
type StateQuery struct {
	State              string // in small letters: "started", "unmanaged", "locked_to"
	LockedTo           string // locked_to: the node, "" = any
	Node               string // only what is on this node, "" = anywhere
	Members, Instances string
}

// states tells whether a primitive is in a state.
func states() map[string]func(*Resource) bool {
	pending := func(word string) func(*Resource) bool { return func(r *Resource) bool { return r.Pending == word } }
	role := func(word string) func(*Resource) bool {
		return func(r *Resource) bool {
			return r.shownRole() == word && (r.Pending == "" || r.Pending == "Monitoring")
		}
	}
	return map[string]func(*Resource) bool{
		"started": role("Started"), "stopped": role("Stopped"), "promoted": role("Promoted"),
		"unpromoted": role("Unpromoted"), "starting": pending("Starting"), "stopping": pending("Stopping"),
		"promoting": pending("Promoting"), "demoting": pending("Demoting"), "migrating": pending("Migrating"),
		"monitoring":      pending("Monitoring"),
		"pending":         func(r *Resource) bool { return r.Pending != "" },
		"active":          func(r *Resource) bool { return r.active(true) },
		"blocked":         func(r *Resource) bool { return r.Blocked },
		"disabled":        func(r *Resource) bool { return r.Disabled() },
		"enabled":         func(r *Resource) bool { return !r.Disabled() },
		"failed":          func(r *Resource) bool { return r.Failed },
		"failure_ignored": func(r *Resource) bool { return r.FailureIgnored },
		"locked_to":       func(r *Resource) bool { return r.LockedTo != nil },
		"maintenance":     func(r *Resource) bool { return r.Maintenance },
		"managed":         func(r *Resource) bool { return r.Managed },
		"unmanaged":       func(r *Resource) bool { return !r.Managed },
		"orphaned":        func(r *Resource) bool { return r.Orphan },
	}
}

// Known tells whether there is such a state.
func (q StateQuery) Known() bool { return states()[q.State] != nil }

// Whole finds a resource by its id. Where that is inside a clone, it stands
// for all its instances; nil if there is nothing of that id.
func (v *View) Whole(id string) *Resource {
	var exact *Resource // an instance by its number
	var all []*Resource
	var collect func(list []*Resource)
	collect = func(list []*Resource) {
		for _, r := range list {
			switch {
			case r.Instance == id && strings.Contains(id, ":"):
				exact = r
			case r.Defined == id || r.Instance == id:
				all = append(all, r)
			}
			collect(r.Children)
		}
	}
	collect(v.Top)
	if exact != nil {
		all = []*Resource{exact}
	}
	if len(all) == 0 {
		return nil
	}
	whole := *all[0]
	if len(all) > 1 {
		whole.instances = all
	}
	return &whole
}

// Is answers a state query.
func (r *Resource) Is(q StateQuery) bool {
	if r.instances != nil {
		return quantify(q.Instances, r.instances, q)
	}
	switch r.Kind {
	case Group:
		return quantify(q.Members, r.Children, q)
	case Clone, Bundle:
		return quantify(q.Instances, r.Children, q)
	}
	on := func(n *Node) bool { return n.Name == q.Node }
	if q.Node != "" && !slices.ContainsFunc(r.Active, on) {
		return false
	}
	if q.LockedTo != "" && (r.LockedTo == nil || r.LockedTo.Name != q.LockedTo) {
		return false
	}
	return states()[q.State](r)
}

func quantify(how string, list []*Resource, q StateQuery) bool {
	is := func(r *Resource) bool { return r.Is(q) }
	switch how {
	case "all":
		return len(list) > 0 && !slices.ContainsFunc(list, func(r *Resource) bool { return !is(r) })
	case "none":
		return !slices.ContainsFunc(list, is)
	}
	return slices.ContainsFunc(list, is)
}

// MemberIDs lists what a group, clone or bundle was made of, by the ids of the
// configuration.
func (r *Resource) MemberIDs() []string {
	ids := []string{}
	for _, rep := range r.Replicas {
		if rep.Inner != nil {
			ids = appendNew(ids, rep.Inner.Defined)
		}
	}
	if r.Kind == Bundle {
		return ids
	}
	for _, c := range r.Children {
		if !c.Orphan {
			ids = appendNew(ids, c.Defined)
		}
	}
	return ids
}

// NodeNames lists the nodes where a resource, or anything in it, is active.
func (r *Resource) NodeNames() []string {
	names := []string{}
	for _, i := range append([]*Resource{r}, r.instances...) {
		for _, n := range i.location() {
			names = appendNew(names, n.Name)
		}
	}
	sort.Strings(names)
	return names
}

// Place is a member's place in its group, from 0.
func (r *Resource) Place() int {
	return slices.IndexFunc(r.Parent.Children, func(m *Resource) bool { return m.Instance == r.Instance })
}
