package conf

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"gpcs/internal/report"
)

// SBD is what `stonith sbd enable` is told, with the defaults of sbd(8).
type SBD struct {
	Options   map[string]string   // by name, in capitals
	Watchdog  string              // where a node has none of its own; "" = /dev/watchdog
	Watchdogs map[string]string   // by node
	Devices   []string            // where a node has none of its own
	NodeDevs  map[string][]string // by node
}

// maxSBDDevices is how many disks sbd takes for one node.
const maxSBDDevices = 3

// Names of SBD's options that may be set, and of those that the cluster sets
// itself.
var (
	sbdNames   = []string{"SBD_DELAY_START", "SBD_STARTMODE", "SBD_TIMEOUT_ACTION", "SBD_WATCHDOG_TIMEOUT"}
	sbdBanned  = []string{"SBD_DEVICE", "SBD_OPTS", "SBD_PACEMAKER", "SBD_WATCHDOG_DEV"}
	sbdActions = []string{"flush", "noflush"}
	sbdEnds    = []string{"crashdump", "off", "reboot"}
)

// Validate checks SBD's options for the nodes of a cluster; force lets options
// through that pcs does not know.
func (s SBD) Validate(nodes []string, force bool) report.List {
	var out report.List
	for _, n := range s.named() {
		if !slices.Contains(nodes, n) {
			out = append(out, nodeNotFound(n))
		}
	}
	for _, n := range sortedKeys(s.Watchdogs) {
		if w := s.Watchdogs[n]; w == "" || !path.IsAbs(w) {
			out = append(out, report.NewError("WATCHDOG_INVALID", fmt.Sprintf("Watchdog path '%s' is invalid.", w)))
		}
	}
	if len(s.Devices) > 0 || len(s.NodeDevs) > 0 {
		for _, n := range nodes {
			out = append(out, s.devicesOf(n)...)
		}
	}
	return append(out, s.options(force)...)
}

// named lists the nodes that anything is said of.
func (s SBD) named() []string {
	all := sortedKeys(s.Watchdogs)
	for _, n := range sortedKeys(s.NodeDevs) {
		if !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return sorted(all)
}

func (s SBD) devicesOf(node string) report.List {
	devices, own := s.NodeDevs[node]
	if !own {
		devices = s.Devices
	}
	var out report.List
	switch {
	case len(devices) == 0:
		out = append(out, report.NewError("SBD_NO_DEVICE_FOR_NODE", fmt.Sprintf("No SBD device specified for node '%s'", node)))
	case len(devices) > maxSBDDevices:
		out = append(out, report.NewError("SBD_TOO_MANY_DEVICES_FOR_NODE", fmt.Sprintf(
			"At most %d SBD devices can be specified for one node, %s specified for node '%s'", maxSBDDevices, report.Quote(sorted(devices)), node)))
	}
	for _, d := range devices {
		if !path.IsAbs(d) {
			out = append(out, report.NewError("SBD_DEVICE_PATH_NOT_ABSOLUTE",
				fmt.Sprintf("Device path '%s' on node '%s' is not absolute", d, node)))
		}
	}
	return out
}

func (s SBD) options(force bool) report.List {
	var unknown, banned []string
	for _, n := range sortedKeys(s.Options) {
		switch {
		case slices.Contains(sbdBanned, n):
			banned = append(banned, n)
		case !slices.Contains(sbdNames, n):
			unknown = append(unknown, n)
		}
	}
	var out report.List
	text := func(names []string) string {
		return strings.Replace(invalidOptions(names, sbdNames, "").Text, "invalid  ", "invalid ", 1)
	}
	if len(unknown) > 0 {
		out = append(out, report.Passed("INVALID_OPTIONS", text(unknown), report.Force, force))
	}
	if len(banned) > 0 {
		out = append(out, report.NewError("INVALID_OPTIONS", text(banned)))
	}
	if v, ok := s.Options["SBD_WATCHDOG_TIMEOUT"]; ok {
		out = append(out, nonNegative("SBD_WATCHDOG_TIMEOUT", v)...)
	}
	if v, ok := s.Options["SBD_TIMEOUT_ACTION"]; ok && !timeoutAction(v) {
		out = append(out, report.Passed("INVALID_OPTION_VALUE", fmt.Sprintf(
			"'%s' is not a valid SBD_TIMEOUT_ACTION value, use %s, or one of each joined by a comma", v,
			report.Quote(append(slices.Clone(sbdEnds), sbdActions...))), report.Force, force))
	}
	return out
}

// timeoutAction tells whether a value is one of sbd(8): what to end with,
// whether to flush before, or both.
func timeoutAction(value string) bool {
	ends, flushes := 0, 0
	for _, word := range strings.Split(value, ",") {
		switch {
		case slices.Contains(sbdEnds, word):
			ends++
		case slices.Contains(sbdActions, word):
			flushes++
		default:
			return false
		}
	}
	return ends <= 1 && flushes <= 1
}

// ParseEnvironment reads a file of NAME=value lines, such as sbd's own; quotes
// around a value are taken off.
func ParseEnvironment(data []byte) []Attr {
	var attrs []Attr
	for _, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		name, value, ok := strings.Cut(line, "=")
		if !ok || line[0] == '#' {
			continue
		}
		attrs = append(attrs, Attr{strings.TrimSpace(name), strings.Trim(strings.TrimSpace(value), `"`)})
	}
	return attrs
}
