package fence

import (
	"sort"
	"strconv"
	"strings"

	"gpcs/internal/cib"
	"gpcs/internal/cib/option"
	"gpcs/internal/cib/rule"
	"gpcs/internal/cib/value"
)

// Device is a configured fence device: a primitive of class stonith.
type Device struct {
	ID       string            `json:"id"`
	Agent    string            `json:"agent"`  // "fence_ipmilan"
	Params   map[string]string `json:"params"` // with those of Pacemaker (pcmk_*)
	Priority int               `json:"priority,omitempty"`
	Banned   map[string]bool   `json:"banned,omitempty"` // names of nodes that must not run it
	// Unfences: "on" lets a node at shared storage again (provides=unfencing).
	// The node itself runs that, and all such devices are needed.
	Unfences bool `json:"unfences,omitempty"`
	// IntervalMS is how often its monitor runs, in ms, 0 = it has none.
	IntervalMS int64 `json:"-"`
}

// Devices returns the devices of the configuration, those to be asked first
// first, as they are at a site. A device whose target-role is Stopped is left
// out: it is disabled.
func Devices(doc *cib.Document, at Site) []Device {
	section := doc.Find("resources")
	if section == nil {
		return nil
	}
	templates := map[string]*cib.Element{}
	for _, t := range section.SelectElements("template") {
		templates[t.SelectAttrValue("id", "")] = t
	}
	var list []Device
	var walk func(e *cib.Element)
	walk = func(e *cib.Element) {
		for _, c := range e.ChildElements() {
			if c.Tag != "primitive" {
				walk(c)
				continue
			}
			if d, ok := deviceOf(c, templates[c.SelectAttrValue("template", "")], at.env(doc)); ok {
				d.Banned = bans(doc, d.ID)
				list = append(list, d)
			}
		}
	}
	walk(section)
	sort.SliceStable(list, func(i, j int) bool { return list[i].Priority > list[j].Priority })
	return list
}

func deviceOf(e, template *cib.Element, env *rule.Env) (Device, bool) {
	class, agent, interval := e.SelectAttrValue("class", ""), e.SelectAttrValue("type", ""), monitorMS(e)
	params, meta := option.Values(e, "instance_attributes", env), option.Values(e, "meta_attributes", env)
	if template != nil {
		class, agent = template.SelectAttrValue("class", ""), template.SelectAttrValue("type", "")
		params, meta = fill(params, option.Values(template, "instance_attributes", env)), fill(meta, option.Values(template, "meta_attributes", env))
		if interval == 0 {
			interval = monitorMS(template)
		}
	}
	if class != "stonith" || strings.EqualFold(meta["target-role"], "stopped") {
		return Device{}, false
	}
	priority, _ := strconv.Atoi(meta["priority"])
	return Device{ID: e.SelectAttrValue("id", ""), Agent: agent, Params: params, Priority: priority,
		Unfences: meta["provides"] == "unfencing", IntervalMS: interval}, true
}

// monitorMS is the shortest interval of a resource's monitors, in ms.
func monitorMS(e *cib.Element) int64 {
	shortest := int64(0)
	for _, op := range e.FindElements("operations/op[@name='monitor']") {
		ms, ok := value.Milliseconds(op.SelectAttrValue("interval", "0"))
		if !ok || ms <= 0 || op.SelectAttrValue("enabled", "true") == "false" {
			continue
		}
		if shortest == 0 || ms < shortest {
			shortest = ms
		}
	}
	return shortest
}

func fill(have, more map[string]string) map[string]string {
	for k, v := range more {
		if _, ok := have[k]; !ok {
			have[k] = v
		}
	}
	return have
}

// bans returns the nodes that a location constraint keeps a device off.
func bans(doc *cib.Document, device string) map[string]bool {
	section := doc.Find("constraints")
	if section == nil {
		return nil
	}
	banned := map[string]bool{}
	for _, l := range section.SelectElements("rsc_location") {
		if l.SelectAttrValue("rsc", "") == device && l.SelectAttrValue("score", "") == "-INFINITY" && l.SelectElement("rule") == nil {
			banned[l.SelectAttrValue("node", "")] = true
		}
	}
	return banned
}

