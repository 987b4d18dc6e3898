package daemon

import (
	"testing"

	"gpcs/internal/cib"
)

// A change that has to wait is not in the document when it was taken, and is
// there after its time.
func TestDampenedAttributeIsWrittenLater(t *testing.T) {
	n := newNode(t, true)
	n.mustDo("start")
	must(t, n.Idle(n.context()))
	i := n.current()
	documents, stop := i.cluster.WatchDocument()
	defer stop()
	value := "7"
	d := &cib.Dampen{Attribute: "pingd", Node: "1", Value: &value, Milliseconds: 1}
	_, err := n.Submit(n.context(), cib.Request{ID: "a", Dampen: d, Ops: []cib.Op{{Kind: cib.Modify,
		XML: `<cib><status><node_state id="1" uname="alone"><transient_attributes id="1"><instance_attributes id="status-1">` +
			`<nvpair id="status-1-pingd" name="pingd" value="7"/></instance_attributes></transient_attributes></node_state></status></cib>`}}})
	must(t, err)
	for ctx := n.context(); ; {
		if have := i.attribute(d); have != nil && *have == value {
			return
		}
		select {
		case <-documents:
		case <-ctx.Done():
			t.Fatal("the attribute was never written")
		}
	}
}
