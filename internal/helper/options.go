package helper

import (
	"fmt"
	"slices"
	"strings"

	"gpcs/internal/admin"
	"gpcs/internal/agentmeta"
	"gpcs/internal/cib"
)

// OptionList is a list of options with what they are for: what --list-options
// of crm_attribute and crm_resource prints.
type OptionList struct {
	Name, Title, Text string
	Options           []agentmeta.Parameter
	Generated         map[string]bool // those that the cluster sets itself
}

// ClusterOptions are the cluster properties.
func ClusterOptions() OptionList {
	l := OptionList{Name: "cluster-options", Title: "Pacemaker cluster options", Generated: map[string]bool{},
		Text: "Cluster properties: options that hold for the whole cluster. They are kept in sets in the crm_config section of the CIB."}
	for _, p := range admin.Properties() {
		o := agentmeta.Parameter{Name: p.Name, Type: p.Type, Default: p.Default, HasDefault: p.Default != "", Enum: p.Values,
			ShortDesc: p.Description, LongDesc: p.Description, Advanced: p.Advanced, Deprecated: p.Deprecated || p.ReplacedBy != ""}
		if p.ReplacedBy != "" {
			o.DeprecatedBy = []string{p.ReplacedBy}
		}
		l.Options, l.Generated[p.Name] = append(l.Options, o), p.Generated
	}
	return l
}

// FencingOptions are the parameters that every fence device takes.
func FencingOptions() OptionList {
	return OptionList{Name: "fence-attributes", Title: "Fencing resource common parameters", Options: agentmeta.DeviceParameters(),
		Text: "Parameters that every fence device takes whatever its agent. They are for the cluster: the agent does not see them."}
}

// PrimitiveOptions are the meta attributes of primitives.
func PrimitiveOptions() OptionList {
	return OptionList{Name: "primitive-meta", Title: "Primitive meta-attributes", Options: primitiveMeta(),
		Text: "Meta-attributes of primitive resources"}
}

func primitiveMeta() []agentmeta.Parameter {
	with := func(name, kind, value, short, long string, enum ...string) agentmeta.Parameter {
		return agentmeta.Parameter{Name: name, Type: kind, Default: value, HasDefault: value != "", ShortDesc: short, LongDesc: long, Enum: enum}
	}
	return []agentmeta.Parameter{
		with("priority", "score", "0", "How important the resource is", "Where not all resources can run, those of lower priority are stopped first."),
		with("critical", "boolean", "true", "Default of influence", "Whether colocations of this resource let its wishes and failures move the resources it follows, where they do not say so themselves."),
		with("target-role", "select", "Started", "The state to keep the resource in", "Stopped keeps it stopped, Unpromoted keeps it from being promoted, Started and Promoted let it run and be promoted.",
			"Stopped", "Started", "Unpromoted", "Promoted"),
		with("is-managed", "boolean", "true", "Whether the cluster may start and stop the resource", "If not, the resource is left in the state it is in; it is monitored all the same."),
		with("maintenance", "boolean", "false", "Whether the cluster leaves the resource alone", "Nothing is done with the resource then, and monitors pause."),
		with("resource-stickiness", "score", "", "Wish to stay where it runs", "The score that is added to the node where the resource runs. Unset, it is 1 for instances of clones and 0 for others."),
		with("requires", "select", "", "What has to be so before the resource starts", "Nothing, quorum, the fencing of failed nodes, or also that the node itself was unfenced.",
			"nothing", "quorum", "fencing", "unfencing"),
		with("migration-threshold", "score", "INFINITY", "Failures on a node before it is moved", "After so many failures the resource may not run on the node until they are cleaned up."),
		with("failure-timeout", "duration", "0", "After how long a failure is forgotten", "0 keeps failures until they are cleaned up."),
		with("multiple-active", "select", "stop_start", "What to do about a resource active on several nodes", "Leave it alone, stop all, stop all and start one, or stop those that are too many.",
			"block", "stop_only", "stop_start", "stop_unexpected"),
		with("allow-migrate", "boolean", "", "Whether to move it by migration", "Whether the resource is moved by migrate_to and migrate_from instead of stop and start."),
		with("allow-unhealthy-nodes", "boolean", "false", "Whether it may run on unhealthy nodes", "Whether the health of nodes is of no concern to this resource."),
		with("container-attribute-target", "string", "", "Where attributes of a bundled resource are kept", "host keeps them with the node that the container runs on, anything else with the container."),
		with("remote-node", "string", "", "Name of the guest node that the resource is", "Makes a virtual machine or a container a guest node of that name."),
		with("remote-addr", "string", "", "Address of the guest node", "The address to reach the guest node by; by default its name."),
		with("remote-port", "port", "3121", "Port of the guest node", "The port to reach the guest node by."),
		with("remote-connect-timeout", "timeout", "60s", "How long connecting to the guest node may take", "After that the guest node counts as lost."),
		with("remote-allow-migrate", "boolean", "true", "Whether the connection moves by migration", "Whether the connection to the guest node can be migrated."),
	}
}

