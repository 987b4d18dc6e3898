package admin

import (
	"fmt"
	"net/netip"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
	"gpcs/internal/report"
)

// Doubts warns of what a change brought in that is accepted and makes trouble
// later: an order that goes round in a circle, an address that is none, an
// interval that is no time, two nodes that go on without quorum or fencing.
// What the document had before is not told again. A file is often made up step
// by step: circles of resource sets are told only when they are to take effect.
func Doubts(before, after *cib.Document, effective bool) report.List {
	known := map[string]bool{}
	for _, r := range doubts(before, effective) {
		known[r.Text] = true
	}
	var out report.List
	for _, r := range doubts(after, effective) {
		if !known[r.Text] {
			out = append(out, r)
		}
	}
	return out
}

func doubts(doc *cib.Document, effective bool) report.List {
	var out report.List
	add := func(code, format string, args ...any) {
		out = append(out, report.NewWarning(code, fmt.Sprintf(format, args...)))
	}
	if circle := orderCircle(doc, effective); circle != nil {
		add("ORDER_CIRCLE", "Order constraints form a circle: %s; the cluster ignores some of them or waits for ever when it stops or "+
			"starts these resources, remove one: pcs constraint delete", strings.Join(circle, " then "))
	}
	for _, r := range allResources(doc) {
		if r.Tag == "primitive" {
			primitiveDoubts(r, add)
		}
	}
	if recklessPair(doc) {
		add("NO_QUORUM_NO_FENCING", "With no-quorum-policy=ignore and without fencing two nodes that do not hear each other both run all "+
			"resources, and shared data is lost; enable fencing or set no-quorum-policy to 'stop'")
	}
	return out
}

// addressOptions are the options of agents that hold one IP address.
var addressOptions = map[string]string{
	"IPaddr": "ip", "IPaddr2": "ip", "IPv6addr": "ipv6addr", "IPsrcaddr": "ipaddress",
}

func primitiveDoubts(r *cib.Element, add func(code, format string, args ...any)) {
	id := elementID(r)
	if option := addressOptions[r.SelectAttrValue("type", "")]; option != "" && r.SelectAttrValue("provider", "") == "heartbeat" {
		if v, set := nvsetValue(r, "instance_attributes", option); set && v != "" {
			if _, err := netip.ParseAddr(v); err != nil {
				add("NOT_AN_ADDRESS", "Resource '%s': %s=%s is not an IP address, the resource will not start", id, option, v)
			}
		}
	}
	ops := r.SelectElement("operations")
	if ops == nil {
		return
	}
	for _, op := range ops.SelectElements("op") {
		if v := op.SelectAttrValue("interval", ""); v != "" && !isTime(v) {
			add("NOT_A_TIME", "Resource '%s': interval=%s of operation %s is not a time, the operation will not be repeated", id, v, op.SelectAttrValue("name", ""))
		}
	}
}

// isTime tells whether a text is a span of time as operations have it.
func isTime(text string) bool {
	if _, ok := value.ReadDuration(text); ok {
		return true
	}
	_, ok := seconds(text)
	return ok
}

// recklessPair tells whether a cluster of at most two nodes goes on without
// quorum though it cannot fence.
func recklessPair(doc *cib.Document) bool {
	config, nodes := doc.Find("crm_config"), doc.Find("nodes")
	if config == nil || nodes == nil || len(nodes.SelectElements("node")) != 2 {
		return false
	}
	if v, _ := nvsetValue(config, propertySet, "no-quorum-policy"); v != "ignore" {
		return false
	}
	return fencingMissing(doc) || !fencingOn(doc)
}
