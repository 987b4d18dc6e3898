package status

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
)

// Failcount is how often one operation of a resource failed on a node, as the
// transient attributes "fail-count-RSC#OP_INTERVAL" have it.
type Failcount struct {
	Node, Resource string
	Operation      string
	IntervalMS     string
	Count          int  // fails; meaningless where Infinite
	Infinite       bool // more than can be counted
	Last           int64
}

// FailcountFilter narrows a listing; empty fields match all.
type FailcountFilter struct{ Resource, Node, Operation, Interval string }

// ReadFailcounts reads all fail counts of a document.
func ReadFailcounts(doc *cib.Document) []Failcount {
	var found []Failcount
	names := nodeNames(doc)
	section := doc.Find("status")
	if section == nil {
		return nil
	}
	for _, state := range section.SelectElements("node_state") {
		node := names[state.SelectAttrValue("id", "")]
		if node == "" {
			node = state.SelectAttrValue("uname", "")
		}
		values := transient(state)
		for _, pair := range values {
			if f, ok := parseFailcount(pair); ok {
				f.Node = node
				f.Last = lastFailure(values, pair.Name)
				found = append(found, f)
			}
		}
	}
	return found
}

// transient returns the attributes of a node that last until it leaves.
func transient(state *cib.Element) []Attribute {
	var list []Attribute
	for _, t := range state.SelectElements("transient_attributes") {
		for _, set := range t.SelectElements("instance_attributes") {
			for _, pair := range set.SelectElements("nvpair") {
				list = append(list, Attribute{Name: pair.SelectAttrValue("name", ""), Value: pair.SelectAttrValue("value", "")})
			}
		}
	}
	return list
}

func parseFailcount(a Attribute) (Failcount, bool) {
	name, ok := strings.CutPrefix(a.Name, "fail-count-")
	if !ok {
		return Failcount{}, false
	}
	f := Failcount{Resource: name}
	if at := strings.LastIndexByte(name, '#'); at >= 0 {
		f.Resource = name[:at]
		op := name[at+1:]
		if under := strings.LastIndexByte(op, '_'); under >= 0 {
			f.Operation, f.IntervalMS = op[:under], op[under+1:]
		}
	}
	if strings.EqualFold(strings.TrimPrefix(a.Value, "+"), "INFINITY") {
		f.Infinite = true
		return f, true
	}
	n, err := strconv.Atoi(a.Value)
	f.Count, f.Infinite = n, n >= 1000000
	return f, err == nil
}

func lastFailure(values []Attribute, failcount string) int64 {
	want := "last-failure-" + strings.TrimPrefix(failcount, "fail-count-")
	for _, a := range values {
		if a.Name == want {
			at, _ := strconv.ParseInt(a.Value, 10, 64)
			return at
		}
	}
	return 0
}

// nodeNames maps node ids to names.
func nodeNames(doc *cib.Document) map[string]string {
	names := map[string]string{}
	if section := doc.Find("nodes"); section != nil {
		for _, n := range section.SelectElements("node") {
			names[n.SelectAttrValue("id", "")] = n.SelectAttrValue("uname", "")
		}
	}
	return names
}

// FailcountsText prints fail counts as "resource failcount show" does: one sum
// for each resource and node, or with full every operation.
func FailcountsText(list []Failcount, filter FailcountFilter, full bool) string {
	byResource := map[string][]Failcount{}
	for _, f := range list {
		if filter.matches(f) {
			byResource[f.Resource] = append(byResource[f.Resource], f)
		}
	}
	if len(byResource) == 0 {
		return "No failcounts" + filter.words(filter.Resource) + "\n"
	}
	var b strings.Builder
	for _, rsc := range slices.Sorted(maps.Keys(byResource)) {
		fmt.Fprintf(&b, "Failcounts%s\n", filter.words(rsc))
		byNode := map[string][]Failcount{}
		for _, f := range byResource[rsc] {
			byNode[f.Node] = append(byNode[f.Node], f)
		}
		for _, node := range slices.Sorted(maps.Keys(byNode)) {
			if !full {
				fmt.Fprintf(&b, "  %s: %s\n", node, sum(byNode[node]))
				continue
			}
			fmt.Fprintf(&b, "  %s:\n", node)
			fails := byNode[node]
			sort.Slice(fails, func(i, j int) bool { return fails[i].operation() < fails[j].operation() })
			for _, f := range fails {
				fmt.Fprintf(&b, "    %s: %s\n", f.operation(), sum([]Failcount{f}))
			}
		}
	}
	return b.String()
}

func (f Failcount) operation() string { return f.Operation + " " + f.IntervalMS + "ms" }

func (w FailcountFilter) matches(f Failcount) bool {
	return (w.Resource == "" || w.Resource == f.Resource) && (w.Node == "" || w.Node == f.Node) &&
		(w.Operation == "" || w.Operation == f.Operation) &&
		(w.Interval == "" || intervalMS(w.Interval) == f.IntervalMS)
}

// words describes the filter: " for operation 'x' of resource 'y' on node 'z'".
func (w FailcountFilter) words(resource string) string {
	text := ""
	if w.Operation != "" {
		text += fmt.Sprintf(" for operation '%s'", w.Operation)
		if w.Interval != "" {
			text += fmt.Sprintf(" with interval '%s'", w.Interval)
		}
	}
	if resource != "" {
		text += choose(w.Operation != "", " of", " for") + fmt.Sprintf(" resource '%s'", resource)
	}
	if w.Node != "" {
		text += fmt.Sprintf(" on node '%s'", w.Node)
	}
	return text
}

func sum(list []Failcount) string {
	total := 0
	for _, f := range list {
		if f.Infinite {
			return "INFINITY"
		}
		total += f.Count
	}
	return strconv.Itoa(total)
}

// intervalMS writes an interval as users type it ("10", "10s", "1min") in ms;
// what is none stays.
func intervalMS(text string) string {
	ms, ok := value.Milliseconds(text)
	if !ok {
		return text
	}
	return strconv.FormatInt(ms, 10)
}