// Lines prints the options that people use and, with all, also those that few do.
func (l OptionList) Lines(all bool) string {
	var o outline
	fmt.Fprintf(&o.b, "%s\n\n%s\n", l.Title, l.Text)
	o.depth = 1
	l.part(&o, func(p agentmeta.Parameter) bool { return !p.Advanced && !p.Deprecated })
	if !all {
		return o.b.String()
	}
	for _, part := range []struct {
		title string
		mine  func(agentmeta.Parameter) bool
	}{
		{"ADVANCED OPTIONS:", func(p agentmeta.Parameter) bool { return p.Advanced && !p.Deprecated }},
		{"DEPRECATED OPTIONS (will be removed in a future release):", func(p agentmeta.Parameter) bool { return p.Deprecated }},
	} {
		if slices.ContainsFunc(l.Options, part.mine) {
			o.b.WriteByte('\n')
			o.title("%s", part.title)
			l.part(&o, part.mine)
			o.depth--
		}
	}
	return o.b.String()
}

func (l OptionList) part(o *outline, mine func(agentmeta.Parameter) bool) {
	for _, p := range l.Options {
		if !mine(p) {
			continue
		}
		o.b.WriteByte('\n')
		o.title("%s: %s", p.Name, p.ShortDesc)
		if p.LongDesc != "" && p.LongDesc != p.ShortDesc {
			o.item("%s", p.LongDesc)
		}
		by := ""
		if l.Generated[p.Name] {
			by = " (generated by Pacemaker)"
		}
		o.item("Possible values%s: %s", by, values(p))
		o.depth--
	}
}

// values words what an option may be set to.
func values(p agentmeta.Parameter) string {
	if len(p.Enum) > 0 {
		var words []string
		for _, v := range p.Enum {
			word := `"` + v + `"`
			if v == p.Default {
				word += " (default)"
			}
			words = append(words, word)
		}
		return strings.Join(words, ", ")
	}
	if !p.HasDefault {
		return p.Type + " (no default)"
	}
	return fmt.Sprintf("%s (default: %s)", p.Type, p.Default)
}

// XML prints all options in the form of an agent's metadata.
func (l OptionList) XML(version string) *cib.Element {
	text := func(tag, text string) *cib.Element {
		e := cib.NewElement(tag, "lang", "en")
		e.SetText(text)
		return e
	}
	agent := cib.NewElement("resource-agent", "name", l.Name, "version", version)
	ocf := cib.NewElement("version")
	ocf.SetText("1.1")
	agent.AddChild(ocf)
	agent.AddChild(text("longdesc", l.Text))
	agent.AddChild(text("shortdesc", l.Title))
	list := cib.NewElement("parameters")
	agent.AddChild(list)
	for _, p := range l.Options {
		e := cib.NewElement("parameter", "name", p.Name, "advanced", bit(p.Advanced), "generated", bit(l.Generated[p.Name]))
		if p.Deprecated {
			d := cib.NewElement("deprecated")
			for _, by := range p.DeprecatedBy {
				d.AddChild(cib.NewElement("replaced-with", "name", by))
			}
			e.AddChild(d)
		}
		e.AddChild(text("longdesc", p.LongDesc))
		e.AddChild(text("shortdesc", p.ShortDesc))
		e.AddChild(content(p))
		list.AddChild(e)
	}
	return agent
}

func content(p agentmeta.Parameter) *cib.Element {
	kind := p.Type
	if len(p.Enum) > 0 {
		kind = "select"
	}
	e := cib.NewElement("content", "type", kind)
	if p.HasDefault {
		e.CreateAttr("default", p.Default)
	}
	for _, v := range p.Enum {
		e.AddChild(cib.NewElement("option", "value", v))
	}
	return e
}

func bit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
