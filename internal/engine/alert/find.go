package alert

import (
	"strconv"

	"gpcs/internal/cib"
	"gpcs/internal/engine/controller"
	"gpcs/internal/fence"
)

// Members finds the nodes that came and went between two views, in their order.
type Members struct{ online map[string]uint64 } // incarnations

// Changed returns what has changed with a view. In the first one every member is
// new. A node that was off and is back before anybody missed it has a new
// incarnation: it was lost and is a member.
func (m *Members) Changed(v controller.View) []Event {
	now := map[string]uint64{}
	var events []Event
	for _, n := range v.Nodes {
		id := strconv.FormatUint(uint64(n.ID), 10)
		before, was := m.online[id]
		if n.Online {
			now[id] = n.Incarnation
		}
		if same := n.Online && before == n.Incarnation; was && !same {
			events = append(events, NodeChanged(n.Name, id, false))
		}
		if n.Online && (!was || before != n.Incarnation) {
			events = append(events, NodeChanged(n.Name, id, true))
		}
	}
	m.online = now
	return events
}

// Fencings finds fencing that came to an end since the last document.
type Fencings struct {
	seen  map[string]bool
	count int
	last  string
}

// Changed returns the fencing that is new in a document. What the first one
// has, and what nodes hand in from an earlier time, is old.
func (f *Fencings) Changed(doc *cib.Document) []Event {
	count, last := fence.Count(doc)
	if f.seen != nil && count == f.count && last == f.last {
		return nil
	}
	first := f.seen == nil
	f.count, f.last = count, last
	if first {
		f.seen = map[string]bool{}
	}
	var events []Event
	now := map[string]bool{}
	for _, r := range fence.Records(doc) {
		now[r.ID] = true
		if !first && !f.seen[r.ID] && !r.Past && r.Action != fence.Leave {
			events = append(events, Fenced(r))
		}
	}
	f.seen = now
	return events
}

// Attributes finds node attributes that changed since the last document. Only
// those that live until a node leaves are looked at: the others are
// configuration, of which Pacemaker tells no agent either.
type Attributes struct{ nodes map[string]*attributes }

type attributes struct {
	name   string
	order  []string
	values map[string]string
}

// Changed returns what is new in a document. That a node's attributes are gone
// all together, as when it is lost, is no event.
func (a *Attributes) Changed(doc *cib.Document) []Event {
	was, first := a.nodes, a.nodes == nil
	a.nodes = read(doc)
	if first {
		return nil
	}
	var events []Event
	status := doc.Find("status")
	if status == nil {
		return nil
	}
	for _, e := range status.SelectElements("node_state") {
		id := e.SelectAttrValue("id", "")
		now, before := a.nodes[id], was[id]
		if now == nil {
			continue
		}
		if before == nil {
			before = &attributes{}
		}
		for _, name := range now.order {
			if old, had := before.values[name]; !had || old != now.values[name] {
				events = append(events, AttributeSet(now.name, id, name, now.values[name]))
			}
		}
		for _, name := range before.order {
			if _, has := now.values[name]; !has {
				events = append(events, AttributeSet(now.name, id, name, ""))
			}
		}
	}
	return events
}

// read returns the transient attributes of all nodes that have a set of them, by id.
func read(doc *cib.Document) map[string]*attributes {
	nodes := map[string]*attributes{}
	status := doc.Find("status")
	if status == nil {
		return nodes
	}
	for _, e := range status.SelectElements("node_state") {
		t := e.SelectElement("transient_attributes")
		if t == nil {
			continue
		}
		n := &attributes{name: e.SelectAttrValue("uname", ""), values: map[string]string{}}
		for _, set := range t.SelectElements("instance_attributes") {
			for _, nv := range set.SelectElements("nvpair") {
				name := nv.SelectAttrValue("name", "")
				if _, twice := n.values[name]; !twice {
					n.order = append(n.order, name)
				}
				n.values[name] = nv.SelectAttrValue("value", "")
			}
		}
		nodes[e.SelectAttrValue("id", "")] = n
	}
	return nodes
}
