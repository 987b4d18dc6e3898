package status

import (
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/cib"
)

// Place is a node where a resource is active.
type Place struct {
	Node     string
	Promoted bool
}

// Places tells where a resource, or any instance of it, is active: the last
// instance first, of bundles what is inside before the containers.
func (v *View) Places(id string) []Place {
	r := v.Whole(id)
	if r == nil {
		return nil
	}
	var places []Place
	for _, i := range r.spread() {
		places = i.addPlaces(places)
	}
	return places
}

// addPlaces adds the nodes where a resource is active and that are not listed yet.
func (r *Resource) addPlaces(places []Place) []Place {
	for _, p := range r.primitives() {
		for _, n := range slices.Backward(p.Active) {
			at := slices.IndexFunc(places, func(known Place) bool { return known.Node == n.Name })
			if at < 0 {
				at, places = len(places), append(places, Place{Node: n.Name})
			}
			places[at].Promoted = places[at].Promoted || p.Role == "Promoted"
		}
	}
	return places
}

// spread lists the instances of a resource, the last one first.
func (r *Resource) spread() []*Resource {
	list := []*Resource{r}
	switch {
	case r.Kind == Primitive && r.instances != nil:
		list = slices.Clone(r.instances)
	case r.Kind == Clone:
		list = slices.Clone(r.Children)
	case r.Kind == Bundle:
		parts, inner := r.bundleParts()
		slices.Reverse(inner)
		return append(inner, parts...)
	}
	slices.Reverse(list)
	return list
}

// bundleParts are the containers, addresses and connections of a bundle, and
// the instances of what is inside.
func (r *Resource) bundleParts() (parts, inner []*Resource) {
	for _, p := range r.primitives() {
		if slices.ContainsFunc(r.Replicas, func(rep Replica) bool { return rep.Inner == p }) {
			inner = append(inner, p)
		} else {
			parts = append(parts, p)
		}
	}
	return parts, inner
}

// InstanceIDs lists all primitives, instances by their numbers, of bundles
// what is inside last.
func (v *View) InstanceIDs() []string {
	var ids []string
	for _, top := range v.Top {
		parts, inner := top.bundleParts()
		for _, p := range append(parts, inner...) {
			if !p.Orphan {
				ids = append(ids, p.Instance)
			}
		}
	}
	return ids
}

// One prints one resource with what is in it, as crm_resource --query-xml
// does, and adds the same to an element.
func (v *View) One(id string, to *cib.Element) string {
	r := v.Whole(id)
	if r == nil {
		return ""
	}
	p := printer{Show: Show{Inactive: true, Release3: true}, view: v, inNode: true}
	(&xmlDoc{p}).resource(to, r)
	p.depth = 1
	p.resource(r)
	var b strings.Builder
	for _, line := range strings.SplitAfter(p.String(), "\n") {
		b.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, "  "), "* "))
	}
	return b.String()
}

// Line words a resource and its state in short: "web	(ocf:heartbeat:apache):	 Started";
// "" if there is none of that name.
func (v *View) Line(id string) string {
	r := v.Whole(id)
	if r == nil {
		return ""
	}
	return fmt.Sprintf("%s\t(%s):\t %s", id, r.Agent(), r.state())
}

// StateText words the execution status of an operation as Pacemaker 3 does.
func StateText(state int) string { return (&printer{Show: Show{Release3: true}}).stateText(state) }

// DateText writes an epoch second as the field's programs do.
func (v *View) DateText(epoch int64) string { return (&printer{view: v}).date(epoch) }
