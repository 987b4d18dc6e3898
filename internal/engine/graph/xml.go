package graph

import (
	"bytes"
	"fmt"
	"strconv"
)

// XML writes the graph as Pacemaker's transition_graph, two blanks per level.
func (g *Graph) XML() []byte {
	w := &xmlWriter{}
	attrs := []Attr{{"cluster-delay", g.ClusterDelay}, {"fencing-timeout", g.StonithTimeout},
		{"failed-stop-offset", g.FailedStop}, {"failed-start-offset", g.FailedStart},
		{"batch-limit", strconv.Itoa(g.BatchLimit)}, {"transition_id", strconv.Itoa(g.ID)}}
	if g.MigrationLimit > 0 {
		attrs = append(attrs, Attr{"migration-limit", strconv.Itoa(g.MigrationLimit)})
	}
	if g.RecheckByS > 0 {
		attrs = append(attrs, Attr{"recheck-by", strconv.FormatInt(g.RecheckByS, 10)})
	}
	if len(g.Synapses) == 0 {
		w.element(0, "transition_graph", attrs, nil)
		return w.Bytes()
	}
	byID := map[int]*Action{}
	for _, s := range g.Synapses {
		for _, a := range s.Actions {
			byID[a.ID] = a
		}
	}
	w.element(0, "transition_graph", attrs, func(level int) {
		for _, s := range g.Synapses {
			w.synapse(level, s, byID)
		}
	})
	return w.Bytes()
}

type xmlWriter struct{ bytes.Buffer }

func (w *xmlWriter) synapse(level int, s *Synapse, byID map[int]*Action) {
	attrs := []Attr{{"id", strconv.Itoa(s.ID)}}
	if s.Priority > 0 {
		attrs = append(attrs, Attr{"priority", strconv.Itoa(s.Priority)})
	}
	w.element(level, "synapse", attrs, func(level int) {
		w.element(level, "action_set", nil, func(level int) {
			for _, a := range s.Actions {
				w.action(level, a)
			}
		})
		if len(s.Inputs) == 0 {
			w.element(level, "inputs", nil, nil)
			return
		}
		w.element(level, "inputs", nil, func(level int) {
			for _, id := range s.Inputs {
				w.element(level, "trigger", nil, func(level int) {
					if a := byID[id]; a != nil {
						w.element(level, string(a.Kind), a.reference(), nil)
					}
				})
			}
		})
	})
}

// reference returns the attributes by which an action is referred to.
func (a *Action) reference() []Attr {
	out := []Attr{{"id", strconv.Itoa(a.ID)}, {"operation", a.Operation}, {"operation_key", a.Key}}
	add := func(name, value string) {
		if value != "" {
			out = append(out, Attr{name, value})
		}
	}
	add("internal_operation_key", a.InternalKey)
	add("on_node", a.Node)
	add("on_node_uuid", a.NodeID)
	add("router_node", a.Router)
	add("shutdown-lock", a.ShutdownLock)
	return out
}

func (w *xmlWriter) action(level int, a *Action) {
	attrs := a.reference()
	if a.Operation == "lrm_delete" {
		attrs = append([]Attr{{"mode", "cib"}}, attrs...)
	}
	w.element(level, string(a.Kind), attrs, func(level int) {
		if r := a.Rsc; r != nil {
			at := []Attr{{"id", r.ID}}
			if r.LongID != "" {
				at = append(at, Attr{"long-id", r.LongID})
			}
			at = append(at, Attr{"class", r.Class})
			if r.Provider != "" {
				at = append(at, Attr{"provider", r.Provider})
			}
			w.element(level, "primitive", append(at, Attr{"type", r.Type}), nil)
		}
		w.attributes(level, a)
		if len(a.Downed) > 0 {
			w.element(level, "downed", nil, func(level int) {
				for _, id := range a.Downed {
					w.element(level, "node", []Attr{{"id", id}}, nil)
				}
			})
		}
		if len(a.Maintenance) > 0 {
			w.element(level, "maintenance", nil, func(level int) {
				for _, m := range a.Maintenance {
					w.element(level, "node", []Attr{{"id", m.Name}, {"maintenance", m.Value}}, nil)
				}
			})
		}
	})
}

// attributes writes an action's attributes; names that XML does not allow
// become children.
func (w *xmlWriter) attributes(level int, a *Action) {
	var plain, odd []Attr
	for _, at := range a.Attrs {
		if at.Name != "" && at.Name[0] >= '0' && at.Name[0] <= '9' {
			odd = append(odd, at)
		} else {
			plain = append(plain, at)
		}
	}
	if len(odd) == 0 {
		w.element(level, "attributes", plain, nil)
		return
	}
	w.element(level, "attributes", plain, func(level int) {
		for _, at := range odd {
			w.element(level, "param", []Attr{{"name", at.Name}, {"value", at.Value}}, nil)
		}
	})
}

func (w *xmlWriter) element(level int, tag string, attrs []Attr, body func(level int)) {
	fmt.Fprintf(w, "%*s<%s", 2*level, "", tag)
	for _, a := range attrs {
		w.WriteString(" " + a.Name + `="`)
		w.escape(a.Value)
		w.WriteString(`"`)
	}
	if body == nil {
		w.WriteString("/>\n")
		return
	}
	w.WriteString(">\n")
	body(level + 1)
	fmt.Fprintf(w, "%*s</%s>\n", 2*level, "", tag)
}

func (w *xmlWriter) escape(s string) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '<':
			w.WriteString("&lt;")
		case c == '>':
			w.WriteString("&gt;")
		case c == '&':
			w.WriteString("&amp;")
		case c == '"':
			w.WriteString("&quot;")
		case c < ' ':
			fmt.Fprintf(w, "&#x%.2X;", c)
		default:
			w.WriteByte(c)
		}
	}
}

// Dot writes the graph for graphviz: actions as "key node", an arrow from each input.
func (g *Graph) Dot() []byte {
	var b bytes.Buffer
	names := map[int]string{}
	b.WriteString(" digraph \"g\" {\n")
	for _, s := range g.Synapses {
		for _, a := range s.Actions {
			names[a.ID] = a.Key
			if a.Node != "" {
				names[a.ID] += " " + a.Node
			}
			font := "black"
			if a.Kind == Pseudo {
				font = "orange"
			}
			fmt.Fprintf(&b, "%q [ style=bold color=\"green\" fontcolor=%q]\n", names[a.ID], font)
		}
	}
	for _, s := range g.Synapses {
		for _, id := range s.Inputs {
			fmt.Fprintf(&b, "%q -> %q [ style = bold]\n", names[id], names[s.Actions[0].ID])
		}
	}
	b.WriteString("}\n")
	return b.Bytes()
}
