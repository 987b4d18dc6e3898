package history

import (
	"fmt"
	"strconv"
	"strings"

	"gpcs/internal/cib"
)

// infinity is the score that stands for "no more tries".
const infinity = 1000000

// FailCountName is the node attribute that counts the failures of an
// operation: fail-count-RSC#OPERATION_INTERVAL.
func FailCountName(o Op) string { return failureName("fail-count", o) }

// LastFailureName is the node attribute with the epoch second of the last one.
func LastFailureName(o Op) string { return failureName("last-failure", o) }

func failureName(prefix string, o Op) string {
	return fmt.Sprintf("%s-%s#%s_%d", prefix, o.Rsc.ID, o.Operation, o.IntervalMS)
}

// failures returns the <transient_attributes> that a failed result sets, nil
// if it sets none. Recurring operations, promote and demote count up; a failed
// stop, and a failed start unless start-failure-is-fatal is false, is final at
// once. Probes, notifications, migrations and what on-fail=ignore says to
// ignore leave the count alone.
func failures(doc *cib.Document, n Node, r Result, nowS int64) *cib.Element {
	if !r.Failed() {
		return nil
	}
	final := false
	switch {
	case r.Op.IntervalMS > 0, r.Op.Operation == Promote, r.Op.Operation == Demote:
	case r.Op.Operation == Stop:
		final = true
	case r.Op.Operation == Start:
		final = startFailureIsFatal(doc)
	default:
		return nil
	}
	set := cib.NewElement("instance_attributes", "id", "status-"+n.ID)
	if r.Op.Attr("CRM_meta_on_fail") != "ignore" {
		count := infinity
		if !final {
			count = min(infinity, counted(doc, n, FailCountName(r.Op))+1)
		}
		set.AddChild(attribute(doc, n, FailCountName(r.Op), score(count)))
	}
	set.AddChild(attribute(doc, n, LastFailureName(r.Op), strconv.FormatInt(nowS, 10)))
	t := cib.NewElement("transient_attributes", "id", n.ID)
	t.AddChild(set)
	return t
}

// attribute is the nvpair of a node attribute, under the id that it has or,
// new, the one that Pacemaker's attribute manager would give it.
func attribute(doc *cib.Document, n Node, name, value string) *cib.Element {
	id := "status-" + n.ID + "-" + sanitize(name)
	if old := findAttribute(doc, n, name); old != nil {
		id = old.SelectAttrValue("id", id)
	}
	return cib.NewElement("nvpair", "id", id, "name", name, "value", value)
}

// sanitize makes a text fit to be part of an XML id.
func sanitize(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.', c > 0x7f:
			return c
		}
		return '.'
	}, name)
}

func findAttribute(doc *cib.Document, n Node, name string) *cib.Element {
	state := findState(doc, n.ID)
	if state == nil {
		return nil
	}
	for _, nv := range state.FindElements("./transient_attributes/instance_attributes/nvpair") {
		if nv.SelectAttrValue("name", "") == name {
			return nv
		}
	}
	return nil
}

func counted(doc *cib.Document, n Node, name string) int {
	nv := findAttribute(doc, n, name)
	if nv == nil {
		return 0
	}
	switch v := nv.SelectAttrValue("value", ""); v {
	case "INFINITY", "+INFINITY":
		return infinity
	default:
		c, err := strconv.Atoi(v)
		if err != nil {
			return 0
		}
		return c
	}
}

func score(n int) string {
	if n >= infinity {
		return "INFINITY"
	}
	return strconv.Itoa(n)
}

// startFailureIsFatal reads the cluster option of that name, true by default.
func startFailureIsFatal(doc *cib.Document) bool {
	if doc == nil {
		return true
	}
	conf := doc.Find("crm_config")
	if conf == nil {
		return true
	}
	for _, nv := range conf.FindElements("./cluster_property_set/nvpair") {
		if nv.SelectAttrValue("name", "") == "start-failure-is-fatal" {
			switch strings.ToLower(nv.SelectAttrValue("value", "")) {
			case "false", "off", "no", "n", "0":
				return false
			}
			return true
		}
	}
	return true
}