// The ways by which a device's targets are found (pcmk_host_check).
const (
	CheckNone    = "none"
	CheckStatic  = "static-list"
	CheckDynamic = "dynamic-list"
	CheckStatus  = "status"
)

// HostCheck is how the device's targets are found: as configured, else
// static-list where targets are named, else "" - the agent has to be asked in
// the way that it knows.
func (d Device) HostCheck() string {
	if c := d.Params["pcmk_host_check"]; c != "" {
		return c
	}
	if d.Params["pcmk_host_list"] != "" || d.Params["pcmk_host_map"] != "" {
		return CheckStatic
	}
	return ""
}

// Answer to the question whether a device can fence a node.
type Answer int

// The answers.
const (
	No Answer = iota
	Yes
	Ask // the device itself has to be asked
)

// CanFence tells from the configuration alone whether the device fences a node.
func (d Device) CanFence(target string) Answer {
	switch d.HostCheck() {
	case CheckNone:
		return Yes
	case CheckStatic:
		if d.mapped(target) != "" || Listed(d.Params["pcmk_host_list"], target) {
			return Yes
		}
		return No
	}
	return Ask
}

// Listed tells whether a name stands in a list parted by commas, semicolons
// or blanks.
func Listed(list, name string) bool {
	for _, f := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(",; \t\r\n", r) }) {
		if strings.EqualFold(f, name) {
			return true
		}
	}
	return false
}

// mapped is the name that pcmk_host_map has for a node, "" if it has none; the
// case of a node's name does not matter there.
func (d Device) mapped(target string) string { return lookup(d.Params["pcmk_host_map"], target) }

// lookup is what a map, node1:value;node2:value, has for a node.
func lookup(text, target string) string {
	for node, value := range nodeMap(text) {
		if strings.EqualFold(node, target) {
			return value
		}
	}
	return ""
}

// nodeMap reads node1:value;node2:value; "=" may stand for ":".
func nodeMap(text string) map[string]string {
	m := map[string]string{}
	for _, f := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("; \t\r\n", r) }) {
		if at := strings.IndexAny(f, ":="); at > 0 {
			m[f[:at]] = f[at+1:]
		}
	}
	return m
}

// Plug is the name by which the device knows a node.
func (d Device) Plug(target string) string {
	if p := d.mapped(target); p != "" {
		return p
	}
	return target
}

// Action is the agent's name for one of the cluster's actions.
func (d Device) Action(action string) string {
	if a := d.Params["pcmk_"+action+"_action"]; a != "" {
		return a
	}
	return action
}

// TimeoutMS bounds an action on this device, in ms, by the first of its names
// for which the device has a time; general is the cluster's fencing-timeout.
func (d Device) TimeoutMS(general int64, actions ...string) int64 {
	for _, action := range actions {
		if ms, ok := value.Milliseconds(d.Params["pcmk_"+action+"_timeout"]); ok && ms > 0 {
			return ms
		}
	}
	return general
}

// Retries is how often an action is tried at most within its timeout; of its
// names the first counts for which the device has a number.
func (d Device) Retries(actions ...string) int {
	for _, action := range actions {
		if n, err := strconv.Atoi(d.Params["pcmk_"+action+"_retries"]); err == nil && n > 0 {
			return n
		}
	}
	return 2
}

// Limit is how many actions may run on the device at once; 0 = any number.
func (d Device) Limit() int {
	n, err := strconv.Atoi(d.Params["pcmk_action_limit"])
	switch {
	case err != nil || n == 0:
		return 1
	case n < 0:
		return 0
	}
	return n
}

// DelayMS is the wait before a target is fenced, in ms: the base, and a random
// part (random in [0,1)) up to the maximum, which bounds the base as well.
func (d Device) DelayMS(target string, random float64) int64 {
	text := d.Params["pcmk_delay_base"]
	if strings.ContainsAny(text, ":=") {
		text = lookup(text, target)
	}
	base, _ := value.Milliseconds(text)
	top, _ := value.Milliseconds(d.Params["pcmk_delay_max"])
	switch {
	case top == 0:
		return base
	case top <= base:
		return top
	}
	return base + int64(random*float64(top-base))
}
