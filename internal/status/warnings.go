package status

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/fence"
)

// Warnings lists what is wrong with a configuration as "pcs status" says it.
// stonith is the effective cluster property; watchdog tells that nodes fence
// themselves by SBD.
func Warnings(doc *cib.Document, stonith, watchdog bool) []string {
	var found []string
	devices := stonithDevices(doc)
	if stonith && !watchdog && len(devices) == 0 {
		found = append(found, "No stonith devices and stonith-enabled is not false")
	}
	withAction := devicesWith(devices, func(name, value string) bool { return name == "action" && value != "" })
	if len(withAction) > 0 {
		found = append(found, fmt.Sprintf("Following stonith devices have the 'action' option set, it is recommended "+
			"to set 'pcmk_off_action', 'pcmk_reboot_action' instead: %s", quoted(withAction)))
	}
	cycling := devicesWith(devices, func(name, value string) bool { return name == "method" && value == "cycle" })
	if len(cycling) > 0 {
		found = append(found, fmt.Sprintf("Following stonith devices have the 'method' option set to 'cycle' which is "+
			"potentially dangerous, please consider using 'onoff': %s", quoted(cycling)))
	}
	if moved := movedResources(doc); len(moved) > 0 {
		found = append(found, fmt.Sprintf("Following resources have been moved and their move constraints are still in "+
			"place: %s\nRun 'pcs constraint location' or 'pcs resource clear <resource id>' to view or remove the "+
			"constraints, respectively", quoted(moved)))
	}
	return found
}

// DeviceTroubles names fence devices that are of no use, before they are
// needed: by what the members found when they tested them, and where they have
// not yet, by the history.
func (v *View) DeviceTroubles(doc *cib.Document, matrix []fence.Row) []string {
	if !v.Summary.Options.Stonith {
		return nil
	}
	unreachable := fence.Unreachable(doc)
	var found []string
	for _, row := range matrix {
		id := row.Device
		if row.Nowhere() || !row.Tested() && slices.Contains(unreachable, id) {
			found = append(found, fmt.Sprintf("Fence device '%s' works on no node: what it is for cannot be fenced by it.\n"+
				"See 'pcs stonith status --full' and the failed actions, and run 'pcs stonith cleanup %s' once it is mended", id, id))
		}
		for _, node := range row.Helpless() {
			found = append(found, fmt.Sprintf("Fence device '%s' works on node '%s' only, which it is to fence: the other nodes cannot "+
				"fence '%s' by it.\nSee 'pcs stonith status --full'", id, node, node))
		}
	}
	return found
}

// FencingTroubles says of each lost node that could not be fenced why it could
// not, and what to do: until then nothing that it ran is recovered.
func (v *View) FencingTroubles() []string {
	var found []string
	for _, n := range v.Nodes {
		var last fence.Record
		for _, r := range v.Fencing {
			if strings.EqualFold(r.Target, n.Name) {
				last = r
			}
		}
		if !n.Unclean || last.State != fence.Failed {
			continue
		}
		found = append(found, fmt.Sprintf("Node '%s' has to be fenced and could not be (%s): nothing that it ran is recovered before that.\n"+
			"Mend the fence device, or make sure that the node is switched off and run 'pcs stonith confirm %s'",
			n.Name, last.Reason, n.Name))
	}
	return found
}

// stonithDevices returns the fence devices outside templates. Those of
// fence_sbd take "method" and "action" for good reasons and are left out by
// devicesWith.
func stonithDevices(doc *cib.Document) []*cib.Element {
	section := doc.Find("resources")
	if section == nil {
		return nil
	}
	var devices []*cib.Element
	for _, p := range section.FindElements(".//primitive") {
		if p.SelectAttrValue("class", "") == "stonith" {
			devices = append(devices, p)
		}
	}
	return devices
}

func devicesWith(devices []*cib.Element, is func(name, value string) bool) []string {
	var ids []string
	for _, d := range devices {
		if d.SelectAttrValue("type", "") == "fence_sbd" {
			continue
		}
		for _, pair := range d.FindElements("instance_attributes/nvpair") {
			if is(pair.SelectAttrValue("name", ""), pair.SelectAttrValue("value", "")) {
				ids = appendNew(ids, d.SelectAttrValue("id", ""))
			}
		}
	}
	sort.Strings(ids)
	return ids
}

// movedResources names the resources with constraints that a move or a ban left.
func movedResources(doc *cib.Document) []string {
	section := doc.Find("constraints")
	if section == nil {
		return nil
	}
	var moved []string
	for _, l := range section.SelectElements("rsc_location") {
		id := l.SelectAttrValue("id", "")
		if rsc := l.SelectAttrValue("rsc", ""); rsc != "" &&
			(strings.HasPrefix(id, "cli-prefer-") || strings.HasPrefix(id, "cli-ban-")) {
			moved = appendNew(moved, rsc)
		}
	}
	sort.Strings(moved)
	return moved
}

func quoted(list []string) string { return "'" + strings.Join(list, "', '") + "'" }
