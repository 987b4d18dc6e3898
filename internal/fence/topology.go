package fence

import (
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"gpcs/internal/cib"
)

// Levels returns the fencing topology of a node, the devices of each level by
// id, lowest index first: the levels that name it, else those of the first
// pattern or node attribute that fits. Without topology there is none.
func Levels(doc *cib.Document, target string) [][]string {
	section := doc.Find("fencing-topology")
	if section == nil {
		return nil
	}
	all := section.SelectElements("fencing-level")
	key := ""
	for _, l := range all {
		if strings.EqualFold(l.SelectAttrValue("target", "\x00"), target) {
			key = levelKey(l)
		}
	}
	for i := 0; i < len(all) && key == ""; i++ {
		if matches(doc, all[i], target) {
			key = levelKey(all[i])
		}
	}
	byIndex := map[int][]string{}
	for _, l := range all {
		index, err := strconv.Atoi(l.SelectAttrValue("index", ""))
		if key == "" || levelKey(l) != key || err != nil {
			continue
		}
		for _, d := range strings.Split(l.SelectAttrValue("devices", ""), ",") {
			byIndex[index] = append(byIndex[index], strings.TrimSpace(d))
		}
	}
	var indexes []int
	for i := range byIndex {
		indexes = append(indexes, i)
	}
	sort.Ints(indexes)
	var levels [][]string
	for _, i := range indexes {
		levels = append(levels, byIndex[i])
	}
	return levels
}

// levelKey names the set of targets that a level is for.
func levelKey(l *cib.Element) string {
	at := func(name string) string { return l.SelectAttrValue(name, "") }
	return strings.Join([]string{strings.ToLower(at("target")), at("target-pattern"), at("target-attribute"), at("target-value")}, "\x00")
}

func matches(doc *cib.Document, l *cib.Element, target string) bool {
	if pattern := l.SelectAttrValue("target-pattern", ""); pattern != "" {
		re, err := regexp.Compile(pattern)
		return err == nil && re.MatchString(target)
	}
	name := l.SelectAttrValue("target-attribute", "")
	return name != "" && slices.Contains(attribute(doc, target, name), l.SelectAttrValue("target-value", ""))
}

// attribute returns the values of a node's permanent attribute.
func attribute(doc *cib.Document, node, name string) []string {
	section := doc.Find("nodes")
	if section == nil {
		return nil
	}
	for _, n := range section.SelectElements("node") {
		if !strings.EqualFold(n.SelectAttrValue("uname", ""), node) {
			continue
		}
		if v, ok := plain(n, "instance_attributes")[name]; ok {
			return []string{v}
		}
	}
	return nil
}

// Working returns the nodes, by name, on which a device was last seen working:
// it was started or its last monitor there succeeded.
func Working(doc *cib.Document, device string) []string {
	section := doc.Find("status")
	if section == nil {
		return nil
	}
	var nodes []string
	for _, state := range section.SelectElements("node_state") {
		for _, lrm := range state.SelectElements("lrm") {
			for _, list := range lrm.SelectElements("lrm_resources") {
				for _, rsc := range list.SelectElements("lrm_resource") {
					if rsc.SelectAttrValue("id", "") == device && works(rsc) {
						nodes = append(nodes, state.SelectAttrValue("uname", ""))
					}
				}
			}
		}
	}
	return nodes
}

// Unreachable returns the devices, by id, that were tried and work on no node.
func Unreachable(doc *cib.Document) []string {
	status := doc.Find("status")
	var found []string
	for _, d := range Devices(doc, Site{}) {
		tried := status != nil && status.FindElement("node_state/lrm/lrm_resources/lrm_resource[@id='"+d.ID+"']/lrm_rsc_op[@operation='start']") != nil
		if tried && len(Working(doc, d.ID)) == 0 {
			found = append(found, d.ID)
		}
	}
	return found
}

// works tells whether the latest operation of a resource's history found it running.
func works(rsc *cib.Element) bool {
	latest, good := -1, false
	for _, op := range rsc.SelectElements("lrm_rsc_op") {
		call, err := strconv.Atoi(op.SelectAttrValue("call-id", ""))
		if err != nil || call < latest {
			continue
		}
		operation := op.SelectAttrValue("operation", "")
		latest = call
		good = (operation == "start" || operation == "monitor") && op.SelectAttrValue("rc-code", "") == "0"
	}
	return good
}
