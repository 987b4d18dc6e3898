package conf

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gpcs/internal/report"
)

// DeviceChange is what `quorum device add` and `update` are told about a
// quorum device.
type DeviceChange struct {
	Model                          string // only to add
	Options, ModelOpts, Heuristics map[string]string
}

// Names of a quorum device's options, corosync-qdevice(8).
var (
	deviceNames     = []string{"sync_timeout", "timeout"}
	deviceNetNames  = []string{"algorithm", "connect_timeout", "force_ip_version", "host", "keep_active_partition_tie_breaker", "port", "tie_breaker", "tls"}
	heuristicsNames = []string{"interval", "mode", "sync_timeout", "timeout"}
)

// deviceSet is an option set of a quorum device. Unlike those of the cluster
// itself its findings can be forced: qnetd may know more than we do.
type deviceSet struct {
	optionSet
	patterns string // said of names that a pattern allows
	emptyOK  bool
	force    bool
}

// unknown refuses unknown options; banned ones cannot be forced.
func (s deviceSet) unknown(options map[string]string, banned ...string) report.List {
	var unknown, never []string
	for _, n := range slices.Sorted(maps.Keys(options)) {
		switch {
		case slices.Contains(banned, n):
			never = append(never, n)
		case !slices.Contains(s.names, n):
			unknown = append(unknown, n)
		}
	}
	var out report.List
	if len(unknown) > 0 {
		text := invalidOptions(unknown, s.names, s.kind).Text
		if s.patterns != "" {
			text += " and options matching patterns: " + report.Quote([]string{s.patterns})
		}
		out = append(out, report.Passed("INVALID_OPTIONS", text, report.Force, s.force))
	}
	if len(never) > 0 {
		out = append(out, invalidOptions(never, s.names, s.kind))
	}
	return out
}

// values checks what is set to what.
func (s deviceSet) values(options map[string]string) report.List {
	var out report.List
	for _, c := range s.checks {
		v, ok := options[c.name]
		if !ok || s.emptyOK && v == "" {
			continue
		}
		for _, r := range c.is(c.name, v) {
			out = append(out, report.Passed(r.Code, r.Text, report.Force, s.force))
		}
	}
	return out
}

// fileSafe refuses what would break the file's structure.
func (s deviceSet) fileSafe(options map[string]string) report.List {
	out := badNames(options, s.kind)
	for _, n := range slices.Sorted(maps.Keys(options)) {
		out = append(out, cleanValue(n, options[n])...)
	}
	return out
}

// ValidateAddDevice checks a new quorum device. Only the model net is known;
// another one has to be forced.
func (c *Corosync) ValidateAddDevice(d DeviceChange, force bool) report.List {
	if c.Device() != nil {
		return report.List{report.Stop("QDEVICE_ALREADY_DEFINED", "quorum device is already defined")}
	}
	var out report.List
	if d.Model == "net" {
		var missing []string
		for _, n := range []string{"algorithm", "host"} {
			if _, ok := d.ModelOpts[n]; !ok {
				missing = append(missing, n)
			}
		}
		if len(missing) > 0 {
			option, are := "option", "is"
			if len(missing) > 1 {
				option, are = "options", "are"
			}
			out = append(out, report.NewError("REQUIRED_OPTIONS_ARE_MISSING", fmt.Sprintf(
				"required quorum device model %s %s %s missing", option, report.Quote(missing), are)))
		}
		out = append(out, c.netOptions(d.ModelOpts, false, force)...)
	} else {
		for _, r := range oneOf("net")("model", d.Model) {
			out = append(out, report.Passed(r.Code, r.Text, report.Force, force))
		}
		out = append(out, cleanValue("model", d.Model)...)
	}
	return append(out, d.otherOptions(false, force)...)
}

// ValidateUpdateDevice checks changes of the quorum device.
func (c *Corosync) ValidateUpdateDevice(d DeviceChange, force bool) report.List {
	now := c.Device()
	if now == nil {
		return report.List{noDevice()}
	}
	var out report.List
	if now.Model == "net" {
		out = c.netOptions(d.ModelOpts, true, force)
	}
	return append(out, d.otherOptions(true, force)...)
}

func noDevice() report.Report {
	return report.Stop("QDEVICE_NOT_DEFINED", "no quorum device is defined in this cluster")
}

// netOptions checks the options of the model net.
func (c *Corosync) netOptions(options map[string]string, update, force bool) report.List {
	set := deviceSet{optionSet{kind: "quorum device model", names: deviceNetNames}, "", false, force}
	out := set.unknown(options)
	if v, ok := options["algorithm"]; ok && v == "" {
		out = append(out, report.NewError("INVALID_OPTION_VALUE", "algorithm cannot be empty, use 'ffsplit', 'lms'"))
	} else {
		set.checks = []namedCheck{{"algorithm", oneOf("ffsplit", "lms")}}
		out = append(out, set.values(options)...)
	}
	if v, ok := options["host"]; ok && v == "" {
		out = append(out, notEmpty("a qdevice host address")("host", v)...)
	}
	breakers := []string{"lowest", "highest"}
	for _, n := range c.Nodes() {
		breakers = append(breakers, strconv.FormatUint(uint64(n.ID), 10))
	}
	set.emptyOK = update
	set.checks = []namedCheck{
		{"connect_timeout", inRange(1000, 2*60*1000)}, // ms
		{"force_ip_version", oneOf("0", "4", "6")},
		{"keep_active_partition_tie_breaker", oneOf("yes", "no")},
		{"port", portNumber},
		{"tie_breaker", oneOf(breakers...)},
		{"tls", oneOf("on", "off", "required")}}
	return append(out, set.values(options)...)
}

