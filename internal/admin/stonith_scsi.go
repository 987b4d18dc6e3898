package admin

import (
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/report"
)

// scsiAgents are the fence agents that shut nodes out of disks.
var scsiAgents = []string{"fence_mpath", "fence_scsi"}

// ScsiDevices is what update-scsi-devices does to a device's list of disks:
// Set takes its place, or Add and Remove change it.
type ScsiDevices struct{ Set, Add, Remove []string }

// UpdateScsiDevices changes the disks of a fence device.
func UpdateScsiDevices(doc *cib.Document, id string, c ScsiDevices) report.List {
	e, out := lookUp(doc, id, "primitive")
	if e == nil {
		return out
	}
	if agent := e.SelectAttrValue("type", ""); !isStonith(e) || !slices.Contains(scsiAgents, agent) {
		return report.List{report.NewError("STONITH_RESTARTLESS_UPDATE_UNSUPPORTED_AGENT", fmt.Sprintf(
			"Resource '%s' is not a stonith resource or its type '%s' is not supported for devices update, supported types: %s",
			id, agent, report.Quote(scsiAgents)))}
	}
	said, given := nvsetValue(e, "instance_attributes", "devices")
	if !given {
		return report.List{report.NewError("STONITH_RESTARTLESS_UPDATE_UNABLE_TO_PERFORM", fmt.Sprintf(
			"Unable to perform restartless update of scsi devices: no devices option configured for stonith device '%s'", id))}
	}
	now := strings.FieldsFunc(said, func(r rune) bool { return r == ',' || r == ' ' })
	if c.Set == nil {
		if out = c.check(id, now); out.Failed() {
			return out
		}
		now = slices.DeleteFunc(now, func(d string) bool { return slices.Contains(c.Remove, d) })
		c.Set = append(now, c.Add...)
	}
	devices := slices.Compact(slices.Sorted(slices.Values(c.Set)))
	newIDs(doc).updateNvset(e, "instance_attributes", Pairs{{"devices", strings.Join(devices, ",")}})
	return nil
}

// check says which disks cannot be added or removed.
func (c ScsiDevices) check(id string, now []string) report.List {
	var out report.List
	fault := func(code, text string, devices []string) {
		if len(devices) > 0 {
			out = append(out, report.NewError(code, fmt.Sprintf(text, plural(len(devices), "device"), quoteSorted(devices))))
		}
	}
	in := func(list []string) func(string) bool {
		return func(d string) bool { return slices.Contains(list, d) }
	}
	notIn := func(list []string) func(string) bool {
		return func(d string) bool { return !slices.Contains(list, d) }
	}
	fault("ADD_REMOVE_CANNOT_ADD_ITEMS_ALREADY_IN_THE_CONTAINER", "Cannot add %s %s, already present in stonith resource '"+id+"'",
		slices.DeleteFunc(slices.Clone(c.Add), notIn(now)))
	fault("ADD_REMOVE_CANNOT_REMOVE_ITEMS_NOT_IN_THE_CONTAINER", "Cannot remove %s %s, not present in stonith resource '"+id+"'",
		slices.DeleteFunc(slices.Clone(c.Remove), in(now)))
	fault("ADD_REMOVE_CANNOT_ADD_AND_REMOVE_ITEMS_AT_THE_SAME_TIME", "%s cannot be added and removed at the same time: %s",
		slices.DeleteFunc(slices.Clone(c.Add), notIn(c.Remove)))
	left := slices.DeleteFunc(slices.Clone(now), in(c.Remove))
	if len(left)+len(c.Add) == 0 {
		out = append(out, report.NewError("ADD_REMOVE_CANNOT_REMOVE_ALL_ITEMS_FROM_THE_CONTAINER", fmt.Sprintf(
			"Cannot remove all devices from stonith resource '%s'", id)))
	}
	return out
}
