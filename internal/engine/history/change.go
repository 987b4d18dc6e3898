package history

import (
	"fmt"
	"strconv"

	"gpcs/internal/cib"
)

// Node names the node whose status section a change is for.
type Node struct {
	ID   string // as in <node id="1">
	Name string
}

// Changes returns what a result changes in the document: its entries in the
// status section and, for a failure, the fail count. It reads the counts so far
// from doc. nowS is the epoch second written as the time of the failure.
// Results that leave no trace (cancelled, cancel, delete) change nothing.
func Changes(doc *cib.Document, n Node, r Result, a Agent, nowS int64) []cib.Op {
	if r.Op.Operation == Cancel || r.Op.Operation == Delete {
		return nil
	}
	entries := Record(n.Name, r, a)
	if len(entries) == 0 {
		return nil
	}
	state := nodeState(n, r.Op, entries)
	if attrs := failures(doc, n, r, nowS); attrs != nil {
		state.AddChild(attrs)
	}
	status := cib.NewElement("status")
	status.AddChild(state)
	return []cib.Op{{Kind: cib.Modify, XML: string(cib.Print(status))}}
}

// PendingOp is the result of an operation that was begun and has not ended.
func PendingOp(o Op, callID int, nowS int64) Result {
	return Result{Op: o, Outcome: Outcome{RC: RCUnknown, Status: Pending}, CallID: callID, RunAt: nowS, RCChange: nowS}
}

// nodeState wraps the entries in the elements under which they belong.
func nodeState(n Node, o Op, entries []*cib.Element) *cib.Element {
	rsc := cib.NewElement("lrm_resource", "id", o.Rsc.ID, "type", o.Rsc.Type, "class", o.Rsc.Class)
	if o.Rsc.Provider != "" {
		rsc.CreateAttr("provider", o.Rsc.Provider)
	}
	if c := o.Attr("CRM_meta_container"); c != "" {
		rsc.CreateAttr("container", c)
	}
	for _, e := range entries {
		rsc.AddChild(e)
	}
	list := cib.NewElement("lrm_resources")
	list.AddChild(rsc)
	lrm := cib.NewElement("lrm", "id", n.ID)
	lrm.AddChild(list)
	state := cib.NewElement("node_state", "id", n.ID, "uname", n.Name, "crm-debug-origin", origin)
	state.AddChild(lrm)
	return state
}

// LastCallID returns the highest call id in a node's history, 0 if it has none.
func LastCallID(doc *cib.Document, nodeID string) int {
	highest := 0
	state := findState(doc, nodeID)
	if state == nil {
		return 0
	}
	for _, op := range state.FindElements("./lrm/lrm_resources/lrm_resource/lrm_rsc_op") {
		if id, err := strconv.Atoi(op.SelectAttrValue("call-id", "")); err == nil {
			highest = max(highest, id)
		}
	}
	return highest
}

func findState(doc *cib.Document, nodeID string) *cib.Element {
	if doc == nil {
		return nil
	}
	status := doc.Find("status")
	if status == nil {
		return nil
	}
	for _, s := range status.SelectElements("node_state") {
		if s.SelectAttrValue("id", "") == nodeID {
			return s
		}
	}
	return nil
}

// String names the node for logs.
func (n Node) String() string { return fmt.Sprintf("%s (%s)", n.Name, n.ID) }
