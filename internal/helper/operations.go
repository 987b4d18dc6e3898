package helper

import (
	"fmt"
	"sort"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/engine/sched"
	"gpcs/internal/status"
)

// Operations lists what was done with resources: crm_resource
// --list-operations and --list-all-operations. Empty names match all.
type Operations struct {
	Doc            *cib.Document
	View           *status.View
	Resource, Node string
	Active         bool // only what brought resources into the state in which they are
}

// done is one operation of the history.
type done struct {
	*sched.HistoryEntry
	resource, agent, node string
}

func (o Operations) list() []done {
	section := o.Doc.Find("status")
	if section == nil {
		return nil
	}
	var all []done
	for _, state := range section.SelectElements("node_state") {
		node := state.SelectAttrValue("uname", "")
		if o.Node != "" && o.Node != node {
			continue
		}
		for _, e := range state.FindElements("lrm/lrm_resources/lrm_resource") {
			id := e.SelectAttrValue("id", "")
			if o.Resource != "" && o.Resource != id {
				continue
			}
			agent := strings.Join([]string{e.SelectAttrValue("class", ""), e.SelectAttrValue("provider", ""), e.SelectAttrValue("type", "")}, ":")
			for _, h := range o.history(e) {
				all = append(all, done{h, id, agent, node})
			}
		}
	}
	return all
}

// history is that of one resource on a node, in the order in which it was made.
func (o Operations) history(e *cib.Element) []*sched.HistoryEntry {
	var list []*sched.HistoryEntry
	for _, op := range e.SelectElements("lrm_rsc_op") {
		list = append(list, sched.ParseEntry(op))
	}
	sort.SliceStable(list, func(i, j int) bool {
		return list[i].CallID >= 0 && (list[j].CallID < 0 || list[i].CallID < list[j].CallID)
	})
	if !o.Active {
		return list
	}
	start, stop := activeFrom(list)
	switch {
	case start < stop:
		return nil
	case start > 0:
		return list[start:]
	}
	return list
}

// activeFrom finds the operations that began and ended the last activity; -1
// where there is none.
func activeFrom(list []*sched.HistoryEntry) (start, stop int) {
	start, stop = -1, -1
	monitored, cloned := -1, -1
	for i, h := range list {
		switch {
		case h.Task == "stop" && h.ExecStatus == 0:
			stop = i
		case h.Task == "start", h.Task == "migrate_from":
			start = i
		case h.Task == "monitor" && monitored <= stop && (h.ExitStatus == 0 || h.ExitStatus == 8):
			monitored = i
		case h.Task == "promote", h.Task == "demote":
			cloned = i
		}
	}
	if start == -1 {
		if start = cloned; start == -1 {
			start = monitored
		}
	}
	return start, stop
}

// Text prints one operation a line.
func (o Operations) Text() string {
	var b strings.Builder
	for _, d := range o.list() {
		line := d.resource + ":"
		if known := o.View.Line(d.resource); known != "" {
			line = known + ":"
		}
		line += fmt.Sprintf(" %s (node=%s, call=%d, rc=%d", d.Key, d.node, d.CallID, d.ExitStatus)
		if d.LastChange > 0 {
			line += fmt.Sprintf(", last-rc-change='%s', exec=%dms", o.View.DateText(d.LastChange), d.ExecTimeMS)
		}
		b.WriteString(line + "): " + status.StateText(d.ExecStatus) + "\n")
	}
	return b.String()
}

// XML prints the same as one element; nil where nothing was done.
func (o Operations) XML() *cib.Element {
	all := o.list()
	if len(all) == 0 {
		return nil
	}
	root := cib.NewElement("operations")
	for _, d := range all {
		e := cib.NewElement("operation", "op", d.Key, "node", d.node, "call", fmt.Sprint(d.CallID), "rc", fmt.Sprint(d.ExitStatus),
			"status", status.StateText(d.ExecStatus), "rsc", d.resource, "agent", d.agent)
		if d.LastChange > 0 {
			e.CreateAttr("last-rc-change", o.View.DateText(d.LastChange))
			e.CreateAttr("exec-time", fmt.Sprint(d.ExecTimeMS))
		}
		root.AddChild(e)
	}
	return root
}