// otherOptions checks what all models have in common.
func (d DeviceChange) otherOptions(update, force bool) report.List {
	out := deviceSet{optionSet: optionSet{kind: "quorum device model"}}.fileSafe(d.ModelOpts)
	generic := deviceSet{optionSet{"quorum device", deviceNames, []namedCheck{
		{"sync_timeout", positive}, {"timeout", positive}}}, "", update, force}
	out = append(out, generic.unknown(d.Options, "model")...)
	out = append(out, generic.fileSafe(d.Options)...)
	out = append(out, generic.values(d.Options)...)
	heuristics := deviceSet{optionSet{"heuristics", heuristicsNames, []namedCheck{
		{"mode", oneOf("off", "on", "sync")}, {"interval", positive},
		{"sync_timeout", positive}, {"timeout", positive}}}, "exec_NAME", update, force}
	out = append(out, heuristics.fileSafe(d.Heuristics)...)
	plain := map[string]string{}
	for name, value := range d.Heuristics {
		if !strings.HasPrefix(name, "exec_") {
			plain[name] = value
		}
	}
	out = append(out, heuristics.unknown(plain)...)
	out = append(out, heuristics.values(plain)...)
	for _, name := range slices.Sorted(maps.Keys(d.Heuristics)) {
		if _, isPlain := plain[name]; !isPlain && !update {
			out = append(out, notEmpty("a command to be run")(name, d.Heuristics[name])...)
		}
	}
	return out
}

// AddDevice writes a quorum device. Options of quorum that do not go with one
// are taken out; needsStop tells whether one of those was in use, which
// corosync gives up only when it is stopped.
func (c *Corosync) AddDevice(d DeviceChange) (needsStop bool) {
	quorum := c.root.ensure("quorum")
	for _, q := range quorum {
		for _, old := range q.All("device") {
			q.remove(old)
		}
		for _, n := range []string{"auto_tie_breaker", "last_man_standing", "last_man_standing_window"} {
			v, _ := q.Get(n)
			needsStop = needsStop || v != "" && v != "0"
			q.Unset(n)
		}
		q.Unset("allow_downscale")
		q.Unset("two_node")
	}
	for _, n := range c.nodeSections() {
		n.Unset("quorum_votes")
	}
	device := quorum[len(quorum)-1].Child("device")
	setAll([]*Section{device}, "", d.Options)
	device.Set("model", d.Model)
	setAll([]*Section{device.Child(d.Model)}, "", d.ModelOpts)
	setAll([]*Section{device.Child("heuristics")}, "", d.Heuristics)
	c.afterDeviceChange()
	return needsStop
}

// UpdateDevice sets options of the quorum device; an empty value removes one.
func (c *Corosync) UpdateDevice(d DeviceChange) {
	model := c.Device().Model
	devices := c.deviceSections()
	last := devices[len(devices)-1]
	below := func(name string) []*Section {
		var found []*Section
		for _, s := range devices {
			found = append(found, s.All(name)...)
		}
		if len(found) == 0 {
			found = append(found, last.Child(name))
		}
		return found
	}
	setAll(devices, "", d.Options)
	setAll(below(model), "", d.ModelOpts)
	setAll(below("heuristics"), "", d.Heuristics)
	c.afterDeviceChange()
}

// RemoveDevice takes the quorum device out, or reports that there is none.
func (c *Corosync) RemoveDevice() report.List {
	if c.Device() == nil {
		return report.List{noDevice()}
	}
	for _, q := range c.root.All("quorum") {
		for _, s := range q.All("device") {
			q.remove(s)
		}
	}
	c.updateTwoNode()
	c.root.prune()
	return nil
}

// RemoveHeuristics takes the heuristics of the quorum device out, or reports
// that there is no device.
func (c *Corosync) RemoveHeuristics() report.List {
	if c.Device() == nil {
		return report.List{noDevice()}
	}
	for _, s := range c.deviceSections() {
		for _, h := range s.All("heuristics") {
			s.remove(h)
		}
	}
	c.root.prune()
	return nil
}

// HeuristicsWithoutCommands warns where heuristics are on but nothing is run.
func (c *Corosync) HeuristicsWithoutCommands() report.List {
	d := c.Device()
	if d == nil || d.Heuristic["mode"] != "on" && d.Heuristic["mode"] != "sync" {
		return nil
	}
	for name, command := range d.Heuristic {
		if strings.HasPrefix(name, "exec_") && command != "" {
			return nil
		}
	}
	return report.List{report.NewWarning("COROSYNC_QUORUM_HEURISTICS_ENABLED_WITH_NO_EXEC",
		"No exec_NAME options are specified, so heuristics are effectively disabled")}
}

func (c *Corosync) deviceSections() []*Section {
	var all []*Section
	for _, q := range c.root.All("quorum") {
		all = append(all, q.All("device")...)
	}
	return all
}

// afterDeviceChange keeps the device's vote right: one with the algorithm
// ffsplit, which does not start otherwise, and none with others, where the
// daemon finds it out itself (corosync-qdevice(8)).
func (c *Corosync) afterDeviceChange() {
	if d := c.Device(); d != nil && d.Model == "net" {
		votes := ""
		if d.ModelOpts["algorithm"] == "ffsplit" {
			votes = "1"
		}
		setOptions(c.deviceSections(), "votes", votes)
	}
	c.updateTwoNode()
	c.root.prune()
}
