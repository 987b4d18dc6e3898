package alert

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gpcs/internal/cib"
	"gpcs/internal/cib/value"
	"gpcs/internal/engine/sched"
)

// Defaults of an alert's meta attributes.
const (
	defaultTimeout = 30 * time.Second
	defaultFormat  = "%H:%M:%S.%06N"
)

// version is CRM_alert_version: the Pacemaker that agents find.
const version = "2.1.5"

// Target is an agent with one recipient, or with none.
type Target struct {
	Alert     string // its id
	Path      string
	Recipient string
	Timeout   time.Duration
	Format    string // of CRM_alert_timestamp
	Options   []Var  // instance attributes: variables without a prefix
	kinds     []Kind
	names     []string // of attributes, none = all
}

// Targets returns the agents and recipients of a configuration. Rules are
// evaluated for the time now. Recipients of one alert are told in reverse
// order, as by Pacemaker.
func Targets(doc *cib.Document, now time.Time) []Target {
	section := doc.Find("alerts")
	if section == nil {
		return nil
	}
	var list []Target
	for _, e := range section.SelectElements("alert") {
		t := Target{Alert: e.SelectAttrValue("id", ""), Path: e.SelectAttrValue("path", ""), Timeout: defaultTimeout, Format: defaultFormat}
		t.kinds, t.names = selected(e)
		on := t.read(doc, e, now, true)
		recipients := e.SelectElements("recipient")
		if len(recipients) == 0 && on {
			list = append(list, t)
		}
		for _, r := range slices.Backward(recipients) {
			one := t
			one.Recipient, one.Options = r.SelectAttrValue("value", ""), slices.Clone(t.Options)
			if one.read(doc, r, now, on) {
				list = append(list, one)
			}
		}
	}
	return list
}

// selected are the kinds of events that an alert is for. Attributes are told
// only to alerts that ask for them.
func selected(e *cib.Element) (kinds []Kind, names []string) {
	words := map[string]Kind{"select_nodes": Node, "select_fencing": Fencing, "select_resources": Resource, "select_attributes": Attribute}
	if s := e.SelectElement("select"); s != nil {
		for _, k := range s.ChildElements() {
			if kind, ok := words[k.Tag]; ok {
				kinds = append(kinds, kind)
			}
			for _, a := range k.SelectElements("attribute") {
				names = append(names, a.SelectAttrValue("name", ""))
			}
		}
	}
	if kinds == nil {
		kinds = []Kind{Node, Fencing, Resource}
	}
	return kinds, names
}

// read takes over what an alert or a recipient says, and returns whether it is
// switched on: by itself, else as on says.
func (t *Target) read(doc *cib.Document, e *cib.Element, now time.Time, on bool) bool {
	meta := sched.AttributesOf(doc, e, "meta_attributes", now.Unix())
	if ms, ok := value.Milliseconds(meta.Get("timeout")); ok && ms > 0 {
		t.Timeout = time.Duration(ms) * time.Millisecond
	}
	if f := meta.Get("timestamp-format"); f != "" {
		t.Format = f
	}
	if v := meta.Get("enabled"); v != "" {
		on = value.True(v)
	}
	for _, a := range sched.AttributesOf(doc, e, "instance_attributes", now.Unix()) {
		t.Options = slices.DeleteFunc(t.Options, func(v Var) bool { return v.Name == a.Name })
		t.Options = append(t.Options, Var{a.Name, a.Value})
	}
	return on
}

// Wants tells whether a target is to be told of an event.
func (t Target) Wants(e Event) bool {
	if !slices.Contains(t.kinds, e.Kind) {
		return false
	}
	return e.Kind != Attribute || len(t.names) == 0 || slices.Contains(t.names, e.Attribute)
}

// Env is what a target's agent finds in its environment for an event at that
// time; sequence is the node's count of alerts. Each variable has its older name
// CRM_notify_ as well. An option of the configuration cannot take the place of a
// variable of ours.
func (t Target) Env(e Event, at time.Time, sequence int) []string {
	vars := append([]Var{
		{"kind", string(e.Kind)}, {"version", version}, {"recipient", t.Recipient},
		{"node_sequence", strconv.Itoa(sequence)},
		{"timestamp", Format(t.Format, at)},
		{"timestamp_epoch", strconv.FormatInt(at.Unix(), 10)},
		{"timestamp_usec", pad(at.Nanosecond()/1000, 6)},
	}, e.Vars...)
	var env []string
	for _, o := range t.Options {
		if allowed(o.Name) {
			env = append(env, o.Name+"="+clean(o.Value))
		}
	}
	for _, prefix := range []string{"CRM_notify_", "CRM_alert_"} {
		for _, v := range vars {
			env = append(env, prefix+v.Name+"="+clean(v.Value))
		}
	}
	return env
}

// allowed refuses names that are no names of variables.
func allowed(name string) bool {
	return name != "" && !strings.ContainsAny(name, "=\x00")
}

// clean takes away what no environment can hold.
func clean(value string) string { return strings.ReplaceAll(value, "\x00", "") }
