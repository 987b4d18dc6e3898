package controller

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/cib"
)

// membership returns the operations that make the document say what the view
// says; none if it does already.
func membership(cfg Config, doc *cib.Document, v View) []cib.Op {
	var ops []cib.Op
	if root := cib.NewElement("cib", "have-quorum", flag(v.Quorate), "dc-uuid", idText(v.Self),
		"crm_feature_set", lowestFeatureSet(cfg, v)); !holds(doc.Root(), root) {
		ops = append(ops, modify(root))
	}
	if conf := bootstrapOptions(cfg, doc); conf != nil {
		ops = append(ops, modify(conf))
	}
	for _, n := range v.Nodes {
		ops = append(ops, nodeEntry(doc, n)...)
		ops = append(ops, nodeState(cfg, doc, n)...)
	}
	return ops
}

// lowestFeatureSet is what the document is written for while nodes are
// upgraded: what the oldest member understands. In Pacemaker that one is the DC.
func lowestFeatureSet(cfg Config, v View) string {
	lowest := cfg.FeatureSet
	for _, n := range v.Nodes {
		if n.Online && n.FeatureSet != "" && older(n.FeatureSet, lowest) {
			lowest = n.FeatureSet
		}
	}
	return lowest
}

// older compares crm_feature_set values number by number.
func older(a, b string) bool {
	numbers := func(s string) []int {
		var out []int
		for part := range strings.SplitSeq(s, ".") {
			n, _ := strconv.Atoi(part) // what is no number is older than all
			out = append(out, n)
		}
		return out
	}
	return slices.Compare(numbers(a), numbers(b)) < 0
}

func modify(e *cib.Element) cib.Op { return cib.Op{Kind: cib.Modify, XML: string(cib.Print(e))} }

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// holds tells whether an element has all attributes of another with the same values.
func holds(e, want *cib.Element) bool {
	for _, a := range want.Attr {
		if e.SelectAttrValue(a.Key, "\x00") != a.Value {
			return false
		}
	}
	return true
}

// bootstrapOptions returns the options that the cluster itself sets, or nil.
func bootstrapOptions(cfg Config, doc *cib.Document) *cib.Element {
	const id = "cib-bootstrap-options"
	conf := cib.NewElement("crm_config")
	set := cib.NewElement("cluster_property_set", "id", id)
	conf.AddChild(set)
	for _, o := range [][2]string{{"have-watchdog", strconv.FormatBool(cfg.HaveWatchdog)}, {"dc-version", cfg.Version},
		{"cluster-infrastructure", "corosync"}, {"cluster-name", cfg.ClusterName}} {
		if !optionSet(doc, o[0], o[1]) {
			set.AddChild(cib.NewElement("nvpair", "id", id+"-"+o[0], "name", o[0], "value", o[1]))
		}
	}
	if len(set.Child) == 0 {
		return nil
	}
	return conf
}

func optionSet(doc *cib.Document, name, value string) bool {
	conf := doc.Find("crm_config")
	if conf == nil {
		return false
	}
	for _, set := range conf.SelectElements("cluster_property_set") {
		for _, nv := range set.SelectElements("nvpair") {
			if nv.SelectAttrValue("name", "") == name {
				return nv.SelectAttrValue("value", "") == value
			}
		}
	}
	return false
}

// nodeEntry adds the node to the configuration if it is not there. One that
// left on purpose had its entry: it is being taken out of the cluster.
func nodeEntry(doc *cib.Document, n Node) []cib.Op {
	if n.Left && !n.Online {
		return nil
	}
	want := cib.NewElement("node", "id", idText(n.ID), "uname", n.Name)
	if nodes := doc.Find("nodes"); nodes != nil {
		for _, e := range nodes.SelectElements("node") {
			if holds(e, want) {
				return nil
			}
		}
	}
	section := cib.NewElement("nodes")
	section.AddChild(want)
	return []cib.Op{modify(section)}
}

func findState(doc *cib.Document, id string) *cib.Element {
	if status := doc.Find("status"); status != nil {
		for _, e := range status.SelectElements("node_state") {
			if e.SelectAttrValue("id", "") == id {
				return e
			}
		}
	}
	return nil
}

// WantsToLeave tells whether a node's wish to leave stands in the document. It
// goes with all else of an earlier daemon when the DC writes down that the node
// has joined, even where the new daemon has said it already.
func WantsToLeave(doc *cib.Document, id string) bool {
	state := findState(doc, id)
	return state != nil && state.FindElement("transient_attributes/instance_attributes/nvpair[@name='shutdown']") != nil
}

// nodeState brings one node's entry in the status section up to date. What a
// joining node runs is not taken from history but found out by probes.
func nodeState(cfg Config, doc *cib.Document, n Node) []cib.Op {
	id := idText(n.ID)
	have := findState(doc, id)
	if isFenced(have, n.Incarnation) {
		n.Online, n.Left = false, true
	}
	if !n.Online {
		return offline(have, n)
	}
	want := cib.NewElement("node_state", "id", id, "uname", n.Name, "in_ccm", "true", "crmd", "online",
		"join", "member", "expected", "member", "incarnation", n.life())
	if have != nil && holds(have, want) {
		return nil
	}
	var ops []cib.Op
	if have != nil {
		ops = append(ops, forgetUnless(want, "lrm"), forgetUnless(want, "transient_attributes"))
	}
	want.CreateAttr("crm-debug-origin", "do_state_transition")
	want.AddChild(featureSet(cmp.Or(n.FeatureSet, cfg.FeatureSet), id))
	lrm := cib.NewElement("lrm", "id", id)
	lrm.CreateElement("lrm_resources")
	want.AddChild(lrm)
	return append(ops, modifyState(want))
}

func modifyState(state *cib.Element) cib.Op {
	status := cib.NewElement("status")
	status.AddChild(state)
	return modify(status)
}

func forget(id, part string) cib.Op {
	return cib.Op{Kind: cib.Delete, Path: fmt.Sprintf("/cib/status/node_state[@id='%s']/%s", id, part)}
}

// forgetUnless forgets a part of a node's state unless that is as wanted by the
// time at which the change is made: where the view has changed meanwhile the
// next DC may have written the same, and history may have come since.
func forgetUnless(want *cib.Element, part string) cib.Op {
	var same []string
	for _, a := range want.Attr {
		if a.Key != "id" {
			same = append(same, fmt.Sprintf("@%s='%s'", a.Key, a.Value))
		}
	}
	return cib.Op{Kind: cib.Delete, Path: fmt.Sprintf("/cib/status/node_state[@id='%s' and not(%s)]/%s",
		want.SelectAttrValue("id", ""), strings.Join(same, " and "), part)}
}

func featureSet(name, id string) *cib.Element {
	attrs := cib.NewElement("transient_attributes", "id", id)
	set := cib.NewElement("instance_attributes", "id", "status-"+id)
	set.AddChild(cib.NewElement("nvpair", "id", "status-"+id+"-.feature-set", "name", "#feature-set", "value", name))
	attrs.AddChild(set)
	return attrs
}

// offline marks a node that was seen before as gone; one never seen has no entry.
func offline(have *cib.Element, n Node) []cib.Op {
	if have == nil {
		return nil
	}
	want := cib.NewElement("node_state", "id", idText(n.ID), "uname", n.Name, "in_ccm", "false", "crmd", "offline", "join", "down")
	if n.Left {
		want.CreateAttr("expected", "down")
	}
	if holds(have, want) {
		return nil
	}
	want.CreateAttr("crm-debug-origin", "post_cache_update")
	return []cib.Op{forget(idText(n.ID), "transient_attributes"), modifyState(want)}
}
