package controller

import (
	"fmt"
	"strings"

	"gpcs/internal/cib"
)

// Refresh says whose history is to be forgotten; empty fields mean all.
type Refresh struct {
	Resource  string // primitive, group, clone or bundle
	Node      string // name
	Operation string
	Interval  string // in ms, as in history
	Failed    bool   // only where something failed (cleanup)
}

// Forgotten is one resource on one node whose history goes.
type Forgotten struct {
	Resource string // id in the history
	Node     string
	NodeID   string
}

// Forget returns what a refresh forgets in this document and the operations
// that do it: the history of each resource concerned and its fail counts. The
// cluster then probes them again. It returns cib.ErrNotFound, wrapped, for a
// resource or node that is not there.
func Forget(doc *cib.Document, r Refresh) ([]Forgotten, []cib.Op, error) {
	wanted, err := primitives(doc, r.Resource)
	if err != nil {
		return nil, nil, err
	}
	var gone []Forgotten
	var ops []cib.Op
	status := doc.Find("status")
	found := r.Node == ""
	for _, state := range status.SelectElements("node_state") {
		node := state.SelectAttrValue("uname", "")
		if r.Node != "" && r.Node != node {
			continue
		}
		found = true
		id := state.SelectAttrValue("id", "")
		for _, rsc := range histories(state) {
			name := rsc.SelectAttrValue("id", "")
			base, _, _ := strings.Cut(name, ":")
			if (wanted != nil && !wanted[base]) || !r.concerns(rsc, failCounts(state, base)) {
				continue
			}
			gone = append(gone, Forgotten{Resource: name, Node: node, NodeID: id})
			ops = append(ops, cib.Op{Kind: cib.Delete, Path: resourcePath(id, name)})
			ops = append(ops, ForgetFailures(id, base)...)
		}
	}
	if !found {
		return nil, nil, fmt.Errorf("node '%s': %w", r.Node, cib.ErrNotFound)
	}
	return gone, ops, nil
}

// primitives returns the ids of the primitives in a resource, nil for all.
func primitives(doc *cib.Document, id string) (map[string]bool, error) {
	if id == "" {
		return nil, nil
	}
	ids := map[string]bool{}
	var walk func(e *cib.Element, inside bool)
	walk = func(e *cib.Element, inside bool) {
		inside = inside || e.SelectAttrValue("id", "") == id
		if inside && e.Tag == "primitive" {
			ids[e.SelectAttrValue("id", "")] = true
		}
		for _, c := range e.ChildElements() {
			walk(c, inside)
		}
	}
	if section := doc.Find("resources"); section != nil {
		walk(section, false)
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("resource '%s': %w", id, cib.ErrNotFound)
	}
	return ids, nil
}

func histories(state *cib.Element) []*cib.Element {
	if lrm := state.SelectElement("lrm"); lrm != nil {
		if list := lrm.SelectElement("lrm_resources"); list != nil {
			return list.SelectElements("lrm_resource")
		}
	}
	return nil
}

// failCounts lists the names of a resource's fail counts on a node.
func failCounts(state *cib.Element, rsc string) []string {
	var names []string
	for _, attrs := range state.SelectElements("transient_attributes") {
		for _, set := range attrs.SelectElements("instance_attributes") {
			for _, nv := range set.SelectElements("nvpair") {
				if name := nv.SelectAttrValue("name", ""); strings.HasPrefix(name, "fail-count-"+rsc+"#") {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// concerns tells whether the refresh is about this history.
func (r Refresh) concerns(rsc *cib.Element, failCounts []string) bool {
	if !r.Failed && r.Operation == "" {
		return true
	}
	operation := r.Operation
	suffix := "#" + operation + "_"
	if r.Interval != "" {
		suffix += r.Interval
	}
	for _, name := range failCounts {
		if operation == "" || strings.Contains(name, suffix) {
			return true
		}
	}
	for _, op := range rsc.SelectElements("lrm_rsc_op") {
		if operation != "" && op.SelectAttrValue("operation", "") != operation {
			continue
		}
		if r.Interval != "" && op.SelectAttrValue("interval", "") != r.Interval {
			continue
		}
		if !r.Failed || strings.Contains(op.SelectAttrValue("id", ""), "_last_failure_") && !discovery(op) {
			return true
		}
	}
	return false
}

// discovery tells whether a result is that of a probe that found the resource
// running, which the history keeps like a failure and nobody calls one.
func discovery(op *cib.Element) bool {
	at := func(name string) string { return op.SelectAttrValue(name, "") }
	return at("operation") == "monitor" && at("interval") == "0" && at("op-status") == "0" && (at("rc-code") == "0" || at("rc-code") == "8")
}
