package admin

import (
	"slices"
	"strings"

	"gpcs/internal/cib"
)

// orderCircle returns resources whose starts wait for one another in a circle;
// the first stands at both ends; nil if there is none. sets tells whether
// orders of resource sets count.
func orderCircle(doc *cib.Document, sets bool) []string {
	constraints := doc.Find("constraints")
	if constraints == nil {
		return nil
	}
	then := map[string][]string{}
	var ids []string
	add := func(a, b string) {
		if a != "" && b != "" {
			then[a] = append(then[a], b)
			ids = append(ids, a)
		}
	}
	for _, o := range constraints.SelectElements("rsc_order") {
		if !mandatoryOrder(o) {
			continue
		}
		if list := o.SelectElements("resource_set"); len(list) > 0 {
			if sets {
				setOrders(list, add)
			}
			continue
		}
		if starts(o, "first-action") && starts(o, "then-action") {
			add(o.SelectAttrValue("first", ""), o.SelectAttrValue("then", ""))
		}
	}
	slices.Sort(ids)
	s := circleSearch{then: then, state: map[string]int{}}
	for _, id := range ids {
		if circle := s.from(id); circle != nil {
			return circle
		}
	}
	return nil
}

// starts tells whether an order is about the start of a resource: what waits
// for a stop may well be waited for by its start.
func starts(e *cib.Element, attr string) bool { return e.SelectAttrValue(attr, "start") == "start" }

func mandatoryOrder(o *cib.Element) bool {
	if kind := o.SelectAttrValue("kind", ""); kind != "" {
		return strings.EqualFold(kind, "Mandatory")
	}
	score := o.SelectAttrValue("score", "INFINITY")
	return score != "0" && !strings.HasPrefix(score, "-")
}

// setOrders adds the orders of sets: within a sequential set, and from each
// set to the next.
func setOrders(sets []*cib.Element, add func(a, b string)) {
	var before []string
	for _, set := range sets {
		if !starts(set, "action") {
			before = nil
			continue
		}
		var all []string
		for _, ref := range set.SelectElements("resource_ref") {
			all = append(all, elementID(ref))
		}
		first, last := all, all
		if set.SelectAttrValue("sequential", "true") != "false" && len(all) > 0 {
			for i := 1; i < len(all); i++ {
				add(all[i-1], all[i])
			}
			first, last = all[:1], all[len(all)-1:]
		}
		for _, a := range before {
			for _, b := range first {
				add(a, b)
			}
		}
		before = last
	}
}

// circleSearch walks along orders in depth.
type circleSearch struct {
	then  map[string][]string
	state map[string]int // 1: on the path, 2: leads nowhere
	path  []string
}

func (s *circleSearch) from(id string) []string {
	switch s.state[id] {
	case 1:
		return append(append([]string{}, s.path[slices.Index(s.path, id):]...), id)
	case 2:
		return nil
	}
	s.state[id] = 1
	s.path = append(s.path, id)
	for _, next := range s.then[id] {
		if circle := s.from(next); circle != nil {
			return circle
		}
	}
	s.path = s.path[:len(s.path)-1]
	s.state[id] = 2
	return nil
}
