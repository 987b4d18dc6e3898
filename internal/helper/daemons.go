package helper

import (
	"slices"
	"strings"

	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
)

// daemons are Pacemaker's daemons that explain options: which cluster options
// each reads. The scheduler reads those that no other does; the fencer's are
// parameters of fence devices.
var daemons = map[string]struct {
	title   string
	options []string
}{
	"pacemaker-based": {"Options of the daemon that keeps the CIB", []string{"enable-acl", "cluster-ipc-limit"}},
	"pacemaker-controld": {"Options of the daemon that coordinates the cluster", []string{"dc-version", "cluster-infrastructure", "cluster-name",
		"dc-deadtime", "cluster-recheck-interval", "election-timeout", "shutdown-escalation", "join-integration-timeout",
		"join-finalization-timeout", "transition-delay", "fencing-reaction", "fence-reaction", "fencing-watchdog-timeout",
		"stonith-watchdog-timeout", "fencing-max-attempts", "stonith-max-attempts", "load-threshold", "node-action-limit"}},
	"pacemaker-fenced":     {"Parameters that all fence devices have", nil},
	"pacemaker-schedulerd": {"Options of the daemon that decides where resources run", nil},
}

// DaemonMetadata describes the options of a daemon in the form of an agent's
// metadata, as Pacemaker's daemons of those names print it; nil for another name.
func DaemonMetadata(daemon, version string) *cib.Element {
	d, known := daemons[daemon]
	if !known {
		return nil
	}
	l := OptionList{Name: daemon, Title: d.title, Text: d.title}
	all := ClusterOptions().Options
	switch daemon {
	case "pacemaker-fenced":
		l.Options = FencingOptions().Options
	case "pacemaker-schedulerd":
		for _, o := range all {
			if !slices.Contains(daemons["pacemaker-based"].options, o.Name) && !slices.Contains(daemons["pacemaker-controld"].options, o.Name) {
				l.Options = append(l.Options, o)
			}
		}
	default:
		for _, o := range all {
			if slices.Contains(d.options, o.Name) {
				l.Options = append(l.Options, o)
			}
		}
	}
	for i := range l.Options {
		l.Options[i] = ofDaemon(l.Options[i])
	}
	agent := l.XML(version)
	for _, p := range agent.SelectElement("parameters").ChildElements() {
		p.RemoveAttr("advanced")
		p.RemoveAttr("generated")
		if e := p.SelectElement("deprecated"); e != nil {
			p.RemoveChild(e)
		}
	}
	return agent
}

// ofDaemon puts an option into the words of older metadata: what it is for
// stands before the short description, the values behind the long one.
func ofDaemon(o agentmeta.Parameter) agentmeta.Parameter {
	mark := ""
	if o.Deprecated {
		mark = "*** Deprecated *** "
	}
	for _, by := range o.DeprecatedBy {
		mark += "*** Replaced with " + by + " *** "
	}
	if mark == "" && o.Advanced {
		mark = "*** Advanced Use Only *** "
	}
	o.ShortDesc = mark + o.ShortDesc
	if len(o.Enum) > 0 {
		o.LongDesc += "  Allowed values: " + strings.Join(o.Enum, ", ")
	}
	switch o.Type {
	case "duration", "timeout":
		o.Type = "time"
	case "score", "nonnegative_integer", "port":
		o.Type = "integer"
	case "version":
		o.Type = "string"
	}
	return o
}
